#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "tool/json.h"

/* "result TAB code TAB domain TAB selector", visible octets alone. */
struct summary_line {
	struct buf text;
	uint64_t count;
};

/* Where text stands, or would have to be put. */
static size_t
place(const struct summary *s, struct span text)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_cmp(buf_span(&s->v[middle].text), text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
known(const struct summary *s, size_t at, struct span text)
{
	return at < s->n && span_eq(buf_span(&s->v[at].text), text);
}

static void
write_key(struct buf *out, enum result result, enum verdict verdict,
    const struct sig *sig)
{
	const struct span none = { 0 };

	buf_addf(out, "%s\t%s\t", result_name(result), verdict_code(verdict));
	buf_add_visible(out, sig != NULL ? sig->domain : none);
	buf_addc(out, '\t');
	buf_add_visible(out, sig != NULL ? sig->selector : none);
	buf_addc(out, '\n');
}

/* Result and code alone, where there is no room for more lines. */
static void
shorten(struct span line, struct buf *out)
{
	struct span part;

	for (int i = 0; i < 2 && span_cut(&line, '\t', &part); i++) {
		buf_add_span(out, part);
		buf_addc(out, '\t');
	}
	buf_adds(out, "*\t*");
}

static void
count(struct summary *s, struct span line)
{
	struct buf text = { 0 };
	size_t at = place(s, line);

	if (!known(s, at, line) && s->n >= LIMIT_SUMMARY)
		shorten(line, &text);
	else
		buf_add_span(&text, line);
	at = place(s, buf_span(&text));
	if (!known(s, at, buf_span(&text))) {
		/* Room doubles at every power of two. */
		if ((s->n & (s->n - 1)) == 0)
			s->v = mem_grow(s->v, s->n > 0 ? 2 * s->n : 1,
			    sizeof(*s->v));
		memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof(*s->v));
		s->v[at] = (struct summary_line){ .text = text };
		s->n++;
		text = (struct buf){ 0 };
	}
	s->v[at].count++;
	buf_free(&text);
}

void
summary_lines(const struct report *r, struct buf *out)
{
	const struct verdicts *v = r->verdicts;

	buf_addf(out, "%s\n", result_name(outcome_of(v, r->acceptance)));
	for (size_t i = 0; i < v->n; i++)
		write_key(out, result_of(&v->v[i]), v->v[i].verdict,
		    &v->v[i].sig);
	if (v->n == 0) {
		enum verdict none = outcome_unsigned(v);

		write_key(out, verdict_result(none), none, NULL);
	}
}

void
summary_count(struct summary *s, struct span lines)
{
	struct span line;
	enum result result;

	s->messages++;
	if (span_cut(&lines, '\n', &line) && result_parse(line, &result))
		s->results[result]++;
	while (span_cut(&lines, '\n', &line))
		if (line.n > 0)
			count(s, line);
}

void
summary_free(struct summary *s)
{
	for (size_t i = 0; i < s->n; i++)
		buf_free(&s->v[i].text);
	free(s->v);
	*s = (struct summary){ 0 };
}

static struct span
column(const struct summary_line *line, unsigned number)
{
	struct span rest = buf_span(&line->text), part = { 0 };

	for (unsigned i = 0; i <= number; i++)
		(void)span_cut(&rest, '\t', &part);
	return part;
}

static void
put_column(struct buf *out, struct span text, size_t width)
{
	buf_add_span(out, text);
	for (size_t i = text.n; i < width; i++)
		buf_addc(out, ' ');
	buf_addc(out, ' ');
}

void
summary_text(const struct summary *s, struct buf *out)
{
	static const size_t widths[] = { 9, 21, 30 };

	buf_addf(out,
	    "%8s result    code                  domain"
	    "                         selector\n",
	    "count");
	for (size_t i = 0; i < s->n; i++) {
		buf_addf(out, "%8llu ", (unsigned long long)s->v[i].count);
		for (unsigned c = 0; c < 3; c++)
			put_column(out, column(&s->v[i], c), widths[c]);
		buf_add_span(out, column(&s->v[i], 3));
		while (out->p[out->n - 1] == ' ')
			out->n--;
		buf_addc(out, '\n');
	}
	buf_addf(out, "%8llu messages:", (unsigned long long)s->messages);
	for (enum result r = RESULT_NONE; r <= RESULT_PERMERROR; r++)
		if (s->results[r] > 0)
			buf_addf(out, " %llu %s",
			    (unsigned long long)s->results[r], result_name(r));
	buf_addc(out, '\n');
}

void
summary_tsv(const struct summary *s, struct buf *out)
{
	buf_adds(out, "count\tresult\tcode\tdomain\tselector\n");
	for (size_t i = 0; i < s->n; i++) {
		buf_addf(out, "%llu\t", (unsigned long long)s->v[i].count);
		buf_add_span(out, buf_span(&s->v[i].text));
		buf_addc(out, '\n');
	}
}

void
summary_json(const struct summary *s, struct buf *out)
{
	static const char *const names[] = { "result", "code", "domain",
		"selector" };

	for (size_t i = 0; i < s->n; i++) {
		struct json j = { .out = out };

		json_begin(&j, '{');
		json_count(&j, "count", (int64_t)s->v[i].count);
		for (unsigned c = 0; c < 4; c++)
			json_text(&j, names[c], column(&s->v[i], c));
		json_end(&j, '}');
		buf_addc(out, '\n');
	}
}
