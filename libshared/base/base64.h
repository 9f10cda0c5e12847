#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/* RFC 4648 section 4: the alphabet, 64 digits and a NUL. */
extern const char base64_digits[];

/* With padding, on one line. */
void base64_encode(struct buf *out, const void *p, size_t n);

/*
 * Appends the octets that text stands for.  White space inside is skipped
 * (RFC 6376 section 3.2); padding may be missing.  False, with out as it was,
 * on any other stray octet, on wrong padding, on a group of one digit and on
 * spare bits that are not zero.
 */
ATTR_CHECK bool base64_decode(struct buf *out, struct span text);

#endif
