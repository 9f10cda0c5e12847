#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ext/input.h"

/*
 * A mailbox file (RFC 4155): messages one after the other, each begun by a line
 * "From " at the top or behind an empty line.  Quoted ">From " lines stay as
 * they are.
 */
struct mbox {
	struct input *in; /* borrowed */
	struct buf data;  /* read and not handed out */
	size_t at;        /* in data */
	bool end;         /* of the file */
	bool blank;       /* the line before was empty */
};

void mbox_init(struct mbox *m, struct input *in);

/*
 * The next message, to be closed by the caller; name is for its faults and has
 * to outlive it.  NULL at the end, with f->code 0, or on a fault.
 */
ATTR_CHECK struct input *mbox_next(struct mbox *m, const char *name,
    struct fault *f);

/* Passes over the next message.  False at the end, or on a fault, likewise. */
ATTR_CHECK bool mbox_skip(struct mbox *m, struct fault *f);
void mbox_free(struct mbox *m);

#endif
