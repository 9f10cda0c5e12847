#include "dkim/verifier.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dkim/bodyhash.h"
#include "mail/address.h"
#include "mail/domain.h"

const char *const verifier_singletons[] = { "From", "Sender", "Reply-To",
	"Subject", "Date", "To", "Cc", "Message-ID", "In-Reply-To",
	"References", NULL };

/* What is needed of a signature until its verdict is settled. */
struct pending {
	size_t lookup; /* number of its key lookup */
	size_t body;   /* number of its body hash */
};

struct verifier {
	const struct header *header;
	struct verifier_rules rules;
	struct resolver *dns;
	struct keycache *keys;
	struct bodyhashes *bodies;
	struct verdicts all;
	struct pending pending[LIMIT_SIGNATURES_PARSED];
};

static void
judge_message(struct verifier *v)
{
	const struct field *from = header_find(v->header, SPAN("From"));
	struct mailbox author = { 0 };
	const char *why;

	if (v->header->malformed != NULL)
		v->all.message = VERDICT_MALFORMED_MESSAGE;
	else if (from == NULL)
		v->all.message = VERDICT_NO_FROM;
	if (from != NULL && header_count(v->header, SPAN("From")) == 1 &&
	    address_author(from->value, &author, &why)) {
		v->all.from_domain = author.domain;
		author.domain = (struct buf){ 0 };
	}
	mailbox_free(&author);
}

/* Without the tree walk of RFC 9989 only a parent domain is seen as related. */
static enum alignment
align(const struct sig *s, struct span from)
{
	struct span d = buf_span(&s->ascii);

	if (d.n == 0 || from.n == 0)
		return ALIGNED_NO;
	if (span_eq(d, from))
		return ALIGNED_STRICT;
	return domain_within(d, from) || domain_within(from, d) ?
	    ALIGNED_RELAXED :
	    ALIGNED_NO;
}

/* All that is decided without the key. */
static void
judge_early(const struct verifier *v, struct result_one *r)
{
	const struct verifier_rules *rules = &v->rules;
	const struct sig *s = &r->sig;

	if (s->b.n == 0)
		(void)verdict_settle(&r->verdict, VERDICT_BAD_BASE64);
	/* RFC 6376 section 8.15: one that is not signed may be the one shown. */
	if (header_count(v->header, SPAN("From")) > sig_covers(s, SPAN("From")))
		(void)verdict_settle(&r->verdict, VERDICT_MULTIPLE_FROM);
	if (s->algorithm.hash == HASH_SHA1 && !rules->allow_sha1)
		(void)verdict_settle(&r->verdict, VERDICT_WEAK_ALGORITHM);
	if (s->expires >= 0 && rules->now > s->expires + rules->clock_skew)
		(void)verdict_settle(&r->verdict, VERDICT_EXPIRED);
	if (s->signed_at > rules->now + rules->clock_skew)
		(void)verdict_settle(&r->verdict, VERDICT_FUTURE);
}

static void
begin_one(struct verifier *v, const struct field *field, size_t *judged)
{
	struct result_one *r = &v->all.v[v->all.n];
	struct pending *p = &v->pending[v->all.n];

	*r = (struct result_one){ .field = field };
	/* What is wrong with the whole message outranks the single field. */
	r->verdict = v->all.message;
	sig_parse(&r->sig, field, &r->verdict);
	r->aligned = align(&r->sig, buf_span(&v->all.from_domain));
	judge_early(v, r);
	if (r->verdict == VERDICT_OPEN) {
		if (*judged == v->rules.max_signatures) {
			sig_free(&r->sig);
			v->all.skipped++;
			return;
		}
		++*judged;
		p->lookup = resolver_ask(v->dns, buf_span(&r->sig.query));
		p->body = bodyhashes_want(v->bodies, r->sig.canon_body,
		    r->sig.algorithm.hash, r->sig.limit);
	}
	v->all.n++;
}

