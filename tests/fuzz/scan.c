/* The copying of many octets at a time, against one octet at a time. */
#include "ext/scan.h"
#include "fuzz.h"

static bool
line_end(char c)
{
	return c == '\r' || c == '\n';
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || line_end(c);
}

/* Is the octet at i of text one that scan_lines may take? */
static bool
may_take(struct span text, size_t i, bool words)
{
	const char *p = text.p + i;

	if (!blank(*p))
		return true;
	/* What is behind it decides, so there must be something. */
	if (i == 0 || i + 2 >= text.n)
		return !words && !line_end(*p);
	if (*p == '\r')
		return p[1] == '\n' && !line_end(p[2]);
	if (*p == '\n')
		return !line_end(p[1]);
	return !words || (*p != '\t' && (*p != ' ' || !blank(p[1])));
}

static void
check(struct span text, bool words)
{
	/* Exactly as much as is promised, so that one octet more is seen. */
	char *dst = malloc(2 * text.n + SCAN_SLACK);
	struct scanned s;
	size_t out = 0;

	MUST(dst != NULL);
	s = scan_lines(dst, text.p, text.n, words);
	MUST(s.in <= text.n && s.out <= 2 * s.in);
	MUST(s.in == 0 || text.p[s.in - 1] != '\r');
	for (size_t i = 0; i < s.in; i++) {
		MUST(may_take(text, i, words));
		if (text.p[i] == '\n' && text.p[i - 1] != '\r')
			MUST(dst[out++] == '\r');
		MUST(dst[out++] == text.p[i]);
	}
	MUST(out == s.out);
	free(dst);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t from = 0; from <= size && from < 40; from++) {
		char *src = malloc(size - from + 1);

		MUST(src != NULL);
		memcpy(src, data + from, size - from);
		check((struct span){ src, size - from }, false);
		check((struct span){ src, size - from }, true);
		free(src);
	}
	return 0;
}
