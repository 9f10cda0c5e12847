#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ext/input.h"
#include "mail/header.h"

/* A message being read once, front to back. */
struct message {
	struct input *in;     /* borrowed */
	struct buf head;      /* what has been read so far; owned */
	size_t envelope;      /* octets of an mbox "From " line on top */
	size_t body;          /* where in head the body begins */
	struct header header; /* owned; its spans lie in head */
	const char *eol;      /* end of the first line; new fields follow it */
	/*
	 * Where the header is too long to be kept: where in head the field
	 * begins that goes on behind it, and the name of fields that
	 * message_write leaves out from there on, or an empty span.
	 */
	size_t cut;
	struct span drop;
};

/*
 * Reads up to the empty line that ends the header, and with it whatever came in
 * the same piece.  EX_DATAERR when there is nothing at all.  A header that is
 * malformed or too long is no fault: header.malformed says so, and the message
 * can still be copied.
 */
ATTR_CHECK bool message_open(struct message *m, struct input *in,
    struct fault *f);

/*
 * Reads the body to its end and hands every piece, in order, to sink.  Pieces
 * end anywhere.
 */
typedef void message_sink(void *arg, const void *p, size_t n);
ATTR_CHECK bool message_body(struct message *m, message_sink *sink, void *arg,
    struct fault *f);

/*
 * Writes the message with the octets of top above its header, but below an mbox
 * "From " line, and without the fields marked removed.  To be called once the
 * body has been read, from an input that is kept.
 */
ATTR_CHECK bool message_write(const struct message *m, struct span top, int to,
    const char *to_name, struct fault *f);

void message_close(struct message *m);

#endif
