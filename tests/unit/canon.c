/*
 * Every body of up to six octets over a small alphabet, whole, cut in two at
 * every point and octet by octet, and every short field value, against a
 * reference that works the other way round: on the finished text, with all of
 * it in memory.  RFC 6376 section 3.4.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dkim/canon.h"

enum { LONGEST = 6, LETTERS = 5, ROOM = 256 };

static const char alphabet[LETTERS] = { 'a', ' ', '\t', '\r', '\n' };
static const char *const mode_name[] = { "simple", "relaxed" };
static int tests, failed;

/* A bounded text.  What would not fit shows as a length that never matches. */
struct text {
	char p[ROOM];
	size_t n;
};

static void
text_add(void *arg, const void *p, size_t n)
{
	struct text *t = arg;

	for (size_t i = 0; i < n; i++) {
		if (t->n < ROOM)
			t->p[t->n] = ((const char *)p)[i];
		t->n++;
	}
}

static bool
text_eq(const struct text *a, const struct text *b)
{
	return a->n == b->n && a->n <= ROOM && memcmp(a->p, b->p, a->n) == 0;
}

static void
text_show(const char *what, const char *p, size_t n)
{
	printf("#   %s ", what);
	for (size_t i = 0; i < n && i < ROOM; i++) {
		if (p[i] == '\r')
			printf("\\r");
		else if (p[i] == '\n')
			printf("\\n");
		else if (p[i] == '\t')
			printf("\\t");
		else if (p[i] < 33 || p[i] > 126)
			printf("<%02x>", (unsigned)p[i] & 0xff);
		else
			putchar(p[i]);
	}
	putchar('\n');
}

static bool
ok(bool good, const char *fmt, const char *arg)
{
	printf("%sok %d - ", good ? "" : "not ", ++tests);
	printf("%s: %s\n", arg, fmt);
	if (!good)
		failed++;
	return good;
}

/* ---- the reference: rewrite the whole text, one rule after the other ---- */

static void
cut(struct text *t, size_t at, size_t n)
{
	memmove(t->p + at, t->p + at + n, t->n - at - n);
	t->n -= n;
}

static void
insert(struct text *t, size_t at, char c)
{
	memmove(t->p + at + 1, t->p + at, t->n - at);
	t->p[at] = c;
	t->n++;
}

static bool
wsp(const struct text *t, size_t i)
{
	return t->p[i] == ' ' || t->p[i] == '\t';
}

static bool
crlf_at(const struct text *t, size_t i)
{
	return i + 1 < t->n && t->p[i] == '\r' && t->p[i + 1] == '\n';
}

/* Every LF without a CR before it gets one; the last line gets its end. */
static void
to_network(struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->p[i] == '\n' && (i == 0 || t->p[i - 1] != '\r'))
			insert(t, i++, '\r');
	if (t->n > 0 && t->p[t->n - 1] != '\n') {
		insert(t, t->n, '\r');
		insert(t, t->n, '\n');
	}
}

static void
squeeze(struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (wsp(t, i))
			t->p[i] = ' ';
	for (size_t i = 0; i + 1 < t->n;)
		if (wsp(t, i) && wsp(t, i + 1))
			cut(t, i, 1);
		else
			i++;
	for (size_t i = 0; i + 1 < t->n;)
		if (wsp(t, i) && crlf_at(t, i + 1))
			cut(t, i, 1);
		else
			i++;
}

static void
reference_body(enum canon mode, struct text *t)
{
	to_network(t);
	if (mode == CANON_RELAXED)
		squeeze(t);
	while (t->n >= 4 && crlf_at(t, t->n - 2) && crlf_at(t, t->n - 4))
		t->n -= 2;
	if (t->n == 2 && crlf_at(t, 0))
		t->n = 0;
	if (t->n == 0 && mode == CANON_SIMPLE) {
		insert(t, 0, '\r');
		insert(t, 1, '\n');
	}
}

static void
reference_field(enum canon mode, const struct text *raw, struct text *t)
{
	size_t colon = 0;

	*t = *raw;
	to_network(t);
	if (mode == CANON_SIMPLE)
		return;
	for (size_t i = 0; i + 2 < t->n;)
		if (crlf_at(t, i))
			cut(t, i, 2);
		else
			i++;
	squeeze(t);
	while (t->p[colon] != ':')
		colon++;
	if (colon > 0 && wsp(t, colon - 1))
		cut(t, --colon, 1);
	if (wsp(t, colon + 1))
		cut(t, colon + 1, 1);
	for (size_t i = 0; i < colon; i++)
		if (t->p[i] >= 'A' && t->p[i] <= 'Z')
			t->p[i] = (char)(t->p[i] - 'A' + 'a');
}

