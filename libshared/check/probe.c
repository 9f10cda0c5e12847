#include "check/probe.h"

#include <string.h>

#include "base/base64.h"
#include "base/limits.h"
#include "check/lint.h"
#include "dns/dnswire.h"
#include "ext/platform.h"
#include "mail/domain.h"

enum {
	FIXED = 12,   /* of a record whose name is a pointer */
	STRING = 255, /* of TXT data */
	PLAIN = 512,  /* RFC 1035 section 4.2.1 */
	DAY = 86400
};

bool
probe_unknown(const struct answer *a, struct span name, struct findings *out)
{
	bool late = a->status == LOOKUP_TIMEOUT;

	if (!late && a->status != LOOKUP_SERVFAIL)
		return false;
	findings_add(out, late ? FINDING_DNS_TIMEOUT : FINDING_DNS_SERVFAIL,
	    name, "%s", a->why);
	return true;
}

/* True when there is an answer to look into. */
static bool
judge_status(const struct answer *a, struct span name, struct findings *out)
{
	if (a->status == LOOKUP_FOUND)
		return true;
	if (probe_unknown(a, name, out))
		return false;
	if (a->status == LOOKUP_BROKEN)
		findings_add(out, FINDING_DNS_BROKEN, name, "%s", a->why);
	else if (a->links == 0)
		findings_add(out, FINDING_NO_RECORD, name, "%s", a->why);
	else
		findings_add(out, FINDING_CNAME_DANGLING, name,
		    "%.*s, which %s", (int)a->target.n, a->target.p,
		    a->nxdomain ? "does not exist" : "has no TXT record");
	return false;
}

/* In a zone a name without a dot at its end gets the zone's behind it. */
static void
look_nearby(const struct probe *p, struct span name, struct resolver *dns,
    struct findings *out)
{
	struct buf twice = { 0 };
	const struct answer *a;

	buf_add_span(&twice, name);
	buf_addc(&twice, '.');
	buf_add_span(&twice, p->domain);
	a = resolver_wait(dns, resolver_ask(dns, buf_span(&twice)));
	if (a->status == LOOKUP_FOUND && lint_shaped(buf_span(&a->v[0])))
		findings_add(out, FINDING_DOUBLED_DOMAIN, name, "%.*s",
		    (int)twice.n, twice.p);
	buf_free(&twice);
}

static void
judge_alias(const struct answer *a, struct span name, struct findings *out)
{
	if (a->links > 0)
		findings_add(out,
		    a->links > 1 ? FINDING_CNAME_CHAIN : FINDING_CNAME, name,
		    "%.*s", (int)a->target.n, a->target.p);
}

bool
probe_same(const struct answer *a, const struct answer *b)
{
	if (a->status != b->status || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (k < b->n &&
		    !span_eq(buf_span(&a->v[i]), buf_span(&b->v[k])))
			k++;
		if (k == b->n)
			return false;
	}
	return true;
}

/* A name beside ours that nobody has made. */
static void
judge_wildcard(const struct probe *p, const struct answer *a, struct span name,
    struct resolver *dns, struct findings *out)
{
	struct buf selector = { 0 }, other = { 0 };
	const struct answer *b;

	buf_addf(&selector, "dkim-check-%08lx",
	    (unsigned long)platform_random());
	domain_key_name(buf_span(&selector), p->domain, &other);
	b = resolver_wait(dns, resolver_ask(dns, buf_span(&other)));
	if (b->status == LOOKUP_FOUND && probe_same(a, b))
		findings_add(out, FINDING_WILDCARD, name, "%.*s", (int)other.n,
		    other.p);
	buf_free(&selector);
	buf_free(&other);
}

/* What the answer takes in a message, without its DNSSEC signatures. */
static size_t
answer_octets(const struct answer *a, struct span name)
{
	size_t octets = DNSWIRE_HEADER + name.n + 2 + 4 + DNSWIRE_OPT;

	if (a->links > 0)
		octets += a->links * (FIXED + a->target.n + 2);
	for (size_t i = 0; i < a->n; i++) {
		size_t n = a->v[i].n;

		octets += FIXED + n + (n + STRING - 1) / STRING;
	}
	return octets;
}

static void
judge_transport(const struct answer *a, struct span name, struct findings *out)
{
	size_t octets = answer_octets(a, name);

	if (octets > PLAIN)
		findings_add(out,
		    octets > LIMIT_DNS_UDP ? FINDING_ANSWER_LARGE :
					     FINDING_ANSWER_EDNS,
		    name, "%zu octets%s", octets,
		    a->tcp ? ", came over TCP" : "");
	findings_say(out,
	    a->dnssec         ? FINDING_DNSSEC :
		a->signatures ? FINDING_DNSSEC_NOT_SEEN :
				FINDING_DNSSEC_UNSIGNED,
	    name);
}

/* Base64 and nothing else: the rest of a key that was cut in pieces. */
static bool
piece_of_key(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_alpha(text.p[i]) && !ascii_digit(text.p[i]) &&
		    (text.p[i] == '\0' || strchr("+/= \t", text.p[i]) == NULL))
			return false;
	return text.n > 40 && text.p[1] != '=';
}

