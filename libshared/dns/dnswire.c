#include "dns/dnswire.h"

#include <stdbool.h>

enum { QUESTION_TAIL = 4, RECORD_TAIL = 10 };

/* RFC 1035 section 4.1.4: a pointer is two octets and ends a name. */
static bool
skip_name(const unsigned char *p, size_t n, size_t *at)
{
	while (*at < n) {
		unsigned c = p[*at];

		*at += c >= 0xc0 ? 2 : 1 + c;
		if (c >= 0xc0 || c == 0)
			return true;
	}
	return false;
}

size_t
dnswire_txt_octets(const unsigned char *p, size_t n)
{
	size_t at = DNSWIRE_HEADER, sum = 0;

	if (n < DNSWIRE_HEADER)
		return 0;
	for (unsigned i = dnswire_u16(p + 4); i > 0; i--) {
		if (!skip_name(p, n, &at))
			return 0;
		at += QUESTION_TAIL;
	}
	for (unsigned i = dnswire_u16(p + 6); i > 0; i--) {
		if (!skip_name(p, n, &at) || at > n || n - at < RECORD_TAIL)
			return 0;
		if (dnswire_u16(p + at) == RECORD_TXT)
			sum += dnswire_u16(p + at + 8);
		at += RECORD_TAIL + dnswire_u16(p + at + 8);
	}
	return sum;
}
