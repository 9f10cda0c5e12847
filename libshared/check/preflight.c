#include "check/preflight.h"

#include "base/limits.h"
#include "check/dmarc.h"
#include "check/probe.h"
#include "dkim/bodyhash.h"
#include "dkim/taglist.h"
#include "mail/lines.h"
#include "mail/message.h"

enum { SLOW_MAIL = 5 * 86400 };

struct flight {
	struct verifier *verifier;
	struct lines lines;
	const struct header *header;
	const struct verdicts *verdicts;
	const struct verifier_rules *rules;
	struct resolver *dns;
	struct findings *out;
	struct dmarc dmarc; /* of the domain of From: */
};

static void
take_body(void *arg, const void *p, size_t n)
{
	struct flight *fl = arg;

	verifier_add(fl->verifier, p, n);
	lines_add(&fl->lines, p, n);
}

static bool
passes(const struct result_one *r)
{
	return r->verdict == VERDICT_OK;
}

static void
subject_of(const struct result_one *r, struct buf *out)
{
	buf_adds(out, "signature");
	if (r->sig.domain.n > 0 && r->sig.selector.n > 0) {
		buf_adds(out, " d=");
		buf_add_span(out, r->sig.domain);
		buf_adds(out, " s=");
		buf_add_span(out, r->sig.selector);
	}
}

static void
judge_one(const struct flight *fl, const struct result_one *r,
    struct span subject)
{
	const char *reason = verdict_reason(r->verdict);
	struct span rest = r->sig.fields, name;
	struct buf list = { 0 };

	if (passes(r)) {
		while (list.n < 300 && taglist_item(&rest, &name)) {
			buf_addc(&list, list.n > 0 ? ':' : '=');
			buf_add_span(&list, name);
		}
		findings_add(fl->out, FINDING_SIGNATURE, subject, "h%.*s",
		    list.n < 300 ? (int)list.n : 300, list.p);
		buf_free(&list);
	} else {
		bool later = verdict_result(r->verdict) == RESULT_TEMPERROR;

		findings_add(fl->out,
		    later ? FINDING_SIGNATURE_TEMPORARY :
			    FINDING_SIGNATURE_FAILS,
		    subject, "%s: %s", verdict_code(r->verdict),
		    reason != NULL ? reason : "");
	}
}

static void
list_name(struct buf *list, const char *name)
{
	if (list->n > 0)
		buf_adds(list, ", ");
	buf_adds(list, name);
}

static void
judge_fields(const struct flight *fl, const struct result_one *r,
    struct span subject)
{
	struct buf addable = { 0 }, open = { 0 };

	/* What a reader sees and a forger would like to add. */
	for (size_t i = 0; i < VERIFIER_DISPLAYED; i++) {
		const char *field = verifier_singletons[i];
		struct span name = span_str(field);
		size_t there = header_count(fl->header, name),
		       covered = sig_covers(&r->sig, name);

		if (there > covered)
			list_name(&open, field);
		else if (there == covered)
			list_name(&addable, field);
	}
	if (open.n > 0)
		findings_add(fl->out, FINDING_FIELD_UNSIGNED, subject, "%.*s",
		    (int)open.n, open.p);
	if (addable.n > 0)
		findings_add(fl->out, FINDING_FIELD_ADDABLE, subject, "%.*s",
		    (int)addable.n, addable.p);
	buf_free(&addable);
	buf_free(&open);
}

static void
judge_strength(const struct flight *fl, const struct result_one *r,
    struct span subject)
{
	const struct sig *s = &r->sig;

	if (s->limit != BODYHASH_ALL)
		findings_add(fl->out, FINDING_BODY_LENGTH, subject,
		    "%llu octets are not signed",
		    (unsigned long long)r->unsigned_octets);
	if (s->expires >= 0 && s->expires - fl->rules->now < SLOW_MAIL)
		findings_add(fl->out, FINDING_EXPIRES_SOON, subject,
		    "in %lld seconds",
		    (long long)(s->expires - fl->rules->now));
	if (s->algorithm.key == KEY_RSA && r->key_bits > 0 &&
	    r->key_bits < LIMIT_RSA_BITS_GOOD)
		findings_add(fl->out, FINDING_SIGNED_WEAKLY, subject, "%u bits",
		    r->key_bits);
	if (r->testing)
		findings_say(fl->out, FINDING_TESTING, subject);
}

