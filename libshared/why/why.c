#include "why/why.h"

#include "base/limits.h"
#include "dkim/keyrec.h"
#include "dkim/qp.h"
#include "ext/clock.h"
#include "mail/domain.h"
#include "why/bodysearch.h"
#include "why/boundary.h"
#include "why/headersearch.h"
#include "why/keymend.h"

enum { KEYS = LIMIT_KEY_RECORDS };

/* The usable keys at one name. */
struct keys {
	struct key *v[KEYS];
	size_t n;
};

static void
take_key(struct keys *k, const struct sig *s, struct span record)
{
	enum verdict ignored = VERDICT_OPEN;
	enum key_defect why;
	struct keyrec rec;
	bool shaped;

	if (!keyrec_parse(&rec, record, &shaped, &ignored))
		return;
	if (k->n < KEYS && rec.known_type && rec.pub.n > 0 &&
	    rec.type == s->algorithm.key &&
	    (k->v[k->n] = key_from_public(rec.type, buf_span(&rec.pub),
		 &why)) != NULL)
		k->n++;
	keyrec_free(&rec);
}

static struct keys
keys_at(struct resolver *dns, const struct sig *s, struct span name)
{
	const struct answer *a = resolver_wait(dns, resolver_ask(dns, name));
	struct keys k = { 0 };

	for (size_t i = 0; i < a->n; i++)
		take_key(&k, s, buf_span(&a->v[i]));
	return k;
}

static void
keys_free(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		key_free(k->v[i]);
	k->n = 0;
}

/* Is the field whole enough to look for what fits it? */
static bool
searchable(const struct sig *s)
{
	return s->fields.n > 0 && s->known_algorithm && s->b.n > 0 &&
	    s->bh.n > 0 && s->domain.n > 0 && s->selector.n > 0 &&
	    s->query.n <= DOMAIN_MAX;
}

static void
explain_time(struct why *w, const struct why_message *m,
    const struct result_one *r)
{
	const struct sig *s = &r->sig;
	int64_t skew = m->rules->clock_skew, now = m->rules->now;
	struct claim *c;

	if (s->expires >= 0 && now > s->expires + skew) {
		c = claims_add(&w->claims, HALF_TIME, true, "expired",
		    "x= had passed when this was judged");
		buf_addf(&c->detail, "%lld seconds ago",
		    (long long)(now - s->expires));
	}
	if (s->signed_at > now + skew) {
		c = claims_add(&w->claims, HALF_TIME, true, "clock-ahead",
		    "t= lies ahead of the clock here");
		buf_addf(&c->detail, "%lld seconds",
		    (long long)(s->signed_at - now));
		(void)claims_add(&w->claims, HALF_TIME, false, "clock-skew",
		    "one of the two clocks is wrong");
	}
}

static bool
try_selector(struct why *w, const struct why_message *m, struct headersearch *h,
    struct span name)
{
	struct keys k = keys_at(m->dns, h->sig, name);
	struct headersearch other = *h;
	bool ok;

	other.keys = k.v;
	other.nkeys = k.n;
	ok = k.n > 0 && headersearch_matches(&other);
	keys_free(&k);
	if (ok)
		buf_add_span(&claims_add(&w->claims, HALF_KEY, true,
				 "other-selector",
				 "the key of another selector signed this")
				  ->detail,
		    name);
	return ok;
}

/* s1 beside s2, and those of other signatures of the domain. */
static bool
other_selectors(struct why *w, const struct why_message *m,
    struct headersearch *h)
{
	struct span query = buf_span(&h->sig->query);
	const struct verdicts *all = m->verdicts;
	struct buf name = { 0 };
	bool ok = false;
	size_t dot = 0;

	for (size_t i = 0; !ok && i < all->n; i++) {
		struct span other = buf_span(&all->v[i].sig.query);

		ok = !span_eq(other, query) &&
		    span_eq_nocase(all->v[i].sig.domain, h->sig->domain) &&
		    searchable(&all->v[i].sig) && try_selector(w, m, h, other);
	}
	while (dot < query.n && query.p[dot] != '.')
		dot++;
	for (int step = -1; !ok && step < 2 && dot > 0; step += 2) {
		char digit = query.p[dot - 1];

		if (!ascii_digit(digit) || (step < 0 && digit == '0') ||
		    (step > 0 && digit == '9'))
			continue;
		name.n = 0;
		buf_add_span(&name, query);
		name.p[dot - 1] = (char)(digit + step);
		ok = try_selector(w, m, h, buf_span(&name));
	}
	buf_free(&name);
	return ok;
}

/* A record that holds no key may have held one when it was made. */
static bool
mend_key(struct why *w, const struct why_message *m, struct headersearch *h)
{
	const struct answer *a = resolver_wait(m->dns,
	    resolver_ask(m->dns, buf_span(&h->sig->query)));
	bool ok = false;

	for (size_t i = 0; i < a->n && !ok; i++)
		ok = keymend_run(h, buf_span(&a->v[i]), &w->claims);
	return ok;
}

