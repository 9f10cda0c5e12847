#include "ext/scan.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* One step copies so many octets, and looks at two behind them. */
enum { WIDE = 32, BEHIND = 2 };

static uint32_t
mask(__m128i low, __m128i high)
{
	return (uint32_t)_mm_movemask_epi8(low) |
	    (uint32_t)_mm_movemask_epi8(high) << 16;
}

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/*
 * Copies WIDE octets.  A bit for each that needs thought before it may stay so:
 * a control character, and with words a space before a space or one of those.
 */
static inline __attribute__((always_inline)) uint32_t
copy(char *dst, const char *p, bool words)
{
	const __m128i sp = _mm_set1_epi8(' ');
	__m128i low, high;
	uint32_t below, spaces;

	memcpy(&low, p, sizeof(low));
	memcpy(&high, p + sizeof(low), sizeof(high));
	memcpy(dst, &low, sizeof(low));
	memcpy(dst + sizeof(low), &high, sizeof(high));
	below = mask(_mm_cmpeq_epi8(low, _mm_min_epu8(low, sp)),
	    _mm_cmpeq_epi8(high, _mm_min_epu8(high, sp)));
	if (below == 0)
		return 0;
	spaces = mask(_mm_cmpeq_epi8(low, sp), _mm_cmpeq_epi8(high, sp));
	if (!words)
		return below & ~spaces;
	return (below & ~spaces) |
	    (spaces &
		(below >> 1 | (uint32_t)((unsigned char)p[WIDE] <= ' ') << 31));
}

/* What stands at s->in, where copy() saw something; false where that is to stop. */
static inline __attribute__((always_inline)) bool
think(struct scanned *s, char *dst, const char *src, size_t n, bool words)
{
	const char *p = src + s->in;
	size_t blank = 0;

	if (*p == '\n' || (*p == '\r' && p[1] == '\n')) {
		size_t end = *p == '\n' ? 1 : 2;

		if (is_line_end(p[end]))
			return false;
		dst[s->out++] = '\r';
		dst[s->out++] = '\n';
		s->in += end;
		return true;
	}
	if (*p == '\r')
		return false;
	if (words && is_wsp(*p)) {
		while (n - s->in > blank + BEHIND && is_wsp(p[blank]))
			blank++;
		if (is_wsp(p[blank]) ||
		    (p[blank] == '\r' && p[blank + 1] != '\n') ||
		    (is_line_end(p[blank]) && dst[s->out - 1] == '\n'))
			return false;
		s->in += blank;
		if (!is_line_end(p[blank]))
			dst[s->out++] = ' ';
		return true;
	}
	dst[s->out++] = *p;
	s->in++;
	return true;
}

static inline __attribute__((always_inline)) struct scanned
lines(char *dst, const char *src, size_t n, bool words)
{
	struct scanned s = { 0, 0 };

	/* Nothing may come before the first octet but text. */
	if (n == 0 || is_line_end(src[0]) || (words && is_wsp(src[0])))
		return s;
	dst[s.out++] = src[s.in++];
	while (n - s.in >= WIDE + BEHIND) {
		uint32_t stop = copy(dst + s.out, src + s.in, words);
		size_t same = stop != 0 ? (size_t)__builtin_ctz(stop) : WIDE;

		s.in += same;
		s.out += same;
		if (stop != 0 && !think(&s, dst, src, n, words))
			break;
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
