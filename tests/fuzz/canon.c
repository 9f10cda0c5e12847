/*
 * Canonicalization against a reference that works on the finished text, in the
 * words of RFC 6376 section 3.4.  The first octet says how the body is cut.
 */
#include "dkim/canon.h"
#include "fuzz.h"

static void
collect(void *arg, const void *p, size_t n)
{
	buf_add(arg, p, n);
}

/* Every line end as CRLF, a last line without one completed. */
static void
network(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\r' && i + 1 < text.n &&
		    text.p[i + 1] == '\n')
			continue;
		if (text.p[i] == '\n')
			buf_addc(out, '\r');
		buf_addc(out, text.p[i]);
	}
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		buf_adds(out, "\r\n");
}

/* One line without its end: WSP reduced to one SP, none at the end. */
static void
squeeze(struct span line, struct buf *out)
{
	while (line.n > 0 && ascii_wsp(line.p[line.n - 1]))
		line.n--;
	for (size_t i = 0; i < line.n; i++)
		if (!ascii_wsp(line.p[i]))
			buf_addc(out, line.p[i]);
		else if (!ascii_wsp(line.p[i + 1]))
			buf_addc(out, ' ');
}

static void
naive_body(enum canon c, struct span text, struct buf *out)
{
	struct buf net = { 0 };
	size_t line = 0;

	network(text, &net);
	for (size_t i = 0; i + 1 < net.n; i++) {
		if (net.p[i] != '\r' || net.p[i + 1] != '\n')
			continue;
		if (c == CANON_RELAXED)
			squeeze((struct span){ net.p + line, i - line }, out);
		else
			buf_add(out, net.p + line, i - line);
		buf_adds(out, "\r\n");
		line = i + 2;
	}
	/* Empty lines at the end go away. */
	while (out->n >= 4 && memcmp(out->p + out->n - 4, "\r\n\r\n", 4) == 0)
		out->n -= 2;
	if (out->n == 2 && memcmp(out->p, "\r\n", 2) == 0)
		out->n = 0;
	if (out->n == 0 && c == CANON_SIMPLE)
		buf_adds(out, "\r\n");
	buf_free(&net);
}

static void
naive_field(enum canon c, const struct field *f, struct buf *out)
{
	struct buf net = { 0 }, line = { 0 }, value = { 0 };

	if (c == CANON_SIMPLE) {
		network(f->raw, out);
		return;
	}
	buf_add_lower(out, f->name);
	buf_addc(out, ':');
	network(f->value, &net);
	for (size_t i = 0; i < net.n; i++)
		if (net.p[i] == '\r' && i + 1 < net.n && net.p[i + 1] == '\n')
			i++;
		else
			buf_addc(&line, net.p[i]);
	squeeze(buf_span(&line), &value);
	buf_add(out, value.n > 0 && *value.p == ' ' ? value.p + 1 : value.p,
	    value.n > 0 && *value.p == ' ' ? value.n - 1 : value.n);
	buf_adds(out, "\r\n");
	buf_free(&net);
	buf_free(&line);
	buf_free(&value);
}

static void
check_body(enum canon c, struct span text, size_t step)
{
	struct canon_body *b = malloc(sizeof(*b));
	struct buf got = { 0 }, want = { 0 };

	MUST(b != NULL);
	canon_body_init(b, c, collect, &got);
	for (size_t i = 0; i < text.n; i += step)
		canon_body_add(b, text.p + i,
		    text.n - i < step ? text.n - i : step);
	canon_body_end(b);
	naive_body(c, text, &want);
	must_equal(&got, &want);
	buf_free(&got);
	buf_free(&want);
	free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text;
	struct header h;

	if (size == 0)
		return 0;
	text = all_of(data + 1, size - 1);
	header_split(&h, text);
	for (int c = CANON_SIMPLE; c <= CANON_RELAXED; c++) {
		check_body((enum canon)c, text, (size_t)data[0] + 1);
		for (size_t i = 0; i < h.n; i++) {
			struct buf got = { 0 }, want = { 0 };

			canon_field((enum canon)c, &h.v[i], &got);
			naive_field((enum canon)c, &h.v[i], &want);
			must_equal(&got, &want);
			buf_free(&got);
			buf_free(&want);
		}
	}
	header_free(&h);
	return 0;
}
