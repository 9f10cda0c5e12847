#ifndef MAIL_STRIP_H
#define MAIL_STRIP_H

#include "base/buf.h"

/*
 * Takes every field of one name out of a header that is too long to be kept, as
 * it passes by in pieces.  Begin at the first octet of a line.
 */
struct strip {
	struct span name; /* of the fields to take out */
	struct buf held;  /* the start of a line, until it is known */
	bool removing;    /* the current field goes */
	bool at_start;    /* of a line */
	bool body;        /* the header is over */
};

void strip_begin(struct strip *s, struct span name);
/* Appends to out what stays of the piece. */
void strip_add(struct strip *s, struct span piece, struct buf *out);
void strip_end(struct strip *s, struct buf *out);

#endif
