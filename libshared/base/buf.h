#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/attr.h"
#include "base/span.h"

/*
 * A growable run of octets that owns its storage.  {0} is a valid empty one.
 * Adding may move p: take spans into a buf only once it has stopped growing.
 */
struct buf {
	char *p;
	size_t n;   /* octets used */
	size_t cap; /* octets allocated */
};

void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_span(struct buf *b, struct span s);
void buf_add_lower(struct buf *b, struct span s); /* ASCII lower-cased */
/* Octets that a terminal could take for more than text come out as \xNN. */
void buf_add_visible(struct buf *b, struct span s);
/* In double quotes, a backslash before each of these and of itself. */
void buf_add_quoted(struct buf *b, struct span s);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) ATTR_PRINTF(2);
void buf_reserve(struct buf *b, size_t more); /* room for more octets */

static inline void
buf_addc(struct buf *b, char c)
{
	if (b->n == b->cap)
		buf_reserve(b, 1);
	b->p[b->n++] = c;
}

struct span buf_span(const struct buf *b);
void buf_wipe(struct buf *b); /* overwrite, for key material; then free */
void buf_free(struct buf *b); /* leaves {0}, so a second call is harmless */

#endif