/* ------------------------------------------------------------------ bodies */

/* The body given in pieces: two cut at split, or octet by octet. */
static bool
body_agrees(enum canon mode, const char *body, size_t n, size_t split,
    bool singly)
{
	struct text got = { .n = 0 }, want = { .n = 0 };
	struct canon_body c;
	char copy[ROOM];

	text_add(&want, body, n);
	reference_body(mode, &want);
	canon_body_init(&c, mode, text_add, &got);
	if (singly) {
		for (size_t i = 0; i < n; i++) {
			copy[0] = body[i]; /* a place of its own */
			canon_body_add(&c, copy, 1);
		}
	} else {
		memcpy(copy, body, split);
		canon_body_add(&c, copy, split);
		memset(copy, 'X', sizeof(copy)); /* nothing may be kept */
		canon_body_add(&c, body + split, n - split);
	}
	canon_body_end(&c);
	if (text_eq(&got, &want))
		return true;
	printf("# %s, %s %zu of %zu\n", mode_name[mode == CANON_RELAXED],
	    singly ? "octet by octet" : "cut at", split, n);
	text_show("body", body, n);
	text_show("got ", got.p, got.n);
	text_show("want", want.p, want.n);
	return false;
}

static void
all_bodies(enum canon mode)
{
	char body[LONGEST];
	unsigned bodies = 0, pieces = 0, wrong = 0;

	for (size_t n = 0; n <= LONGEST; n++) {
		unsigned count = 1;

		for (size_t i = 0; i < n; i++)
			count *= LETTERS;
		for (unsigned k = 0; k < count && wrong < 10; k++) {
			for (unsigned i = 0, rest = k; i < n; i++) {
				body[i] = alphabet[rest % LETTERS];
				rest /= LETTERS;
			}
			bodies++;
			for (size_t at = 0; at <= n; at++, pieces++)
				wrong += !body_agrees(mode, body, n, at, false);
			wrong += !body_agrees(mode, body, n, 0, true);
		}
	}
	ok(wrong == 0, "every body of up to six octets, at every split point",
	    mode_name[mode == CANON_RELAXED]);
	printf("# %u bodies, %u splits\n", bodies, pieces);
}

static void
vector(const char *body, size_t n, const char *simple, size_t simple_n,
    const char *relaxed, size_t relaxed_n)
{
	for (int m = 0; m < 2; m++) {
		struct text got = { .n = 0 }, want = { .n = 0 };
		struct canon_body c;

		text_add(&want, m ? relaxed : simple, m ? relaxed_n : simple_n);
		canon_body_init(&c, m ? CANON_RELAXED : CANON_SIMPLE, text_add,
		    &got);
		canon_body_add(&c, body, n);
		canon_body_end(&c);
		if (!ok(text_eq(&got, &want), "body vector", mode_name[m])) {
			text_show("body", body, n);
			text_show("got ", got.p, got.n);
			text_show("want", want.p, want.n);
		}
	}
}

#define VECTOR(b, s, r) \
	vector(b, sizeof(b) - 1, s, sizeof(s) - 1, r, sizeof(r) - 1)

static void
vectors(void)
{
	VECTOR("", "\r\n", "");
	VECTOR("\r\n\r\n", "\r\n", "");
	VECTOR(" ", " \r\n", "");
	VECTOR(" \r\n\t\n", " \r\n\t\r\n", "");
	VECTOR("abc", "abc\r\n", "abc\r\n");
	VECTOR("abc  ", "abc  \r\n", "abc\r\n");
	VECTOR("a\tb ", "a\tb \r\n", "a b\r\n");
	VECTOR("a\rb", "a\rb\r\n", "a\rb\r\n");
	VECTOR("a\r", "a\r\r\n", "a\r\r\n");
	VECTOR("a \r", "a \r\r\n", "a \r\r\n");
	VECTOR("a\r\r\n", "a\r\r\n", "a\r\r\n");
	VECTOR("\r", "\r\r\n", "\r\r\n");
	VECTOR("  a\n", "  a\r\n", " a\r\n");
	VECTOR("\n\nabc\n", "\r\n\r\nabc\r\n", "\r\n\r\nabc\r\n");
	VECTOR("a\r\n \r\n\r\n", "a\r\n \r\n", "a\r\n");
	VECTOR("a\r\n \r\n\r\nb", "a\r\n \r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n");
	/* RFC 6376 section 3.4.5 */
	VECTOR(" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n",
	    " C\r\nD E\r\n");
	/* White space is SP and HTAB, nothing else; NUL and 8-bit are data. */
	VECTOR("a\x0b\r\n\x0c\r\n\xa0 \r\n", "a\x0b\r\n\x0c\r\n\xa0 \r\n",
	    "a\x0b\r\n\x0c\r\n\xa0\r\n");
	VECTOR("a\0 \0\n", "a\0 \0\r\n", "a\0 \0\r\n");
	VECTOR("..x\r\n.\r\n", "..x\r\n.\r\n", "..x\r\n.\r\n");
}

