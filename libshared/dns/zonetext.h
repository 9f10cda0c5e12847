#ifndef DNS_ZONETEXT_H
#define DNS_ZONETEXT_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/span.h"

/*
 * The entries of a master file (RFC 1035 section 5.1), one after the other, each
 * as a single line.  Quoted strings are read here, as ldns takes a hundred
 * instructions for an octet of one; an empty one is left in their place.  Start
 * with { .rest = the text, .line = 1 } and free both buffers.
 */
struct zonetext {
	struct span rest; /* not read yet */
	struct buf entry; /* without comments, parentheses and line ends */
	struct buf
	    strings;  /* the quoted ones, each behind an octet of length */
	size_t line;  /* that rest begins in */
	size_t began; /* line that entry began in */
};

/*
 * Reads an entry, which parentheses can spread over lines, blank when there was
 * nothing but comment.  NULL, or what is wrong in line.
 */
ATTR_CHECK const char *zonetext_next(struct zonetext *t);

#endif
