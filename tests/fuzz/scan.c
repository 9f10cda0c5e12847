/* The copying of many octets at a time, against one octet at a time. */
#include "ext/scan.h"
#include "fuzz.h"

static bool
line_end(char c)
{
	return c == '\r' || c == '\n';
}

static bool
wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes what is at *i of text, and checks what became of it behind *out. */
static void
take(struct span text, size_t *i, bool words, const char *dst, size_t *out)
{
	const char *p = text.p + *i;
	size_t n = 1;

	if (words && wsp(*p)) {
		while (*i + n < text.n && wsp(p[n]))
			n++;
		/* What is behind the run decides, so there must be something. */
		MUST(*i > 0 && *i + n < text.n);
		if (!line_end(p[n]))
			MUST(dst[(*out)++] == ' ');
		else
			MUST(p[-1] != '\n' &&
			    (p[n] == '\n' ||
				(*i + n + 1 < text.n && p[n + 1] == '\n')));
	} else if (line_end(*p)) {
		n += *p == '\r';
		MUST(*i > 0 && *i + n < text.n);
		MUST(p[n - 1] == '\n' && !line_end(p[n]));
		MUST(dst[(*out)++] == '\r' && dst[(*out)++] == '\n');
	} else {
		MUST(dst[(*out)++] == *p);
	}
	*i += n;
}

static void
check(struct span text, bool words)
{
	/* Exactly as much as is promised, so that one octet more is seen. */
	char *dst = malloc(2 * text.n + SCAN_SLACK);
	struct scanned s;
	size_t in = 0, out = 0;

	MUST(dst != NULL);
	s = scan_lines(dst, text.p, text.n, words);
	MUST(s.in <= text.n && s.out <= 2 * s.in);
	MUST(s.in == 0 || text.p[s.in - 1] != '\r');
	while (in < s.in)
		take(text, &in, words, dst, &out);
	MUST(in == s.in);
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