static void
judge_signatures(const struct flight *fl)
{
	const struct verdicts *v = fl->verdicts;

	if (v->n == 0 && v->message == VERDICT_OPEN)
		findings_say(fl->out, FINDING_UNSIGNED, SPAN("message"));
	for (size_t i = 0; i < v->n; i++) {
		const struct result_one *r = &v->v[i];
		struct buf subject = { 0 };

		subject_of(r, &subject);
		judge_one(fl, r, buf_span(&subject));
		if (passes(r)) {
			judge_fields(fl, r, buf_span(&subject));
			judge_strength(fl, r, buf_span(&subject));
		}
		buf_free(&subject);
	}
}

static bool
same_organization(const struct flight *fl, struct span domain)
{
	struct dmarc d;
	bool same;

	dmarc_find(&d, domain, fl->dns);
	same = d.state != DMARC_UNKNOWN &&
	    span_eq_nocase(buf_span(&d.organization),
		buf_span(&fl->dmarc.organization));
	dmarc_free(&d);
	return same;
}

/* adkim=s in the policy. */
static bool
wants_strict(const struct dmarc *d)
{
	const struct tag *adkim = NULL;
	struct taglist t;

	if (d->state == DMARC_FOUND &&
	    taglist_parse(&t, buf_span(&d->record), TAGLIST_RECORD) ==
		TAGLIST_OK)
		adkim = taglist_find(&t, "adkim");
	return adkim != NULL && span_eq_nocase(adkim->value, SPAN("s"));
}

static bool
aligned(const struct flight *fl, const struct result_one *r)
{
	if (r->aligned == ALIGNED_STRICT)
		return true;
	if (wants_strict(&fl->dmarc))
		return false;
	return fl->dmarc.state == DMARC_UNKNOWN ?
	    r->aligned != ALIGNED_NO :
	    same_organization(fl, buf_span(&r->sig.ascii));
}

static void
judge_alignment(const struct flight *fl)
{
	const struct verdicts *v = fl->verdicts;
	struct span from = buf_span(&v->from_domain);
	bool any = false;

	for (size_t i = 0; i < v->n; i++) {
		struct span d = v->v[i].sig.domain;

		if (!passes(&v->v[i]))
			continue;
		any = true;
		if (aligned(fl, &v->v[i])) {
			findings_add(fl->out, FINDING_ALIGNED, from, "d=%.*s",
			    (int)d.n, d.p);
			return;
		}
	}
	if (any)
		findings_add(fl->out, FINDING_UNALIGNED, from, "%s",
		    wants_strict(&fl->dmarc) ? "adkim=s" : "");
}

/* RFC 8058 section 4: a valid signature has to cover both. */
static void
judge_unsubscribe(const struct flight *fl)
{
	const struct verdicts *v = fl->verdicts;
	struct span list = SPAN("List-Unsubscribe"),
		    post = SPAN("List-Unsubscribe-Post");

	if (v->n == 0 || header_find(fl->header, post) == NULL)
		return;
	for (size_t i = 0; i < v->n; i++)
		if (passes(&v->v[i]) && sig_covers(&v->v[i].sig, list) > 0 &&
		    sig_covers(&v->v[i].sig, post) > 0)
			return;
	findings_say(fl->out, FINDING_UNSUBSCRIBE_UNSIGNED, post);
}

static void
judge_lines(const struct flight *fl)
{
	size_t header = header_longest_line(fl->header);
	size_t longest = header > fl->lines.longest ? header :
						      fl->lines.longest;

	if (longest > LIMIT_LINE)
		findings_add(fl->out, FINDING_LONG_LINE, SPAN("message"),
		    "%zu octets", longest);
	if (fl->lines.bare_cr)
		findings_say(fl->out, FINDING_BARE_CR, SPAN("message"));
}