/* Blank lines are counted, not kept: 100 million of them cost no memory. */
static void
count_put(void *arg, const void *p, size_t n)
{
	size_t *total = arg;

	(void)p;
	*total += n;
}

static void
blank_lines(enum canon mode)
{
	static char lines[100000];
	const char *name = mode_name[mode == CANON_RELAXED];
	struct canon_body c;
	size_t total = 0;

	memset(lines, '\n', sizeof(lines));
	canon_body_init(&c, mode, count_put, &total);
	for (int i = 0; i < 1000; i++)
		canon_body_add(&c, lines, sizeof(lines));
	canon_body_end(&c);
	ok(total == (mode == CANON_SIMPLE ? 2 : 0),
	    "100 million blank lines at the end vanish", name);

	total = 0;
	canon_body_init(&c, mode, count_put, &total);
	for (int i = 0; i < 100; i++)
		canon_body_add(&c, lines, sizeof(lines));
	canon_body_add(&c, "a", 1);
	canon_body_end(&c);
	ok(total == 2 * 100 * sizeof(lines) + 3,
	    "10 million blank lines before a text all stay", name);
}

/* ------------------------------------------------------------------ fields */

static bool
field_agrees(enum canon mode, const struct text *raw)
{
	struct text got = { .n = 0 }, want;
	struct buf out = { 0 };
	struct field f = { 0 };
	size_t colon = 0, name;

	while (raw->p[colon] != ':')
		colon++;
	for (name = colon; name > 0 && wsp(raw, name - 1);)
		name--;
	f.raw = (struct span){ raw->p, raw->n };
	f.name = (struct span){ raw->p, name };
	f.value = (struct span){ raw->p + colon + 1, raw->n - colon - 1 };
	canon_field(mode, &f, &out);
	text_add(&got, out.p, out.n);
	buf_free(&out);
	reference_field(mode, raw, &want);
	if (text_eq(&got, &want))
		return true;
	printf("# %s\n", mode_name[mode == CANON_RELAXED]);
	text_show("field", raw->p, raw->n);
	text_show("got  ", got.p, got.n);
	text_show("want ", want.p, want.n);
	return false;
}

/* Every value of up to six pieces, each an octet or a fold. */
static void
all_fields(enum canon mode, const char *name)
{
	static const char *const piece[] = { "a", "B", " ", "\t", "\n ",
		"\r\n\t", "\r", "\x0c" };
	enum { PIECES = sizeof(piece) / sizeof(piece[0]), MOST = 5 };
	unsigned wrong = 0;

	for (unsigned n = 0; n <= MOST; n++) {
		unsigned count = 1;

		for (unsigned i = 0; i < n; i++)
			count *= PIECES;
		for (unsigned k = 0; k < count && wrong < 10; k++) {
			struct text raw = { .n = 0 };

			text_add(&raw, name, strlen(name));
			for (unsigned i = 0, rest = k; i < n; i++) {
				const char *s = piece[rest % PIECES];

				text_add(&raw, s, strlen(s));
				rest /= PIECES;
			}
			/* A CR at the very end would be read as line end. */
			if (raw.p[raw.n - 1] != '\r')
				wrong += !field_agrees(mode, &raw);
		}
	}
	ok(wrong == 0, "every field value of up to five pieces",
	    mode_name[mode == CANON_RELAXED]);
}

