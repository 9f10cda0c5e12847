#ifndef MAIL_FOLD_H
#define MAIL_FOLD_H

#include "base/buf.h"

/*
 * A header field under construction: words are added, and a line is folded
 * (RFC 5322 section 2.2.3) where the next one would pass FOLD_COLUMNS.  A fold is
 * a line end and one SP, and never makes a line of white space alone.
 */
enum { FOLD_COLUMNS = 78 };

struct fold {
	struct buf *out;
	const char *eol;
	size_t column; /* octets on the current line */
};

void fold_put(struct fold *f, struct span text);  /* right here */
void fold_word(struct fold *f, struct span text); /* SP or a fold before it */
void fold_glue(struct fold *f, struct span text); /* nothing or a fold */

/* Text that may be folded anywhere but inside an =XX (section 2.11 of 6376). */
void fold_anywhere(struct fold *f, struct span text);

#endif
