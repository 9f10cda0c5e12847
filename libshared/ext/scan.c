#include "ext/scan.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* A bit for each of the 16 octets that equals c. */
static unsigned
equal(__m128i octets, char c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(octets,
	    _mm_set1_epi8(c)));
}

static __m128i
load(const char *p)
{
	__m128i octets;

	memcpy(&octets, p, sizeof(octets));
	return octets;
}

static void
store(char *p, __m128i octets)
{
	memcpy(p, &octets, sizeof(octets));
}

/* How many octets were copied before fewer than 17 are left, or up to a stop. */
static size_t
copy_line_wide(char *dst, const char *src, size_t n, bool *stopped)
{
	size_t i = 0;

	for (; n - i > 16; i += 16) {
		__m128i octets = load(src + i);
		unsigned stop = equal(octets, '\r') | equal(octets, '\n');

		store(dst + i, octets);
		if (stop != 0) {
			*stopped = true;
			return i + (size_t)__builtin_ctz(stop);
		}
	}
	return i;
}

static size_t
copy_words_wide(char *dst, const char *src, size_t n, bool *stopped)
{
	size_t i = 0;

	for (; n - i > 16; i += 16) {
		__m128i octets = load(src + i);
		unsigned sp = equal(octets, ' ');
		unsigned stop = equal(octets, '\r') | equal(octets, '\n') |
		    equal(octets, '\t');

		store(dst + i, octets);
		if (sp != 0) {
			char c = src[i + 16];
			unsigned last = c == ' ' || c == '\t' || c == '\r' ||
			    c == '\n';

			stop |= sp & ((stop | sp) >> 1 | last << 15);
		}
		if (stop != 0) {
			*stopped = true;
			return i + (size_t)__builtin_ctz(stop);
		}
	}
	return i;
}
#else
static size_t
copy_line_wide(char *dst, const char *src, size_t n, bool *stopped)
{
	(void)dst;
	(void)src;
	(void)n;
	(void)stopped;
	return 0;
}

static size_t
copy_words_wide(char *dst, const char *src, size_t n, bool *stopped)
{
	return copy_line_wide(dst, src, n, stopped);
}
#endif

size_t
scan_copy_line(char *dst, const char *src, size_t n)
{
	bool stopped = false;
	size_t i = copy_line_wide(dst, src, n, &stopped);

	for (; !stopped && i < n; i++) {
		if (src[i] == '\r' || src[i] == '\n')
			break;
		dst[i] = src[i];
	}
	return i;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t
scan_copy_words(char *dst, const char *src, size_t n)
{
	bool stopped = false;
	size_t i = copy_words_wide(dst, src, n, &stopped);

	for (; !stopped && i < n; i++) {
		if (blank(src[i]) &&
		    (src[i] != ' ' || i + 1 == n || blank(src[i + 1])))
			break;
		dst[i] = src[i];
	}
	return i;
}