struct verifier *
verifier_begin(const struct header *header, const struct verifier_rules *rules,
    struct resolver *dns, struct keycache *keys)
{
	struct verifier *v = mem_alloc(sizeof(*v));
	size_t parsed = 0, judged = 0;

	v->header = header;
	v->rules = *rules;
	v->dns = dns;
	v->keys = keys;
	v->bodies = bodyhashes_new();
	v->all.v = mem_grow(NULL, LIMIT_SIGNATURES_PARSED, sizeof(*v->all.v));
	judge_message(v);
	for (size_t i = 0; i < header->n; i++) {
		if (!span_eq_nocase(header->v[i].name, SPAN("DKIM-Signature")))
			continue;
		if (parsed == LIMIT_SIGNATURES_PARSED) {
			v->all.skipped++;
			continue;
		}
		parsed++;
		begin_one(v, &header->v[i], &judged);
	}
	return v;
}

void
verifier_add(void *arg, const void *p, size_t n)
{
	struct verifier *v = arg;

	bodyhashes_add(v->bodies, p, n);
}

/* RFC 6376 section 6.1.2, steps 4 to 8; VERDICT_OPEN when the key will do. */
static enum verdict
judge_record(const struct keyrec *k, const struct sig *s)
{
	if (k->pub.n == 0)
		return VERDICT_KEY_REVOKED;
	if (!k->known_type || k->type != s->algorithm.key)
		return VERDICT_KEY_TYPE_MISMATCH;
	if (s->algorithm.hash == HASH_SHA1 ? !k->sha1 : !k->sha256)
		return VERDICT_HASH_NOT_ALLOWED;
	if (!k->email)
		return VERDICT_KEY_SERVICE;
	if (k->strict && s->below)
		return VERDICT_KEY_STRICT;
	return VERDICT_OPEN;
}

static enum verdict
judge_signature(const struct verifier *v, const struct result_one *r,
    const struct key *key)
{
	struct digest *d = digest_new(r->sig.algorithm.hash);
	unsigned char hash[DIGEST_MAX];
	enum key_answer answer = KEY_UNABLE;
	size_t n;

	sig_hash_header(&r->sig, v->header, r->field, d);
	if ((n = digest_end(d, hash)) > 0)
		answer = key_verify(key, r->sig.algorithm.hash,
		    (struct span){ (const char *)hash, n },
		    buf_span(&r->sig.b));
	digest_free(d);
	if (answer != KEY_VERIFIES)
		return answer == KEY_UNABLE ? VERDICT_INTERNAL :
					      VERDICT_SIGNATURE_MISMATCH;
	if (r->body_hash == BODY_HASH_UNCHECKED)
		return VERDICT_INTERNAL;
	if (r->body_hash == BODY_HASH_MISMATCH)
		return VERDICT_BODY_HASH_MISMATCH;
	if (r->sig.limit == BODYHASH_ALL || v->rules.allow_body_length)
		return VERDICT_OK;
	return r->unsigned_octets > 0 || r->sig.limit == 0 ?
	    VERDICT_UNSIGNED_CONTENT :
	    VERDICT_OK;
}

/* One key record; the facts about the key go into r. */
static enum verdict
judge_key(const struct verifier *v, struct result_one *r,
    const struct cached_key *k)
{
	enum verdict verdict = k->verdict;

	if (verdict != VERDICT_OPEN)
		return verdict;
	r->testing = k->rec.testing;
	if ((verdict = judge_record(&k->rec, &r->sig)) != VERDICT_OPEN)
		return verdict;
	if (k->key == NULL)
		return verdict_of_defect(k->why);
	r->key_bits = key_bits(k->key);
	if (k->rec.type == KEY_RSA && r->key_bits < v->rules.min_key_bits)
		return VERDICT_KEY_TOO_SHORT;
	return judge_signature(v, r, k->key);
}

/* For qsort: the records of an answer in an order of their own. */
static int
by_text(const void *a, const void *b)
{
	return span_cmp(buf_span(*(const struct buf *const *)a),
	    buf_span(*(const struct buf *const *)b));
}

