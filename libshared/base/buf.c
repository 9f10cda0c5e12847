#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 64;

	if (more > SIZE_MAX / 2 - b->n)
		mem_exhausted();
	while (cap - b->n < more)
		cap *= 2;
	if (cap != b->cap) {
		b->p = mem_grow(b->p, cap, 1);
		b->cap = cap;
	}
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

void
buf_add_lower(struct buf *b, struct span s)
{
	buf_reserve(b, s.n);
	for (size_t i = 0; i < s.n; i++)
		b->p[b->n++] = ascii_lower(s.p[i]);
}

void
buf_add_visible(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c < 0x7f)
			buf_addc(b, (char)c);
		else
			buf_addf(b, "\\x%02x", c);
	}
}

void
buf_add_quoted(struct buf *b, struct span s)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, s.p[i]);
	}
	buf_addc(b, '"');
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	enum { ROOM = 128 }; /* enough for most */
	va_list ap;
	int n;

	buf_reserve(b, ROOM);
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= b->cap - b->n) {
		buf_reserve(b, (size_t)n + 1);
		va_start(ap, fmt);
		(void)vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

struct span
buf_span(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
