/* The copying of many octets at a time, against one octet at a time. */
#include "ext/scan.h"
#include "fuzz.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t
naive_line(struct span text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '\r' && text.p[n] != '\n')
		n++;
	return n;
}

static size_t
naive_words(struct span text)
{
	size_t n = 0;

	while (n < text.n &&
	    (!blank(text.p[n]) ||
		(text.p[n] == ' ' && n + 1 < text.n && !blank(text.p[n + 1]))))
		n++;
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as much as is promised, so that one octet more is seen. */
	char *dst = malloc(size + SCAN_SLACK), *src = malloc(size + 1);

	MUST(dst != NULL && src != NULL);
	for (size_t from = 0; from <= size && from < 40; from++) {
		struct span text = { src + 1 + from, size - from };
		size_t n;

		memcpy(src + 1, data, size);
		n = scan_copy_line(dst, text.p, text.n);
		MUST(n == naive_line(text) && memcmp(dst, text.p, n) == 0);
		n = scan_copy_words(dst, text.p, text.n);
		MUST(n == naive_words(text) && memcmp(dst, text.p, n) == 0);
	}
	free(dst);
	free(src);
	return 0;
}
