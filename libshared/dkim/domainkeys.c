#include "dkim/domainkeys.h"

#include <stdlib.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "mail/address.h"
#include "mail/domain.h"

struct domainkeys {
	const struct header *header;
	unsigned min_key_bits;
	struct resolver *dns;
	size_t lookup;
	struct domainkeys_result result;
	struct mailbox author;
	struct digest *digest;
	uint64_t blank_lines; /* held back: they count only if text follows */
	bool text;            /* this line has something in it */
	bool cr;              /* CR held back: LF may follow */
};

/* One field, or its lines as they are, with CRLF at the end of each. */
static void
hash_field(struct domainkeys *d, const struct field *f)
{
	bool nofws = d->result.sig.canon == DKCANON_NOFWS;
	struct buf out = { 0 };

	for (size_t i = 0; i < f->raw.n; i++) {
		char c = f->raw.p[i];

		if (nofws && ascii_space(c))
			continue;
		if (c == '\n' && (i == 0 || f->raw.p[i - 1] != '\r'))
			buf_addc(&out, '\r');
		buf_addc(&out, c);
	}
	buf_adds(&out, "\r\n");
	digest_add(d->digest, out.p, out.n);
	buf_free(&out);
}

/*
 * RFC 4870 section 2.3: the sending address is that of Sender, or else of From;
 * d= is its domain or a parent of it.
 */
static enum verdict
judge_author(struct domainkeys *d)
{
	const struct header *h = d->header;
	struct span name = SPAN("Sender");
	const struct domainkeys_result *r = &d->result;
	const struct field *f;
	const char *why;

	if ((f = header_find(h, name)) == NULL)
		f = header_find(h, name = SPAN("From"));
	if (f == NULL)
		return VERDICT_NO_FROM;
	if (header_count(h, name) > 1)
		return VERDICT_MULTIPLE_FROM;
	if (!dksig_covers(&r->sig, r->field, f))
		return VERDICT_NOT_SIGNED_FROM;
	if (!address_author(f->value, &d->author, &why) ||
	    !domain_within(buf_span(&d->author.domain),
		buf_span(&r->sig.ascii)))
		return VERDICT_IDENTITY_MISMATCH;
	return VERDICT_OPEN;
}

struct domainkeys *
domainkeys_begin(const struct header *header, unsigned min_key_bits,
    struct resolver *dns)
{
	struct domainkeys *d = mem_alloc(sizeof(*d));
	struct domainkeys_result *r = &d->result;

	d->header = header;
	d->min_key_bits = min_key_bits;
	d->dns = dns;
	r->field = header_find(header, SPAN("DomainKey-Signature"));
	if (r->field == NULL) {
		r->verdict = VERDICT_UNSIGNED;
		return d;
	}
	if (header->malformed != NULL)
		r->verdict = VERDICT_MALFORMED_MESSAGE;
	dksig_parse(&r->sig, r->field, &r->verdict);
	if (r->verdict == VERDICT_OPEN)
		r->verdict = judge_author(d);
	if (r->verdict != VERDICT_OPEN)
		return d;
	d->lookup = resolver_ask(dns, buf_span(&r->sig.query));
	d->digest = digest_new(HASH_SHA1);
	for (size_t i = 0; i < header->n; i++)
		if (dksig_covers(&r->sig, r->field, &header->v[i]))
			hash_field(d, &header->v[i]);
	/* The line between header and body, which counts if text follows. */
	d->blank_lines = 1;
	return d;
}

static void
add_text(struct domainkeys *d, const char *p, size_t n)
{
	for (; d->blank_lines > 0; d->blank_lines--)
		digest_add(d->digest, "\r\n", 2);
	digest_add(d->digest, p, n);
	d->text = true;
}

static void
end_line(struct domainkeys *d)
{
	if (d->text)
		digest_add(d->digest, "\r\n", 2);
	else
		d->blank_lines++;
	d->text = d->cr = false;
}

