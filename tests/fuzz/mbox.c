/*
 * A mailbox: its messages against a reference, and together they are the file.
 * And the fields of one name taken out of a header as it passes by, against
 * the header that is split as a whole.  The first octet says in what pieces.
 */
#include "base/limits.h"
#include "fuzz.h"
#include "mail/header.h"
#include "mail/mbox.h"
#include "mail/strip.h"

static bool
blank_before(struct span text, size_t at)
{
	return (at >= 2 && memcmp(text.p + at - 2, "\n\n", 2) == 0) ||
	    (at >= 3 && memcmp(text.p + at - 3, "\n\r\n", 3) == 0) ||
	    (at == 1 && text.p[0] == '\n') ||
	    (at == 2 && memcmp(text.p, "\r\n", 2) == 0);
}

static size_t
naive_end(struct span text, size_t begin)
{
	for (size_t i = begin + 1; i + 5 <= text.n; i++)
		if (memcmp(text.p + i, "From ", 5) == 0 &&
		    blank_before(text, i))
			return i;
	return text.n;
}

static void
check_mbox(struct span text)
{
	char path[FILE_PATH], got[4096];
	int fd = file_of(text, path);
	struct fault f;
	struct input *file = input_open(path, false, &f), *one;
	struct mbox m;
	size_t at = 0;

	MUST(file != NULL);
	mbox_init(&m, file);
	while ((one = mbox_next(&m, "one", &f)) != NULL) {
		size_t end = naive_end(text, at);
		ssize_t n;

		while ((n = input_read(one, got, sizeof(got), &f)) > 0) {
			MUST((size_t)n <= end - at);
			MUST(memcmp(got, text.p + at, (size_t)n) == 0);
			at += (size_t)n;
		}
		MUST(n == 0 && at == end);
		input_close(one);
	}
	MUST(f.code == 0 && at == text.n);
	mbox_free(&m);
	input_close(file);
	(void)close(fd);
}

/* How many octets the header has, and so the fields' last line end. */
static size_t
header_end(struct span text)
{
	size_t line = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n')
			continue;
		if (i == line || (i == line + 1 && text.p[line] == '\r'))
			return line;
		line = i + 1;
	}
	return text.n;
}

static void
naive_strip(struct span text, struct span name, struct buf *out)
{
	size_t at = 0, end = header_end(text);
	struct header h;

	header_split(&h, (struct span){ text.p, end });
	for (size_t i = 0; i < h.n; i++) {
		size_t begin = (size_t)(h.v[i].raw.p - text.p);

		if (!span_eq_nocase(h.v[i].name, name))
			continue;
		buf_add(out, text.p + at, begin - at);
		for (at = begin + h.v[i].raw.n; at < end;)
			if (text.p[at++] == '\n')
				break;
	}
	buf_add_span(out, span_from(text, at));
	header_free(&h);
}

static void
check_strip(struct span text, size_t step)
{
	const struct span name = SPAN("Foo-Bar");
	struct buf got = { 0 }, want = { 0 };
	struct strip s;

	strip_begin(&s, name);
	for (size_t i = 0; i < text.n; i += step) {
		struct span piece = span_from(text, i);

		piece.n = piece.n < step ? piece.n : step;
		strip_add(&s, piece, &got);
	}
	strip_end(&s, &got);
	naive_strip(text, name, &want);
	must_equal(&got, &want);
	buf_free(&got);
	buf_free(&want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text;

	if (size == 0)
		return 0;
	text = all_of(data + 1, size - 1);
	check_mbox(text);
	/* Longer lines are decided on before their end. */
	if (size <= LIMIT_LINE)
		check_strip(text, (size_t)data[0] + 1);
	return 0;
}
