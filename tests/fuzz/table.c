/*
 * A key table or signing table, of any kind, and what its rows say.  The lines
 * against a reference; and what a search in a sorted table finds, made of the
 * words of the input, against reading it all.  The first octet is the length of
 * these rows.
 */
#include <sysexits.h>

#include "fuzz.h"
#include "keys/keytable.h"
#include "keys/signtable.h"

static const struct author author = { SPAN("user"), SPAN("a.example.com") };

static void
check_row(const struct table *t, const struct row *row)
{
	struct span name, identity;
	struct keytable_row k;

	MUST(row->key.n > 0 && row->value.n > 0);
	for (size_t i = 0; i < row->key.n; i++)
		MUST(!ascii_wsp(row->key.p[i]) && row->key.p[i] != '#');
	if (signtable_parse(row, &name, &identity) == NULL)
		MUST(lies_in(name, row->value) &&
		    lies_in(identity, row->value) && name.n > 0);
	if (keytable_parse(row, &k) == NULL)
		MUST(lies_in(k.domain, row->value) &&
		    lies_in(k.selector, row->value) &&
		    lies_in(k.key, row->value) && k.key.n > 0);
	MUST(table_match(t, row->key, row->key));
}

static void
check_table(const char *kind, struct span text)
{
	char path[FILE_PATH], spec[2 * FILE_PATH];
	int fd = file_of(text, path);
	struct matches found = { 0 };
	struct fault f = { 0 };
	enum table_got got;
	struct table t;
	struct row row;
	uint64_t line = 0;

	(void)snprintf(spec, sizeof(spec), "%s%s", kind, path);
	MUST(table_open(&t, spec, &f));
	while ((got = table_next(&t, &row, &f)) != TABLE_END) {
		MUST(got == TABLE_ROW ||
		    (got == TABLE_BAD && printable(f.text)));
		MUST(row.line > line && row.at <= text.n);
		line = row.line;
		if (got == TABLE_ROW)
			check_row(&t, &row);
	}
	table_close(&t);
	if (!signtable_find(spec, &author, true, &found, &f))
		MUST(f.code == EX_CONFIG && printable(f.text));
	matches_free(&found);
	(void)close(fd);
}

static int
order(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int c = memcmp(x->p, y->p, n);

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

/* The words of text, sorted. */
static size_t
words(struct span text, struct span *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0, at = 0; i <= text.n && n < room; i++) {
		if (i < text.n && text.p[i] > '#' && text.p[i] <= '~')
			continue;
		if (i > at)
			out[n++] = (struct span){ text.p + at, i - at };
		at = i + 1;
	}
	if (n > 0)
		qsort(out, n, sizeof(*out), order);
	return n;
}

static void
check_seek(struct span text, size_t length)
{
	enum { ROOM = 200 };
	char path[FILE_PATH], spec[2 * FILE_PATH];
	struct span word[ROOM];
	struct buf made = { 0 };
	struct fault f = { 0 };
	struct table t;
	struct row row;
	size_t n = words(text, word, ROOM), first;
	int fd;

	for (size_t i = 0; i < n; i++) {
		buf_add_span(&made, word[i]);
		buf_addf(&made, " %0*zu\n", (int)length + 1, i);
	}
	fd = file_of(buf_span(&made), path);
	(void)snprintf(spec, sizeof(spec), "sorted:%s", path);
	MUST(table_open(&t, spec, &f));
	for (size_t i = 0; i < n; i++) {
		struct span key = { word[i].p, word[i].n - (i & 1) };

		for (first = 0; first < n && order(&word[first], &key) < 0;)
			first++;
		MUST(table_seek(&t, key, &f));
		MUST(table_next(&t, &row, &f) == TABLE_ROW);
		MUST(span_eq(row.key, word[first]));
		MUST(strtoul(row.value.p, NULL, 10) == first);
	}
	table_close(&t);
	(void)close(fd);
	buf_free(&made);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text;

	if (size == 0)
		return 0;
	text = all_of(data + 1, size - 1);
	check_table("", text);
	check_table("refile:", text);
	check_table("sorted:", text);
	check_seek(text, (size_t)data[0] * 8);
	return 0;
}
