#include "why/bodysearch.h"

#include <stdlib.h>

#include "base/mem.h"
#include "dkim/bodyhash.h"
#include "why/bodychange.h"
#include "why/cutsearch.h"

struct search {
	const struct sig *s;
	struct claims *out;
	struct canon_body *canon; /* large, so one for all */
};

static void
put_buf(void *out, const void *p, size_t n)
{
	buf_add(out, p, n);
}

static void
canonicalize(struct canon_body *c, enum canon mode, struct span body,
    struct buf *out)
{
	out->n = 0;
	canon_body_init(c, mode, put_buf, out);
	canon_body_add(c, body.p, body.n);
	canon_body_end(c);
}

static bool
matches(const struct sig *s, struct span canonical, uint64_t limit)
{
	struct digest *d = digest_new(s->algorithm.hash);
	unsigned char hash[DIGEST_MAX];
	size_t n;

	if (limit < canonical.n)
		canonical.n = (size_t)limit;
	digest_add(d, canonical.p, canonical.n);
	n = digest_end(d, hash);
	digest_free(d);
	return n > 0 &&
	    octets_equal((struct span){ (const char *)hash, n },
		buf_span(&s->bh));
}

bool
bodysearch_matches(const struct sig *s, struct span body)
{
	struct canon_body *c = mem_alloc(sizeof(*c));
	struct buf canonical = { 0 };
	bool ok;

	canonicalize(c, s->canon_body, body, &canonical);
	ok = (s->limit == BODYHASH_ALL || s->limit <= canonical.n) &&
	    matches(s, buf_span(&canonical), s->limit);
	buf_free(&canonical);
	free(c);
	return ok;
}

static enum canon
other(enum canon c)
{
	return c == CANON_SIMPLE ? CANON_RELAXED : CANON_SIMPLE;
}

static struct claim *
found(struct search *b, const struct bodychange *first, const char *code,
    const char *text)
{
	struct claim *c;

	if (first == NULL)
		return claims_add(b->out, HALF_BODY, true, code, text);
	c = claims_add(b->out, HALF_BODY, true, first->code, first->text);
	c->code2 = code;
	c->text2 = text;
	return c;
}

/*
 * What depends on how the signer hashed.  first is what was undone before, or
 * NULL; body the outcome.
 */
static bool
try_quirks(struct search *b, const struct bodychange *first, struct span body)
{
	const struct sig *s = b->s;
	struct buf canonical = { 0 }, odd = { 0 };
	bool ok = false;

	canonicalize(b->canon, other(s->canon_body), body, &canonical);
	if (matches(s, buf_span(&canonical), s->limit)) {
		(void)found(b, first, "other-canonicalization",
		    s->canon_body == CANON_SIMPLE ?
			"the body was hashed in relaxed form, c= says simple" :
			"the body was hashed in simple form, c= says relaxed");
		ok = true;
	}
	canonicalize(b->canon, s->canon_body, body, &canonical);
	if (!ok && s->limit != BODYHASH_ALL &&
	    matches(s, buf_span(&canonical), BODYHASH_ALL)) {
		(void)found(b, first, "body-length-wrong",
		    "the whole body was hashed, l= says another length");
		ok = true;
	}
	for (const struct bodychange *q = bodyquirks; !ok && q->code; q++) {
		odd.n = 0;
		if (q->undo(buf_span(&canonical), &odd) &&
		    matches(s, buf_span(&odd), s->limit)) {
			(void)found(b, first, q->code, q->text);
			ok = true;
		}
	}
	buf_free(&odd);
	buf_free(&canonical);
	return ok;
}

/* The body without lines that were added. */
static bool
try_cuts(struct search *b, const struct bodychange *first, struct span body)
{
	struct buf canonical = { 0 };
	struct cut cut;
	bool ok;

	canonicalize(b->canon, b->s->canon_body, body, &canonical);
	ok = cutsearch_run(b->s, buf_span(&canonical), first == NULL, b->out,
	    &cut);
	if (ok)
		cutsearch_tell(&cut, buf_span(&canonical),
		    found(b, first, cut.code, cut.text));
	buf_free(&canonical);
	return ok;
}

/* The body with one change undone; what it is tried on with a second. */
static bool
try_change(struct search *b, const struct bodychange *c, struct span body,
    struct buf *out)
{
	struct buf canonical = { 0 };
	bool ok;

	out->n = 0;
	if (!c->undo(body, out))
		return false;
	canonicalize(b->canon, b->s->canon_body, buf_span(out), &canonical);
	ok = matches(b->s, buf_span(&canonical), b->s->limit);
	buf_free(&canonical);
	return ok;
}

static bool
try_singles(struct search *b, struct span body)
{
	struct buf changed = { 0 };
	bool ok = false;

	for (const struct bodychange *c = bodychanges; c->code != NULL; c++) {
		if (claims_late(b->out))
			break;
		if (try_change(b, c, body, &changed)) {
			(void)found(b, NULL, c->code, c->text);
			ok = true;
		}
	}
	buf_free(&changed);
	return ok || try_quirks(b, NULL, body) || try_cuts(b, NULL, body);
}

/* changed is body with first undone. */
static bool
try_second(struct search *b, const struct bodychange *first,
    struct span changed)
{
	struct buf twice = { 0 };
	bool ok = false;

	for (const struct bodychange *c = bodychanges; !ok && c->code != NULL;
	     c++) {
		if (c == first)
			continue;
		if (claims_late(b->out))
			break;
		if (try_change(b, c, changed, &twice)) {
			(void)found(b, first, c->code, c->text);
			ok = true;
		}
	}
	buf_free(&twice);
	return ok || try_quirks(b, first, changed) ||
	    try_cuts(b, first, changed);
}

static bool
try_pairs(struct search *b, struct span body)
{
	struct buf changed = { 0 };
	bool ok = false;

	for (const struct bodychange *c = bodychanges;
	     !ok && c->code != NULL && !claims_late(b->out); c++) {
		changed.n = 0;
		if (c->undo(body, &changed))
			ok = try_second(b, c, buf_span(&changed));
	}
	buf_free(&changed);
	return ok;
}

void
bodysearch_run(const struct sig *s, struct span body, struct claims *out)
{
	struct search b = { s, out, mem_alloc(sizeof(*b.canon)) };
	struct buf network = { 0 };

	bodychange_network(body, &network);
	if (!try_singles(&b, buf_span(&network)))
		(void)try_pairs(&b, buf_span(&network));
	buf_free(&network);
	free(b.canon);
}