/*
 * Several records at one name come in no particular order, so every one counts:
 * a pass ends it, else the verdict stands that got furthest, and of two such the
 * one of a key that is not being tested.
 */
static void
judge_answer(const struct verifier *v, struct result_one *r,
    const struct answer *a)
{
	const struct buf *sorted[LIMIT_TXT_RECORDS] = { NULL };
	struct result_one best = *r;
	enum verdict found = VERDICT_KEY_SYNTAX;
	size_t tried = 0;

	for (size_t i = 0; i < a->n; i++)
		sorted[i] = &a->v[i];
	qsort(sorted, a->n, sizeof(const struct buf *), by_text);
	for (size_t i = 0; i < a->n && tried < LIMIT_KEY_RECORDS; i++) {
		const struct cached_key *k = keycache_get(v->keys,
		    buf_span(sorted[i]));
		struct result_one now = *r;
		enum verdict verdict = judge_key(v, &now, k);

		tried += k->shaped;
		if (verdict == VERDICT_OK || verdict > found ||
		    (verdict == found && !now.testing)) {
			found = verdict;
			best = now;
		}
		if (verdict == VERDICT_OK)
			break;
	}
	*r = best;
	r->verdict = found;
}

static void
judge_body(const struct verifier *v, struct result_one *r, size_t number)
{
	uint64_t octets;
	struct span value = bodyhashes_value(v->bodies, number, &octets);

	if (value.n == 0)
		return;
	if (r->sig.limit != BODYHASH_ALL && r->sig.limit > octets)
		(void)verdict_settle(&r->verdict, VERDICT_BODY_TOO_SHORT);
	else if (r->sig.limit != BODYHASH_ALL)
		r->unsigned_octets = octets - r->sig.limit;
	r->body_hash = octets_equal(value, buf_span(&r->sig.bh)) ?
	    BODY_HASH_MATCH :
	    BODY_HASH_MISMATCH;
}

static void
end_one(struct verifier *v, struct result_one *r, const struct pending *p)
{
	const struct answer *a;

	judge_body(v, r, p->body);
	if (r->verdict != VERDICT_OPEN)
		return;
	a = resolver_wait(v->dns, p->lookup);
	r->dnssec = a->dnssec;
	r->dns_why = a->why;
	if (a->status == LOOKUP_FOUND)
		judge_answer(v, r, a);
	else
		r->verdict = verdict_of_lookup(a->status);
}

const struct verdicts *
verifier_end(struct verifier *v)
{
	/* A failed hash has no octets, and is noticed there. */
	(void)!bodyhashes_end(v->bodies);
	for (size_t i = 0; i < v->all.n; i++)
		if (v->all.v[i].verdict == VERDICT_OPEN)
			end_one(v, &v->all.v[i], &v->pending[i]);
	return &v->all;
}

void
verifier_free(struct verifier *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->all.n; i++)
		sig_free(&v->all.v[i].sig);
	free(v->all.v);
	buf_free(&v->all.from_domain);
	bodyhashes_free(v->bodies);
	free(v);
}

enum result
result_of(const struct result_one *r)
{
	enum result result = verdict_result(r->verdict);

	return result == RESULT_FAIL && r->testing ? RESULT_NEUTRAL : result;
}

struct result_gaps
verifier_gaps(const struct result_one *r, const struct header *h)
{
	struct result_gaps gaps = { 0 };

	for (unsigned i = 0; verifier_singletons[i] != NULL; i++) {
		struct span name = span_str(verifier_singletons[i]);
		size_t present = header_count(h, name), covered;

		if (present == 0)
			continue;
		covered = sig_covers(&r->sig, name);
		if (i < VERIFIER_DISPLAYED && covered == 0)
			gaps.uncovered |= 1u << i;
		if (present > 1 && present > covered)
			gaps.doubled |= 1u << i;
	}
	return gaps;
}
