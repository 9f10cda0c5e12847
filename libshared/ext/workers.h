#ifndef EXT_WORKERS_H
#define EXT_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/*
 * Copies of this process that share its work.  Who does what both sides know
 * beforehand, so a worker is told nothing; it tells what came of its part, note by
 * note, and waits when the parent is far behind.
 */
struct workers {
	size_t n;
	bool child;        /* this process is one of them */
	size_t self;       /* which, from 0 on */
	int out;           /* of a child, to the parent */
	struct buf untold; /* likewise */
	struct worker *v;
};

struct worker_note {
	unsigned kind; /* the caller's word, not 0 */
	int value;     /* likewise */
	size_t n;      /* octets that follow it */
};

/*
 * Returns in the parent and in each of the n workers.  One that cannot be started
 * is as one that has died at once.
 */
void workers_start(struct workers *w, size_t n);

/*
 * From a child.  What is told waits for workers_send, so that it costs one write.
 * EX_IOERR, without a text, when the parent is gone.
 */
void workers_tell(struct workers *w, unsigned kind, int value,
    struct span text);
ATTR_CHECK bool workers_send(struct workers *w, struct fault *f);

/*
 * The next note of worker k; what it says replaces *text.  False once there is
 * none any more: f says how the worker ended.
 */
ATTR_CHECK bool workers_hear(struct workers *w, size_t k,
    struct worker_note *note, struct buf *text, struct fault *f);

/* Waits for them all; what they still tell is lost. */
void workers_end(struct workers *w);

#endif
