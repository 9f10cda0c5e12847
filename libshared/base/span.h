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

/* ASCII, whatever the locale. */
char ascii_lower(char c);
bool ascii_alpha(char c);
bool ascii_digit(char c);
/* SP and HTAB: the WSP of RFC 5234. */
bool ascii_wsp(char c);

/* Order by octet value without regard to ASCII case, for sorting: <0, 0, >0. */
int span_cmp_nocase(struct span a, struct span b);

/* Every octet sequence of s is well-formed UTF-8 (RFC 3629). */
bool span_utf8(struct span s);
bool span_ascii(struct span s);

/* The part of s behind its first n octets. */
struct span span_from(struct span s, size_t n);

/* The part of s without SP, HTAB, CR and LF at either end. */
struct span span_trim(struct span s);

/*
 * Take the part of *rest before the first sep and move *rest behind it.
 * False when *rest was already used up, so it drives a while loop.
 */
bool span_cut(struct span *rest, char sep, struct span *part);

/* A decimal number of 1 to maxdigits digits and nothing else. */
ATTR_CHECK bool span_u64(struct span s, unsigned maxdigits, uint64_t *out);

#endif
