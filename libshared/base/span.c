#include "base/span.h"

#include <string.h>

struct span
span_str(const char *s)
{
	return (struct span){ s, strlen(s) };
}

bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

int
span_cmp_nocase(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)ascii_lower(a.p[i]);
		unsigned char y = (unsigned char)ascii_lower(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

bool
span_eq_nocase(struct span a, struct span b)
{
	return a.n == b.n && span_cmp_nocase(a, b) == 0;
}

bool
span_begins(struct span s, struct span prefix)
{
	return s.n >= prefix.n &&
	    span_eq((struct span){ s.p, prefix.n }, prefix);
}

bool
span_begins_nocase(struct span s, struct span prefix)
{
	return s.n >= prefix.n &&
	    span_eq_nocase((struct span){ s.p, prefix.n }, prefix);
}

bool
span_contains(struct span s, struct span part)
{
	return s.n >= part.n && s.n > 0 &&
	    memmem(s.p, s.n, part.p, part.n) != NULL;
}

bool
span_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return true;
}

/* The length of the UTF-8 sequence that begins at p; 0 when it is none. */
static size_t
utf8_length(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 :
	    p[0] < 0xc2          ? 0 :
	    p[0] < 0xe0          ? 2 :
	    p[0] < 0xf0          ? 3 :
	    p[0] < 0xf5          ? 4 :
				   0;

	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond U+10FFFF. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

bool
span_utf8(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0, len; i < s.n; i += len)
		if ((len = utf8_length(p + i, s.n - i)) == 0)
			return false;
	return true;
}

struct span
span_trim(struct span s)
{
	while (s.n > 0 && ascii_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
span_cut(struct span *rest, char sep, struct span *part)
{
	const char *end;

	if (rest->p == NULL)
		return false;
	*part = *rest;
	end = rest->n > 0 ? memchr(rest->p, sep, rest->n) : NULL;
	if (end == NULL) {
		*rest = (struct span){ NULL, 0 };
		return true;
	}
	part->n = (size_t)(end - rest->p);
	rest->p = end + 1;
	rest->n -= part->n + 1;
	return true;
}

bool
span_line(struct span *rest, struct span *line)
{
	const char *lf;

	if (rest->n == 0)
		return false;
	lf = memchr(rest->p, '\n', rest->n);
	*line = *rest;
	if (lf != NULL)
		line->n = (size_t)(lf - rest->p);
	*rest = span_from(*rest, line->n + (lf != NULL));
	if (lf != NULL && line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
span_u64(struct span s, unsigned maxdigits, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > maxdigits)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned char)s.p[i] - (unsigned)'0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}
