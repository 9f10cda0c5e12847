#include "keys/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"

enum {
	CHUNK = 64 << 10, /* read at a time when the whole table is read */
	PAGE = 4096,      /* when one place of it is */
	PROBE = 256       /* to see one line, when it is searched */
};

static bool
drop_prefix(const char **spec, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*spec, prefix, n) != 0)
		return false;
	*spec += n;
	return true;
}

/* A word and a colon in front, which are not ours to read. */
static bool
foreign(const char *spec)
{
	size_t n = 0;

	while (ascii_alpha(spec[n]))
		n++;
	return n > 1 && spec[n] == ':';
}

bool
table_open(struct table *t, const char *spec, struct fault *f)
{
	struct stat st;

	*t = (struct table){ .path = spec, .fd = -1, .ahead = CHUNK };
	if (drop_prefix(&t->path, "refile:"))
		t->kind = TABLE_PATTERNS;
	else if (drop_prefix(&t->path, "sorted:"))
		t->kind = TABLE_SORTED;
	else if (!drop_prefix(&t->path, "file:") && foreign(spec))
		return fault_set(f, EX_USAGE,
		    "%s: not a table of ours (FILE, file:, refile:, sorted:)",
		    spec);
	if (t->kind == TABLE_SORTED)
		t->ahead = PAGE;
	t->fd = open(t->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || fstat(t->fd, &st) != 0)
		return fault_errno(f, EX_NOINPUT, "%s", t->path);
	if (!S_ISREG(st.st_mode))
		return fault_set(f, EX_NOINPUT, "%s: not a regular file",
		    t->path);
	if (st.st_size > LIMIT_TABLE)
		return fault_set(f, EX_CONFIG, "%s: longer than %d octets",
		    t->path, LIMIT_TABLE);
	t->size = (uint64_t)st.st_size;
	t->chunk = mem_grow(NULL, LIMIT_TABLE_LINE + CHUNK, 1);
	return true;
}

void
table_close(struct table *t)
{
	if (t->chunk == NULL && t->path == NULL)
		return;
	if (t->fd >= 0)
		(void)close(t->fd);
	if (t->chunk != NULL) /* keys may stand in the table itself */
		explicit_bzero(t->chunk, t->used);
	free(t->chunk);
	*t = (struct table){ .fd = -1 };
}

/* The number of the line at an offset, for a fault: nobody else asks. */
static uint64_t
line_at(const struct table *t, uint64_t at)
{
	uint64_t line = 1, done = 0;
	char piece[PAGE];

	while (done < at) {
		size_t want = at - done < PAGE ? (size_t)(at - done) : PAGE;
		ssize_t got = pread(t->fd, piece, want, (off_t)done);

		if (got <= 0)
			break;
		for (ssize_t i = 0; i < got; i++)
			line += piece[i] == '\n';
		done += (uint64_t)got;
	}
	explicit_bzero(piece, sizeof(piece));
	return line;
}

bool
table_context(const struct table *t, const struct row *row, struct fault *f)
{
	uint64_t line = row->line > 0 ? row->line : line_at(t, row->at);

	return fault_context(f, "%s:%llu", t->path, (unsigned long long)line);
}

bool
table_fault(const struct table *t, const struct row *row, struct fault *f,
    const char *why)
{
	(void)fault_set(f, EX_CONFIG, "%s", why);
	return table_context(t, row, f);
}

/* More octets behind those at hand; false at the end and on an error. */
static bool
fill(struct table *t, bool *failed, struct fault *f)
{
	ssize_t got;

	if (t->first > 0) {
		memmove(t->chunk, t->chunk + t->first, t->end - t->first);
		t->end -= t->first;
		t->first = 0;
	}
	do {
		got = pread(t->fd, t->chunk + t->end, t->ahead,
		    (off_t)t->offset);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		*failed = !fault_errno(f, EX_IOERR, "%s", t->path);
	if (got <= 0)
		return false;
	t->end += (size_t)got;
	t->offset += (uint64_t)got;
	if (t->end > t->used)
		t->used = t->end;
	if (t->ahead < PAGE) /* the line is longer than hoped */
		t->ahead = PAGE;
	return true;
}

/*
 * The next line, without its LF; *whole false for a line beyond the bound, of
 * which this is only a part.
 */
static enum table_got
next_line(struct table *t, struct row *row, struct span *line, bool *whole,
    struct fault *f)
{
	const char *lf = NULL;
	size_t looked = 0;
	bool failed = false;

	for (;;) {
		const char *p = t->chunk + t->first;
		size_t n = t->end - t->first;

		if (n > looked)
			lf = memchr(p + looked, '\n', n - looked);
		looked = n;
		if (lf != NULL || n > LIMIT_TABLE_LINE || !fill(t, &failed, f))
			break;
	}
	if (failed)
		return TABLE_FAILED;
	if (t->first == t->end)
		return TABLE_END;
	row->at = t->offset - (t->end - t->first);
	*line = (struct span){ t->chunk + t->first, t->end - t->first };
	if (lf != NULL)
		line->n = (size_t)(lf - line->p);
	*whole = line->n <= LIMIT_TABLE_LINE;
	t->first += line->n + (lf != NULL);
	return TABLE_ROW;
}

/* Throws away the rest of a line that is too long. */
static void
skip_line(struct table *t)
{
	struct fault ignored;
	bool failed = false;

	for (;;) {
		size_t n = t->end - t->first;
		const char *lf = n > 0 ? memchr(t->chunk + t->first, '\n', n) :
					 NULL;

		if (lf != NULL) {
			t->first = (size_t)(lf - t->chunk) + 1;
			return;
		}
		t->first = t->end;
		if (!fill(t, &failed, &ignored))
			return;
	}
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') ||
		    s.p[i] == 0x7f)
			return true;
	return false;
}