/* What the record asks for: for a domain below it, sp= counts before p=. */
static bool
policy_none(const struct dmarc *d, struct span from)
{
	const struct tag *p = NULL;
	struct taglist t;

	if (taglist_parse(&t, buf_span(&d->record), TAGLIST_RECORD) ==
	    TAGLIST_OK) {
		if (!span_eq_nocase(buf_span(&d->at), from))
			p = taglist_find(&t, "sp");
		if (p == NULL)
			p = taglist_find(&t, "p");
	}
	return p == NULL || span_eq_nocase(p->value, SPAN("none"));
}

static void
judge_dmarc(const struct flight *fl)
{
	const struct dmarc *d = &fl->dmarc;
	struct span from = buf_span(&fl->verdicts->from_domain);

	if (d->several)
		findings_say(fl->out, FINDING_DMARC_SEVERAL, from);
	switch (d->state) {
	case DMARC_UNKNOWN:
		(void)probe_unknown(d->why, buf_span(&d->unknown), fl->out);
		return;
	case DMARC_ABSENT:
		if (!d->several)
			findings_say(fl->out, FINDING_NO_DMARC, from);
		return;
	case DMARC_FOUND: break;
	}
	findings_add(fl->out, FINDING_DMARC, from, "_dmarc.%.*s: %.*s",
	    (int)d->at.n, d->at.p, d->record.n < 200 ? (int)d->record.n : 200,
	    d->record.p);
	if (policy_none(d, from))
		findings_say(fl->out, FINDING_DMARC_NONE, from);
}

static bool
is_spf(struct span text)
{
	static const struct span begin = SPAN("v=spf1");

	return span_begins_nocase(text, begin) &&
	    (text.n == begin.n || text.p[begin.n] == ' ');
}

static void
judge_spf(const struct flight *fl)
{
	struct span from = buf_span(&fl->verdicts->from_domain);
	const struct answer *a = resolver_wait(fl->dns,
	    resolver_ask(fl->dns, from));
	size_t n = 0;

	if (probe_unknown(a, from, fl->out))
		return;
	for (size_t i = 0; i < a->n; i++)
		if (is_spf(buf_span(&a->v[i])))
			n++;
	findings_say(fl->out,
	    n == 0     ? FINDING_NO_SPF :
		n == 1 ? FINDING_SPF :
			 FINDING_SEVERAL_SPF,
	    from);
}

static void
judge(struct flight *fl)
{
	const struct verdicts *v = fl->verdicts;

	if (v->message != VERDICT_OPEN)
		findings_add(fl->out, FINDING_MALFORMED, SPAN("message"), "%s",
		    verdict_reason(v->message));
	else if (header_count(fl->header, SPAN("From")) != 1)
		findings_add(fl->out, FINDING_MALFORMED, SPAN("message"), "%s",
		    "not one From: field");
	judge_signatures(fl);
	judge_unsubscribe(fl);
	judge_lines(fl);
	if (v->from_domain.n == 0)
		return;
	dmarc_find(&fl->dmarc, buf_span(&v->from_domain), fl->dns);
	judge_alignment(fl);
	judge_dmarc(fl);
	judge_spf(fl);
	dmarc_free(&fl->dmarc);
}

bool
preflight(struct input *in, const struct verifier_rules *rules,
    struct resolver *dns, struct findings *out, struct fault *f)
{
	struct flight fl = { .rules = rules, .dns = dns, .out = out };
	struct keycache *keys = keycache_new();
	struct message m = { 0 };
	bool ok = false;

	if (!message_open(&m, in, f))
		goto done;
	fl.header = &m.header;
	fl.verifier = verifier_begin(&m.header, rules, dns, keys);
	if (!message_body(&m, take_body, &fl, f))
		goto done;
	fl.verdicts = verifier_end(fl.verifier);
	judge(&fl);
	ok = true;
done:
	verifier_free(fl.verifier);
	keycache_free(keys);
	message_close(&m);
	return ok;
}
