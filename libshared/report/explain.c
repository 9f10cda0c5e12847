#include "report/explain.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

struct explain {
	struct buf body;
	bool too_large;
	struct why *v; /* one for each verdict */
	size_t n;
};

static const char *const halves[] = {
	[HALF_BODY] = "body",
	[HALF_HEADER] = "header",
	[HALF_KEY] = "key",
	[HALF_TIME] = "time",
	[HALF_SEARCH] = "search",
};

/* The state of a half is a claim like others. */
struct state {
	const char *code;
	const char *text;
};

static const struct state body_states[] = {
	[STATE_HOLDS] = { "body-intact", "the body is as it was signed" },
	[STATE_BROKEN] = { "body-differs", "the body is not what was signed" },
};

static const struct state header_states[] = {
	[STATE_HOLDS] = { "header-intact",
	    "the signed fields are as they were signed" },
	[STATE_BROKEN] = { "header-differs",
	    "the signature does not fit the signed fields and the key" },
};

struct explain *
explain_new(void)
{
	return mem_alloc(sizeof(struct explain));
}

void
explain_add(void *arg, const void *p, size_t n)
{
	struct explain *e = arg;

	if (e->too_large || n > LIMIT_EXPLAIN_BODY - e->body.n) {
		e->too_large = true;
		buf_free(&e->body);
		return;
	}
	buf_add(&e->body, p, n);
}

static bool
fails(const struct result_one *r)
{
	return verdict_result(r->verdict) != RESULT_PASS;
}

void
explain_run(struct explain *e, struct why_message *m)
{
	const struct verdicts *all = m->verdicts;
	size_t failing = 0, done = 0;

	e->n = all->n;
	e->v = mem_alloc(e->n * sizeof(*e->v));
	m->body = buf_span(&e->body);
	m->body_kept = !e->too_large;
	for (size_t i = 0; i < all->n; i++)
		failing += fails(&all->v[i]);
	if (failing > LIMIT_SIGNATURES_JUDGED)
		failing = LIMIT_SIGNATURES_JUDGED;
	for (size_t i = 0; i < all->n && done < failing; i++)
		if (fails(&all->v[i])) {
			done++;
			why_explain(&e->v[i], m, &all->v[i],
			    LIMIT_EXPLAIN_SECONDS * 1000 / (int64_t)failing);
		}
}

void
explain_free(struct explain *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		why_free(&e->v[i]);
	free(e->v);
	buf_free(&e->body);
	free(e);
}

static void
text_line(struct buf *out, bool verified, const char *half, const char *text)
{
	buf_addf(out, "  %-10s %s: %s", verified ? "verified" : "guess", half,
	    text);
}

static void
text_state(struct buf *out, enum half_state s, enum half half,
    const struct state *states)
{
	if (s == STATE_UNKNOWN)
		return;
	text_line(out, true, halves[half], states[s].text);
	buf_addc(out, '\n');
}

void
explain_text(const struct explain *e, size_t i, struct buf *out)
{
	const struct why *w = &e->v[i];

	text_state(out, w->body, HALF_BODY, body_states);
	text_state(out, w->header, HALF_HEADER, header_states);
	for (size_t k = 0; k < w->claims.n; k++) {
		const struct claim *c = &w->claims.v[k];

		text_line(out, c->verified, halves[c->half], c->text);
		if (c->text2 != NULL)
			buf_addf(out, ", and %s", c->text2);
		if (c->detail.n > 0) {
			buf_adds(out, " (");
			buf_add_visible(out, buf_span(&c->detail));
			buf_addc(out, ')');
		}
		buf_addc(out, '\n');
	}
}

/* What is said of one change, or of both of a pair. */
static void
json_pair(struct json *j, const char *name, const char *one, const char *two)
{
	json_name(j, name);
	json_begin(j, '[');
	json_string(j, span_str(one));
	if (two != NULL)
		json_string(j, span_str(two));
	json_end(j, ']');
}

static void
json_claim(struct json *j, const struct claim *c)
{
	json_begin(j, '{');
	json_word(j, "half", halves[c->half]);
	json_flag(j, "verified", c->verified);
	json_pair(j, "changes", c->code, c->code2);
	json_pair(j, "text", c->text, c->text2);
	json_text(j, "detail", buf_span(&c->detail));
	json_end(j, '}');
}

static void
json_state(struct json *j, enum half_state s, enum half half,
    const struct state *states)
{
	if (s != STATE_UNKNOWN)
		json_claim(j,
		    &(struct claim){ .half = half,
			.verified = true,
			.code = states[s].code,
			.text = states[s].text });
}

void
explain_json(const struct explain *e, size_t i, struct json *j)
{
	const struct why *w = &e->v[i];

	json_begin(j, '[');
	json_state(j, w->body, HALF_BODY, body_states);
	json_state(j, w->header, HALF_HEADER, header_states);
	for (size_t k = 0; k < w->claims.n; k++)
		json_claim(j, &w->claims.v[k]);
	json_end(j, ']');
}