static struct span
first_word(struct span line)
{
	size_t n = 0;

	while (n < line.n && !ascii_wsp(line.p[n]))
		n++;
	return (struct span){ line.p, n };
}

/* Without its comment, in two; an empty key for an empty line. */
static void
split(struct span line, struct row *row)
{
	const char *hash = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

	if (hash != NULL)
		line.n = (size_t)(hash - line.p);
	line = span_trim(line);
	row->key = first_word(line);
	row->value = span_trim(span_from(line, row->key.n));
}

enum table_got
table_next(struct table *t, struct row *row, struct fault *f)
{
	for (;;) {
		bool whole = true;
		struct span line;
		enum table_got got = next_line(t, row, &line, &whole, f);
		const char *why = NULL;

		if (got != TABLE_ROW)
			return got;
		if (t->line > 0 || row->at == 0)
			t->line++;
		row->line = t->line;
		split(line, row);
		if (!whole)
			why = "the line is too long";
		else if (has_control(row->key) || has_control(row->value))
			why = "a control character in the line";
		else if (row->key.n > 0 && row->value.n == 0)
			why = "nothing stands behind the first word";
		if (why == NULL && row->key.n == 0)
			continue;
		if (why == NULL)
			return TABLE_ROW;
		(void)table_fault(t, row, f, why);
		if (!whole)
			skip_line(t);
		return TABLE_BAD;
	}
}

static void
move(struct table *t, uint64_t offset, size_t ahead)
{
	t->first = t->end = 0;
	t->offset = offset;
	t->line = 0;
	t->ahead = ahead;
}

/* Back to a row that was the last to be read. */
static void
put_back(struct table *t, const struct row *row)
{
	uint64_t behind = t->offset - row->at;

	t->line = 0;
	if (behind <= t->end)
		t->first = t->end - (size_t)behind;
	else
		move(t, row->at, PAGE);
}

/* Lines that begin before low come before key; those from high on do not. */
struct search {
	struct span key;
	uint64_t low, high;
	struct buf at_low, at_high; /* their first words, where known */
	bool bounded;               /* at_high is */
};

static void
keep_word(struct buf *out, struct span word)
{
	out->n = 0;
	buf_add_span(out, word);
}

/* What it meets has to lie between what was met before. */
static bool
in_order(const struct search *s, struct span word)
{
	return span_cmp(buf_span(&s->at_low), word) <= 0 &&
	    (!s->bounded || span_cmp(word, buf_span(&s->at_high)) <= 0);
}

/* Narrows a search by the first line that begins at offset or behind it. */
static bool
probe(struct table *t, struct search *s, uint64_t offset, struct fault *f)
{
	struct row row = { 0 };
	struct span line, word;
	enum table_got got;
	bool whole = true;

	move(t, offset - 1, PROBE); /* a line may begin right at offset */
	skip_line(t);
	got = next_line(t, &row, &line, &whole, f);
	if (got != TABLE_ROW || row.at >= s->high) {
		s->high = offset;
		return got != TABLE_FAILED;
	}
	word = span_trim(first_word(line));
	if (!in_order(s, word))
		return table_fault(t, &row, f, TABLE_DISORDER);
	if (span_cmp(word, s->key) < 0) {
		s->low = row.at;
		keep_word(&s->at_low, word);
	} else {
		s->high = offset;
		s->bounded = true;
		keep_word(&s->at_high, word);
	}
	return true;
}

/* The rows of the last piece, one by one. */
static bool
walk(struct table *t, struct search *s, struct fault *f)
{
	struct row row = { 0 };
	enum table_got got;

	move(t, s->low, PAGE);
	while ((got = table_next(t, &row, f)) == TABLE_ROW) {
		if (!in_order(s, row.key))
			return table_fault(t, &row, f, TABLE_DISORDER);
		if (span_cmp(row.key, s->key) >= 0)
			break;
		keep_word(&s->at_low, row.key);
	}
	if (got != TABLE_END)
		put_back(t, &row);
	return got != TABLE_FAILED;
}

bool
table_seek(struct table *t, struct span key, struct fault *f)
{
	struct search s = { .key = key, .high = t->size };
	bool ok = true;

	while (ok && s.high - s.low > PROBE)
		ok = probe(t, &s, s.low + (s.high - s.low) / 2, f);
	ok = ok && walk(t, &s, f);
	buf_free(&s.at_low);
	buf_free(&s.at_high);
	return ok;
}

void
table_fill(struct span text, struct span domain, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '%')
			buf_add_span(out, domain);
		else
			buf_addc(out, text.p[i]);
}

/* "*" for any octets; each piece in between is looked for once, leftmost. */
static bool
pattern_match(struct span pattern, struct span text)
{
	struct span after_star = { NULL, 0 }, retry = text;

	for (;;) {
		if (pattern.n > 0 && pattern.p[0] == '*') {
			pattern = after_star = span_from(pattern, 1);
			retry = text;
		} else if (pattern.n > 0 && text.n > 0 &&
		    ascii_lower(pattern.p[0]) == ascii_lower(text.p[0])) {
			pattern = span_from(pattern, 1);
			text = span_from(text, 1);
		} else if (pattern.n == 0 && text.n == 0) {
			return true;
		} else if (after_star.p != NULL && retry.n > 0) {
			/* Let the last star take one octet more. */
			retry = text = span_from(retry, 1);
			pattern = after_star;
		} else {
			return false;
		}
	}
}

bool
table_match(const struct table *t, struct span key, struct span text)
{
	return t->kind == TABLE_PATTERNS ? pattern_match(key, text) :
					   span_eq_nocase(key, text);
}
