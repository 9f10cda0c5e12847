#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * A span is a borrowed, read-only run of octets: no terminator, any octet
 * allowed, never freed through the span.  Whoever stores one says in a comment
 * which object owns the octets.  All comparisons are ASCII; no locale.
 */
struct span {
	const char *p;
	size_t n;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })

struct span span_str(const char *s);
bool span_eq(struct span a, struct span b);
bool span_eq_nocase(struct span a, struct span b);
bool span_begins(struct span s, struct span prefix);
bool span_begins_nocase(struct span s, struct span prefix);
bool span_contains(struct span s, struct span part);

/* ASCII, whatever the locale. */
static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool
ascii_alpha(char c)
{
	return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static inline bool
ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* SP and HTAB: the WSP of RFC 5234. */
static inline bool
ascii_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* What a folded header field has between words: WSP, CR and LF. */
static inline bool
ascii_space(char c)
{
	return ascii_wsp(c) || c == '\r' || c == '\n';
}

/*
 * Order by octet value, as LC_ALL=C sort(1) has it, and the same without regard
 * to ASCII case: <0, 0, >0.
 */
int span_cmp(struct span a, struct span b);
int span_cmp_nocase(struct span a, struct span b);

/* Every octet sequence of s is well-formed UTF-8 (RFC 3629). */
bool span_utf8(struct span s);
bool span_ascii(struct span s);

/* The part of s behind its first n octets. */
static inline struct span
span_from(struct span s, size_t n)
{
	return n < s.n ? (struct span){ s.p + n, s.n - n } :
			 (struct span){ s.p + s.n, 0 };
}

/* The part of s without ascii_space at either end. */
struct span span_trim(struct span s);

/*
 * Take the part of *rest before the first sep and move *rest behind it.
 * False when *rest was already used up, so it drives a while loop.
 */
bool span_cut(struct span *rest, char sep, struct span *part);

/*
 * Take the line at the start of *rest, without its LF or CRLF, and move *rest
 * behind it.  False when *rest is empty.
 */
bool span_line(struct span *rest, struct span *line);

/* A decimal number of 1 to maxdigits digits and nothing else. */
ATTR_CHECK bool span_u64(struct span s, unsigned maxdigits, uint64_t *out);

#endif
