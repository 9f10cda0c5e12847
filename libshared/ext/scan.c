#include "ext/scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* One step reads WIDE octets, the one before them and two behind them. */
enum { WIDE = 16, BEHIND = 2 };

static __m128i
load(const char *p)
{
	__m128i octets;

	memcpy(&octets, p, sizeof(octets));
	return octets;
}

static __m128i
is(__m128i octets, char c)
{
	return _mm_cmpeq_epi8(octets, _mm_set1_epi8(c));
}

static __m128i
is_line_end(__m128i octets)
{
	return _mm_or_si128(is(octets, '\r'), is(octets, '\n'));
}

static __m128i
is_blank(__m128i octets)
{
	return _mm_or_si128(is_line_end(octets),
	    _mm_or_si128(is(octets, ' '), is(octets, '\t')));
}

/* No blank and no control character: most of base64, hardly ever in a text. */
static bool
solid(const char *p)
{
	__m128i here = load(p), sp = _mm_set1_epi8(' ');

	return _mm_movemask_epi8(_mm_cmpeq_epi8(here,
		   _mm_min_epu8(here, sp))) == 0;
}

/* A bit for each of the octets at p that cannot be copied as it stands. */
static inline __attribute__((always_inline)) unsigned
thoughts(const char *p, bool words)
{
	__m128i here = load(p), next = load(p + 1);
	__m128i cr = _mm_and_si128(is(here, '\r'), is(next, '\n'));
	__m128i lf = _mm_and_si128(is(here, '\n'), is(load(p - 1), '\r'));
	__m128i line_end = is_line_end(next), all;

	cr = _mm_andnot_si128(is_line_end(load(p + 2)), cr);
	lf = _mm_andnot_si128(line_end, lf);
	all = _mm_andnot_si128(_mm_or_si128(cr, lf), is_line_end(here));
	if (words)
		all = _mm_or_si128(all,
		    _mm_or_si128(is(here, '\t'),
			_mm_and_si128(is(here, ' '), is_blank(next))));
	return (unsigned)_mm_movemask_epi8(all);
}

static inline __attribute__((always_inline)) struct scanned
lines(char *dst, const char *src, size_t n, bool words)
{
	struct scanned s = { 0, 0 };

	/* Nothing may come before the first octet but text. */
	if (n == 0 || src[0] == '\r' || src[0] == '\n' ||
	    (words && (src[0] == ' ' || src[0] == '\t')))
		return s;
	dst[s.out++] = src[s.in++];
	while (n - s.in >= WIDE + BEHIND) {
		const char *p = src + s.in;
		unsigned stop = solid(p) ? 0 : thoughts(p, words);
		size_t same = WIDE;

		memcpy(dst + s.out, p, WIDE);
		if (stop != 0)
			same = (size_t)__builtin_ctz(stop);
		s.in += same;
		s.out += same;
		if (stop == 0)
			continue;
		/* A bare LF, unless an empty line follows. */
		if (p[same] != '\n' || p[same + 1] == '\r' ||
		    p[same + 1] == '\n')
			break;
		dst[s.out++] = '\r';
		dst[s.out++] = '\n';
		s.in++;
	}
	/* Where it ended between CR and LF. */
	if (src[s.in - 1] == '\r') {
		s.in--;
		s.out--;
	}
	return s;
}

struct scanned
scan_lines(char *dst, const char *src, size_t n, bool words)
{
	return words ? lines(dst, src, n, true) : lines(dst, src, n, false);
}
#else
/* Whoever calls this knows another way. */
struct scanned
scan_lines(char *dst, const char *src, size_t n, bool words)
{
	(void)dst;
	(void)src;
	(void)n;
	(void)words;
	return (struct scanned){ 0, 0 };
}
#endif
