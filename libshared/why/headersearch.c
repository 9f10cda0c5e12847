#include "why/headersearch.h"

#include "crypto/crypto.h"
#include "why/edits.h"

static bool
signed_by_any(const struct headersearch *h, struct span octets)
{
	for (size_t i = 0; i < h->nkeys; i++)
		if (key_verify(h->keys[i], h->sig->algorithm.hash, octets,
			buf_span(&h->sig->b)) == KEY_VERIFIES)
			return true;
	return false;
}

/* The slots as they are set now. */
static bool
verifies(const struct edits *e)
{
	struct digest *d = digest_new(e->h->sig->algorithm.hash);
	unsigned char hash[DIGEST_MAX];
	size_t n;

	for (size_t i = 0; i < e->slots; i++) {
		const struct buf *text = e->slot[i].instead != NULL ?
		    e->slot[i].instead :
		    &e->slot[i].text;

		digest_add(d, text->p, text->n);
	}
	n = digest_end(d, hash);
	digest_free(d);
	return n > 0 &&
	    signed_by_any(e->h, (struct span){ (const char *)hash, n });
}

/* False, with nothing set, where two changes are to the same slot. */
static bool
set(struct edits *e, const struct change *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (e->slot[e->edit[c->first + i].slot].instead != NULL)
			return false;
	for (size_t i = 0; i < c->n; i++) {
		const struct edit *edit = &e->edit[c->first + i];

		e->slot[edit->slot].instead = &edit->text;
	}
	return true;
}

static void
unset(struct edits *e, const struct change *c)
{
	for (size_t i = 0; i < c->n; i++)
		e->slot[e->edit[c->first + i].slot].instead = NULL;
}

static void
show(struct buf *out, const struct edits *e, const struct change *c)
{
	enum { SHOWN = 160, FIELDS = 4 };

	for (size_t i = 0; i < c->n && i < FIELDS; i++) {
		const struct edit *edit = &e->edit[c->first + i];
		struct span text = span_trim(buf_span(&edit->text));

		if (out->n > 0)
			buf_adds(out, "; ");
		buf_add_span(out, e->slot[edit->slot].name);
		if (text.n == 0) {
			buf_adds(out, " was not there");
			continue;
		}
		if (edit->slot == e->slots - 1)
			continue;
		buf_adds(out, " was signed as \"");
		text.n = text.n < SHOWN ? text.n : SHOWN;
		buf_add_span(out, text);
		buf_addc(out, '"');
	}
	if (c->n > FIELDS)
		buf_addf(out, "; and %zu more", c->n - FIELDS);
}

static void
tell(const struct edits *e, const struct change *a, const struct change *b,
    struct claims *out)
{
	struct claim *c = claims_add(out, HALF_HEADER, true, a->code, a->text);

	show(&c->detail, e, a);
	if (b != NULL) {
		c->code2 = b->code;
		c->text2 = b->text;
		show(&c->detail, e, b);
	}
}

static bool
try_one(struct edits *e, const struct change *c, struct claims *out)
{
	bool ok = set(e, c) && verifies(e);

	unset(e, c);
	if (ok)
		tell(e, c, NULL, out);
	return ok;
}

/* Changes from number first on, by themselves: the first that verifies. */
static bool
try_all(struct edits *e, size_t first, struct claims *out)
{
	for (size_t i = first; i < e->changes && !claims_late(out); i++)
		if (try_one(e, &e->change[i], out))
			return true;
	return false;
}

static bool
try_pairs(struct edits *e, size_t n, struct claims *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct change *a = &e->change[i];
		bool ok = false;
		size_t k;

		(void)set(e, a);
		for (k = i + 1; k < n && !ok && !claims_late(out); k++)
			if (set(e, &e->change[k])) {
				ok = verifies(e);
				unset(e, &e->change[k]);
			}
		unset(e, a);
		if (ok)
			tell(e, a, &e->change[k - 1], out);
		if (ok || claims_late(out))
			return ok;
	}
	return false;
}

/* Ed25519 over the text instead of its hash, as some signers do. */
static bool
try_raw(const struct edits *e, struct claims *out)
{
	struct buf text = { 0 };
	bool ok;

	if (e->h->sig->algorithm.key != KEY_ED25519)
		return false;
	for (size_t i = 0; i < e->slots; i++)
		buf_add_span(&text, buf_span(&e->slot[i].text));
	ok = signed_by_any(e->h, buf_span(&text));
	buf_free(&text);
	if (ok)
		(void)claims_add(out, HALF_HEADER, true, "ed25519-raw",
		    "the signer signed the header itself, not its hash "
		    "(RFC 8463 section 3)");
	return ok;
}

bool
headersearch_matches(const struct headersearch *h)
{
	struct edits e;
	bool ok;

	edits_init(&e, h, NULL);
	ok = verifies(&e);
	edits_free(&e);
	return ok;
}

void
headersearch_run(const struct headersearch *h, struct claims *out)
{
	struct edits e;
	size_t singles;

	edits_init(&e, h, out);
	if (!try_raw(&e, out)) {
		edits_collect(&e);
		singles = e.changes;
		if (!try_all(&e, 0, out)) {
			edits_collect_twice(&e);
			if (!try_all(&e, singles, out))
				(void)try_pairs(&e, singles, out);
		}
	}
	edits_free(&e);
}