void
domainkeys_add(void *arg, const void *data, size_t n)
{
	struct domainkeys *d = arg;
	bool nofws = d->result.sig.canon == DKCANON_NOFWS;
	const char *p = data, *end = p + n;

	while (d->digest != NULL && p < end) {
		const char *q = p;

		while (q < end && !ascii_space(*q))
			q++;
		if (d->cr && *p != '\n' && !nofws)
			add_text(d, "\r", 1);
		d->cr = *p == '\r';
		if (q > p)
			add_text(d, p, (size_t)(q - p));
		else if (*q == '\n')
			end_line(d);
		else if (*q != '\r' && !nofws)
			add_text(d, q, 1);
		p = q > p ? q : q + 1;
	}
}

static enum verdict
judge_signature(struct domainkeys *d, struct span hash, const struct dkkey *rec)
{
	enum key_defect why;
	struct key *key = key_from_public(KEY_RSA, buf_span(&rec->pub), &why);
	enum key_answer answer;

	if (key == NULL)
		return verdict_of_defect(why);
	d->result.key_bits = key_bits(key);
	if (d->result.key_bits < d->min_key_bits) {
		key_free(key);
		return VERDICT_KEY_TOO_SHORT;
	}
	answer = key_verify(key, HASH_SHA1, hash, buf_span(&d->result.sig.b));
	key_free(key);
	return answer == KEY_VERIFIES ? VERDICT_OK :
	    answer == KEY_REFUTES     ? VERDICT_SIGNATURE_MISMATCH :
					VERDICT_INTERNAL;
}

/* RFC 4870 section 3.2.3: an empty p= is a revoked key; g= names one user. */
static enum verdict
judge_key(struct domainkeys *d, struct span hash, const struct dkkey *rec)
{
	struct span g = buf_span(&rec->granularity);

	d->result.testing = rec->testing;
	if (rec->pub.n == 0)
		return VERDICT_KEY_REVOKED;
	if (g.n > 0 && !span_eq(g, buf_span(&d->author.local)))
		return VERDICT_KEY_GRANULARITY;
	return judge_signature(d, hash, rec);
}

/* The first record that is one: RFC 4870 wants a single one there. */
static enum verdict
judge_answer(struct domainkeys *d, struct span hash, const struct answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		enum verdict v = VERDICT_OPEN;
		struct dkkey rec;
		bool shaped;

		if (dkkey_parse(&rec, buf_span(&a->v[i]), &shaped, &v)) {
			v = judge_key(d, hash, &rec);
			dkkey_free(&rec);
		}
		if (shaped)
			return v;
	}
	return VERDICT_KEY_SYNTAX;
}

const struct domainkeys_result *
domainkeys_end(struct domainkeys *d)
{
	unsigned char octets[DIGEST_MAX];
	struct span hash = { (const char *)octets, 0 };
	struct domainkeys_result *r = &d->result;
	const struct answer *a;

	if (r->verdict != VERDICT_OPEN)
		return r;
	if (d->cr && d->result.sig.canon == DKCANON_SIMPLE)
		add_text(d, "\r", 1);
	if (d->text)
		end_line(d);
	if ((hash.n = digest_end(d->digest, octets)) == 0) {
		r->verdict = VERDICT_INTERNAL;
		return r;
	}
	a = resolver_wait(d->dns, d->lookup);
	r->verdict = a->status == LOOKUP_FOUND ? judge_answer(d, hash, a) :
						 verdict_of_lookup(a->status);
	return r;
}

void
domainkeys_free(struct domainkeys *d)
{
	if (d == NULL)
		return;
	dksig_free(&d->result.sig);
	mailbox_free(&d->author);
	digest_free(d->digest);
	free(d);
}

enum result
domainkeys_result_of(const struct domainkeys_result *r)
{
	enum result result = verdict_result(r->verdict);

	return result == RESULT_FAIL && r->testing ? RESULT_NEUTRAL : result;
}