/* What cannot be tried, for want of the right key. */
static void
guess_key(struct why *w, const struct result_one *r)
{
	switch (r->verdict) {
	case VERDICT_KEY_SYNTAX: (void)keymend_claim(&w->claims, false); break;
	case VERDICT_KEY_TYPE_MISMATCH:
		(void)claims_add(&w->claims, HALF_KEY, false, "key-other-type",
		    "the record is that of another key pair");
		break;
	case VERDICT_KEY_MISSING:
		(void)claims_add(&w->claims, HALF_KEY, false, "key-gone",
		    "the key is not published yet, or not any more");
		break;
	case VERDICT_SIGNATURE_MISMATCH:
		(void)claims_add(&w->claims, HALF_KEY, false, "key-replaced",
		    "the record is that of another key pair, or a signed "
		    "field was changed in a way that is not known here");
		break;
	default: break;
	}
}

static void
explain_header(struct why *w, const struct why_message *m,
    const struct result_one *r)
{
	struct keys k = keys_at(m->dns, &r->sig, buf_span(&r->sig.query));
	struct headersearch h = { &r->sig, m->header, r->field, k.v, k.n,
		{ 0 } };

	if (!m->body_kept || !boundary_in(m->body, &h.boundary))
		h.boundary.n = 0;
	if (k.n > 0)
		w->header = headersearch_matches(&h) ? STATE_HOLDS :
						       STATE_BROKEN;
	if (w->header != STATE_HOLDS && !other_selectors(w, m, &h) &&
	    w->header == STATE_BROKEN)
		headersearch_run(&h, &w->claims);
	if (r->verdict == VERDICT_KEY_SYNTAX &&
	    claims_about(&w->claims, HALF_KEY) == 0 && mend_key(w, m, &h))
		w->header = STATE_HOLDS;
	if (w->header != STATE_HOLDS &&
	    claims_about(&w->claims, HALF_HEADER) == 0 &&
	    claims_about(&w->claims, HALF_KEY) == 0)
		guess_key(w, r);
	keys_free(&k);
}

/* What z= has of Content-Type, decoded. */
static bool
copied_type(const struct sig *s, struct buf *out)
{
	struct span rest = s->copied, part, name;

	while (rest.n > 0 && span_cut(&rest, '|', &part))
		if (span_cut(&part, ':', &name) && part.p != NULL &&
		    span_eq_nocase(span_trim(name), SPAN("Content-Type")))
			return qp_decode(out, part);
	return false;
}

/* With the boundary that the signer copied into z= instead of today's. */
static bool
try_boundary(struct why *w, const struct why_message *m, const struct sig *s)
{
	const struct field *type = header_find(m->header, SPAN("Content-Type"));
	struct buf copy = { 0 }, body = { 0 };
	struct span before, now;
	bool ok = type != NULL && boundary_of(type->value, &now) &&
	    copied_type(s, &copy) && boundary_of(buf_span(&copy), &before) &&
	    boundary_replace(m->body, now, before, &body) &&
	    bodysearch_matches(s, buf_span(&body));

	if (ok)
		buf_add_span(&claims_add(&w->claims, HALF_BODY, true,
				 "boundary-changed",
				 "the parts got another boundary than z= has")
				  ->detail,
		    before);
	buf_free(&copy);
	buf_free(&body);
	return ok;
}

static void
explain_body(struct why *w, const struct why_message *m,
    const struct result_one *r)
{
	if (!m->body_kept) {
		if (r->body_hash == BODY_HASH_MATCH)
			w->body = STATE_HOLDS;
		else if (r->body_hash == BODY_HASH_MISMATCH)
			w->body = STATE_BROKEN;
		(void)claims_add(&w->claims, HALF_SEARCH, false,
		    "body-too-large",
		    "the body is too large to be searched for changes");
		return;
	}
	w->body = bodysearch_matches(&r->sig, m->body) ? STATE_HOLDS :
							 STATE_BROKEN;
	if (w->body == STATE_BROKEN && !try_boundary(w, m, &r->sig))
		bodysearch_run(&r->sig, m->body, &w->claims);
	if (w->body == STATE_BROKEN && claims_about(&w->claims, HALF_BODY) == 0)
		(void)claims_add(&w->claims, HALF_BODY, false, "body-changed",
		    "the body was changed in a way that is not known here");
}

void
why_explain(struct why *w, const struct why_message *m,
    const struct result_one *r, int64_t milliseconds)
{
	int64_t started = clock_worked_ms();

	*w = (struct why){ 0 };
	if (verdict_result(r->verdict) == RESULT_PASS || !searchable(&r->sig) ||
	    m->header->malformed != NULL)
		return;
	/* The body leaves at least half of the time to the header. */
	claims_begin(&w->claims, milliseconds / 2);
	explain_time(w, m, r);
	explain_body(w, m, r);
	claims_extend(&w->claims, milliseconds - (clock_worked_ms() - started));
	explain_header(w, m, r);
	if (w->claims.stopped)
		(void)claims_add(&w->claims, HALF_SEARCH, false, "stopped",
		    "the time was over before every change was tried");
}

void
why_free(struct why *w)
{
	claims_free(&w->claims);
}