static void
judge_number(const struct answer *a, bool usable, struct span name,
    struct findings *out)
{
	size_t shaped = 0, pieces = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct span text = buf_span(&a->v[i]);

		if (piece_of_key(text))
			pieces++;
		else if (lint_shaped(text))
			shaped++;
	}
	if (pieces > 0 && a->n > 1 && !usable)
		findings_add(out, FINDING_SPLIT_RECORD, name, "%zu pieces",
		    pieces + shaped);
	else if (shaped == 0)
		findings_add(out, FINDING_NOT_A_KEY, name, "%.*s",
		    a->v[0].n < 60 ? (int)a->v[0].n : 60, a->v[0].p);
	if (a->n > 1)
		findings_add(out, FINDING_SEVERAL_RECORDS, name,
		    "%zu records, %zu of them key records", a->n, shaped);
}

/* The last octets of a key tell it from others. */
static void
add_tail(struct span pub, struct buf *out)
{
	struct span tail = pub.n > 9 ? span_from(pub, pub.n - 9) : pub;

	buf_adds(out, ", p= ends in ");
	base64_encode(out, tail.p, tail.n);
}

static void
describe_both(const struct probe *p, const struct linted *k, struct buf *out)
{
	buf_adds(out, "the record: ");
	lint_describe(k->type, buf_span(&k->pub), out);
	add_tail(buf_span(&k->pub), out);
	buf_adds(out, "; the key: ");
	lint_describe(p->type, p->pub, out);
	add_tail(p->pub, out);
}

/* The numbers count, not how they are wrapped. */
static bool
same_key(const struct probe *p, const struct linted *k)
{
	struct pubkey a, b;

	if (p->type != k->type ||
	    pubkey_parse(p->type, p->pub, &a) == KEY_MALFORMED ||
	    pubkey_parse(k->type, buf_span(&k->pub), &b) == KEY_MALFORMED)
		return false;
	if (p->type == KEY_ED25519)
		return span_eq(a.ed25519, b.ed25519);
	return span_eq(a.rsa.modulus, b.rsa.modulus) &&
	    span_eq(a.rsa.exponent, b.rsa.exponent);
}

/* True when the record holds our key, or there is none to compare. */
static bool
judge_record(const struct probe *p, struct span text, struct span name,
    struct buf *difference, struct buf *good, struct findings *out)
{
	struct linted key;
	bool same = false;

	if (lint_record(text, name, &key, out)) {
		if (lint_key(key.type, buf_span(&key.pub), name, out)) {
			good->n = 0;
			lint_describe(key.type, buf_span(&key.pub), good);
		}
		same = !p->compare || same_key(p, &key);
		if (!same && difference->n == 0)
			describe_both(p, &key, difference);
	}
	linted_free(&key);
	return same;
}

static void
judge_records(const struct probe *p, const struct answer *a, struct span name,
    struct findings *out)
{
	struct buf difference = { 0 }, what = { 0 };
	struct findings found = { 0 };
	bool same = false;

	for (size_t i = 0, tried = 0; i < a->n && tried < LIMIT_KEY_RECORDS;
	     i++) {
		struct span text = buf_span(&a->v[i]);

		if (!lint_shaped(text) || piece_of_key(text))
			continue;
		tried++;
		if (judge_record(p, text, name, &difference, &what, &found))
			same = true;
	}
	judge_number(a, what.n > 0, name, &found);
	if (what.n > 0 && findings_status(&found) == 0)
		findings_add(out, FINDING_RECORD, name, "%.*s, TTL %lu",
		    (int)what.n, what.p, (unsigned long)a->ttl);
	if (p->compare && same)
		findings_say(out, FINDING_KEY_MATCHES, name);
	else if (p->compare && difference.n > 0)
		findings_add(out, FINDING_KEY_DIFFERS, name, "%.*s",
		    (int)difference.n, difference.p);
	else if (!p->compare)
		findings_add(out, FINDING_NOT_COMPARED, name, "%s",
		    p->why_not != NULL ? p->why_not : "");
	findings_append(out, &found);
	buf_free(&difference);
	buf_free(&what);
}

void
probe_answer(const struct probe *p, const struct answer *a,
    struct resolver *dns, struct findings *out)
{
	struct buf text = { 0 };
	struct span name;

	domain_key_name(p->selector, p->domain, &text);
	name = buf_span(&text);
	if (judge_status(a, name, out)) {
		judge_records(p, a, name, out);
		if (a->ttl > DAY)
			findings_add(out, FINDING_TTL_LONG, name, "%lu seconds",
			    (unsigned long)a->ttl);
		judge_alias(a, name, out);
		judge_wildcard(p, a, name, dns, out);
		if (!p->offline)
			judge_transport(a, name, out);
	} else if (a->status == LOOKUP_NONE) {
		look_nearby(p, name, dns, out);
	}
	buf_free(&text);
}