static void
field_vector(const char *raw, const char *simple, const char *relaxed)
{
	for (int m = 0; m < 2; m++) {
		const char *expect = m ? relaxed : simple;
		const char *colon = strchr(raw, ':');
		struct text got = { .n = 0 }, want = { .n = 0 };
		struct buf out = { 0 };
		struct field f = { 0 };
		size_t name = (size_t)(colon - raw);

		while (raw[name - 1] == ' ' || raw[name - 1] == '\t')
			name--;
		f.raw = span_str(raw);
		f.name = (struct span){ raw, name };
		f.value = span_str(colon + 1);
		text_add(&want, expect, strlen(expect));
		canon_field(m ? CANON_RELAXED : CANON_SIMPLE, &f, &out);
		text_add(&got, out.p, out.n);
		buf_free(&out);
		if (!ok(text_eq(&got, &want), "field vector", mode_name[m])) {
			text_show("field", raw, strlen(raw));
			text_show("got  ", got.p, got.n);
			text_show("want ", want.p, want.n);
		}
	}
}

/* A small generator of its own, the same everywhere (Knuth's MMIX). */
static unsigned
draw(uint64_t *state, unsigned below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33) % below;
}

static char
draw_octet(uint64_t *state)
{
	unsigned k = draw(state, 4 * LETTERS);

	return k < LETTERS ? alphabet[k] : (char)('b' + k);
}

/* Long enough for whatever is done to many octets at a time. */
static void
random_bodies(enum canon mode)
{
	char body[ROOM / 2];
	uint64_t state = 1;
	unsigned wrong = 0;

	for (unsigned k = 0; k < 20000 && wrong < 10; k++) {
		size_t n = draw(&state, sizeof(body));

		for (size_t i = 0; i < n; i++)
			body[i] = draw_octet(&state);
		wrong += !body_agrees(mode, body, n,
		    draw(&state, (unsigned)n + 1), false);
	}
	ok(wrong == 0, "20000 longer bodies, each cut somewhere",
	    mode_name[mode == CANON_RELAXED]);
}

static void
fnv_put(void *arg, const void *p, size_t n)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < n; i++)
		*sum = (*sum ^ ((const unsigned char *)p)[i]) * 1099511628211u;
}

static uint64_t
sum_in_pieces(enum canon mode, const char *body, size_t n, size_t piece)
{
	uint64_t sum = 14695981039346656037u;
	struct canon_body c;

	canon_body_init(&c, mode, fnv_put, &sum);
	for (size_t i = 0; i < n; i += piece)
		canon_body_add(&c, body + i, n - i < piece ? n - i : piece);
	canon_body_end(&c);
	return sum;
}

/* Over the edges of the block in which the canonical octets are gathered. */
static void
large_body(enum canon mode)
{
	static const size_t pieces[] = { 2, 15, 16, 17, 4095, 65536, 1 << 20 };
	static char body[8 * CANON_BLOCK];
	uint64_t state = 2, want;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = draw_octet(&state);
	want = sum_in_pieces(mode, body, sizeof(body), 1);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		wrong += want !=
		    sum_in_pieces(mode, body, sizeof(body), pieces[i]);
	ok(wrong == 0, "a large body, in pieces of many sizes",
	    mode_name[mode == CANON_RELAXED]);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	vectors();
	for (int m = 0; m < 2; m++) {
		enum canon mode = m ? CANON_RELAXED : CANON_SIMPLE;

		all_bodies(mode);
		random_bodies(mode);
		large_body(mode);
		blank_lines(mode);
		all_fields(mode, "X:");
		all_fields(mode, "X-Long \t:");
	}
	/* RFC 6376 section 3.4.5 */
	field_vector("A: X", "A: X\r\n", "a:X\r\n");
	field_vector("B : Y\t\r\n\tZ  ", "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n");
	field_vector("X: \t", "X: \t\r\n", "x:\r\n");
	field_vector("X:", "X:\r\n", "x:\r\n");
	field_vector("Subject:\n foo", "Subject:\r\n foo\r\n",
	    "subject:foo\r\n");
	field_vector("X: a \x0c", "X: a \x0c\r\n", "x:a \x0c\r\n");
	field_vector("X: a\x0b\xa0", "X: a\x0b\xa0\r\n", "x:a\x0b\xa0\r\n");
	field_vector("X:a\r\n \r\n b", "X:a\r\n \r\n b\r\n", "x:a b\r\n");
	printf("1..%d\n", tests);
	return failed > 0;
}
