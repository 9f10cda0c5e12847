#include "check/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/mem.h"
#include "tool/json.h"

enum severity { OK, NOTE, WARNING, ERROR, TEMPORARY };

struct meaning {
	enum severity severity;
	const char *code;
	const char *why;
	const char *advice; /* NULL: nothing to do */
};

static const struct meaning meanings[] = {
	[FINDING_RECORD] = { OK, "record",
	    "the record is there and can be used", NULL },
	[FINDING_NO_RECORD] = { ERROR, "no-record",
	    "there is no record, so signatures with this selector fail",
	    "publish what dkim-dnsrec prints for this key" },
	[FINDING_DOUBLED_DOMAIN] = { ERROR, "doubled-domain",
	    "the record stands at the name with the domain twice",
	    "end the name with a dot in the zone, or leave the domain out in a "
	    "web form" },
	[FINDING_CNAME] = { NOTE, "cname",
	    "the name is an alias: whoever runs its target decides which key "
	    "is yours",
	    "keep the private key where the target's owner keeps it" },
	[FINDING_CNAME_CHAIN] = { WARNING, "cname-chain",
	    "an alias of an alias costs every receiver another query, and "
	    "breaks with any of its links",
	    "point the alias at the last name" },
	[FINDING_CNAME_DANGLING] = { ERROR, "cname-dangling",
	    "the name is an alias of one that has no record",
	    "publish the record at the target, or take the alias away" },
	[FINDING_SEVERAL_RECORDS] = { ERROR, "several-records",
	    "several TXT records at one name: receivers try an arbitrary one "
	    "(RFC 6376 section 3.6.2.2)",
	    "leave only the record of the key in use; give another key another "
	    "selector" },
	[FINDING_SPLIT_RECORD] = { ERROR, "split-record",
	    "a key in pieces, each a TXT record of its own, is no key",
	    "publish it as one TXT record of several strings" },
	[FINDING_WILDCARD] = { WARNING, "wildcard",
	    "names that nobody made have the same record: it comes from a "
	    "wildcard",
	    "publish the record at its own name" },
	[FINDING_NOT_A_KEY] = { ERROR, "not-a-key",
	    "the TXT record is not a key record",
	    "publish what dkim-dnsrec prints; look for a wildcard above the "
	    "name" },
	[FINDING_ANSWER_EDNS] = { NOTE, "answer-edns",
	    "the answer is over 512 octets, so it needs EDNS or TCP",
	    "nothing, unless an old firewall is in the way" },
	[FINDING_ANSWER_LARGE] = { WARNING, "answer-large",
	    "the answer is over 1232 octets, so it needs TCP, which some "
	    "networks block",
	    "use a 2048-bit RSA or an Ed25519 key, and take other TXT records "
	    "from the name" },
	[FINDING_TTL_LONG] = { WARNING, "ttl-long",
	    "a TTL over a day keeps a key that is taken back alive for as long",
	    "lower the TTL to an hour or so" },
	[FINDING_DNSSEC] = { OK, "dnssec",
	    "the name server vouches for the answer", NULL },
	[FINDING_DNSSEC_NOT_SEEN] = { NOTE, "dnssec-not-seen",
	    "the answer is signed, and the name server asked did not validate "
	    "it",
	    "ask one that validates, to see that the signatures are right" },
	[FINDING_DNSSEC_UNSIGNED] = { NOTE, "dnssec-unsigned",
	    "without DNSSEC whoever can forge answers can forge the key",
	    "sign the zone" },
	[FINDING_DNS_TIMEOUT] = { TEMPORARY, "dns-timeout",
	    "no answer came in time",
	    "try again, or ask another server with -n" },
	[FINDING_DNS_SERVFAIL] = { TEMPORARY, "dns-servfail",
	    "the name servers had no answer to use",
	    "look at the zone and its delegation; with DNSSEC, at its "
	    "signatures" },
	[FINDING_DNS_BROKEN] = { ERROR, "dns-broken",
	    "the answer breaks the rules of DNS, and receivers take it for no "
	    "key",
	    "mend the zone" },
	[FINDING_SERVERS_AGREE] = { OK, "servers-agree",
	    "all servers give the same answer", NULL },
	[FINDING_SERVER_DIFFERS] = { ERROR, "server-differs",
	    "this server gives another answer than the first",
	    "wait for the zone transfer, or see why it does not happen" },
	[FINDING_SERVER_SILENT] = { TEMPORARY, "server-silent",
	    "this server of the zone does not answer",
	    "mend it, or take it out of the NS records" },
	[FINDING_NO_SERVERS] = { TEMPORARY, "no-servers",
	    "the zone's own servers cannot be found",
	    "look at the NS records of the zone and the addresses of its "
	    "servers" },
	[FINDING_SYNTAX] = { ERROR, "bad-syntax",
	    "the record is not a list of tag=value with semicolons between",
	    "publish what dkim-dnsrec prints, unchanged" },
	[FINDING_DUPLICATE_TAG] = { ERROR, "duplicate-tag",
	    "a tag is there twice, which voids the record (RFC 6376 section "
	    "3.2)",
	    "keep one of them" },
	[FINDING_STRAY_QUOTES] = { ERROR, "stray-quotes",
	    "quotes or backslashes of a zone file ended up in the text",
	    "paste what dkim-dnsrec -F value prints" },
	[FINDING_NOT_ASCII] = { ERROR, "not-ascii",
	    "the record holds octets that are not printable ASCII",
	    "type the record again, or paste what dkim-dnsrec -F value "
	    "prints" },
	[FINDING_PEM] = { ERROR, "pem-in-record",
	    "p= holds the lines of a PEM file",
	    "publish what dkim-dnsrec prints for that file" },
	[FINDING_NO_VERSION] = { WARNING, "no-version",
	    "v=DKIM1 is missing, and some receivers and tools insist on it",
	    "begin the record with v=DKIM1" },
	[FINDING_VERSION_NOT_FIRST] = { ERROR, "version-not-first",
	    "v= is not the first tag, which voids the record (RFC 6376 section "
	    "3.6.1)",
	    "move v=DKIM1 to the front" },
	[FINDING_BAD_VERSION] = { ERROR, "bad-version",
	    "v= is not DKIM1, so the record is discarded",
	    "write v=DKIM1, in capitals" },
	[FINDING_UNKNOWN_KEY_TYPE] = { ERROR, "unknown-key-type",
	    "k= is neither rsa nor ed25519",
	    "publish what dkim-dnsrec prints" },
	[FINDING_NO_SHA256] = { ERROR, "no-sha256",
	    "h= does not allow sha256, the one hash in use",
	    "take h= out, or make it h=sha256" },
	[FINDING_NOT_FOR_EMAIL] = { ERROR, "not-for-email",
	    "s= does not allow the key to be used for email", "take s= out" },
	[FINDING_TESTING] = { WARNING, "testing",
	    "t=y says that signatures are a test: receivers may treat the mail "
	    "as unsigned",
	    "take t=y out once signing works" },
	[FINDING_STRICT] = { NOTE, "strict",
	    "t=s: signatures of i= in a subdomain fail",
	    "nothing, unless subdomains sign with this key" },
	[FINDING_OLD_TAG] = { WARNING, "old-tag",
	    "a tag of DomainKeys or RFC 4871, which old receivers still obey",
	    "take it out" },
	[FINDING_UNKNOWN_TAG] = { NOTE, "unknown-tag",
	    "receivers pass over tags that they do not know",
	    "see whether it is a typing mistake" },
	[FINDING_NO_KEY] = { ERROR, "no-key-tag",
	    "p= is missing, so this is no key record",
	    "publish what dkim-dnsrec prints" },
	[FINDING_REVOKED] = { ERROR, "revoked",
	    "p= is empty: the key is revoked, and signatures with it fail",
	    "sign with another selector" },
	[FINDING_BAD_BASE64] = { ERROR, "bad-base64", "p= is not base64",
	    "paste the key again; nothing may be lost or added" },
	[FINDING_SPACE_IN_KEY] = { WARNING, "space-in-key",
	    "white space inside p= is allowed, and still more than some "
	    "receivers can take",
	    "write the key without it" },
	[FINDING_BAD_KEY] = { ERROR, "bad-key", "p= does not hold a public key",
	    "publish what dkim-dnsrec prints" },
	[FINDING_TRUNCATED_KEY] = { ERROR, "truncated-key",
	    "the end of the key is missing",
	    "publish it as several strings of at most 255 octets in one TXT "
	    "record" },
	[FINDING_WRONG_KEY_TYPE] = { ERROR, "wrong-key-type",
	    "p= holds a key of another type than k= says",
	    "set k= to the type of the key" },
	[FINDING_ED25519_SPKI] = { ERROR, "ed25519-spki",
	    "the Ed25519 key is wrapped in ASN.1; p= takes the 32 octets alone "
	    "(RFC 8463 section 4.2)",
	    "publish what dkim-dnsrec prints" },
	[FINDING_SMALL_ORDER] = { ERROR, "small-order",
	    "this Ed25519 key verifies messages that nobody signed",
	    "make another key" },
	[FINDING_KEY_SHORT] = { ERROR, "short-key",
	    "RSA keys under 1024 bits are not to be trusted (RFC 8301 section "
	    "3.2)",
	    "make a key of 2048 bits" },
	[FINDING_KEY_WEAK] = { WARNING, "weak-key",
	    "RSA keys under 2048 bits are too weak to begin with today",
	    "make a key of 2048 bits" },
	[FINDING_KEY_LONG] = { WARNING, "long-key",
	    "many receivers take no RSA keys over 4096 bits",
	    "make a key of 2048 bits" },
	[FINDING_KEY_TOO_LONG] = { ERROR, "too-long-key",
	    "receivers take no RSA keys over 8192 bits",
	    "make a key of 2048 bits" },
	[FINDING_BAD_EXPONENT] = { ERROR, "bad-exponent",
	    "with this public exponent or modulus anybody can make signatures, "
	    "or nobody",
	    "make another key" },
	[FINDING_SMALL_EXPONENT] = { WARNING, "small-exponent",
	    "with an exponent this small, mistakes of verifiers let forgeries "
	    "through",
	    "make another key; 65537 is usual" },
	[FINDING_SMALL_FACTOR] = { ERROR, "small-factor",
	    "a small number divides the modulus: the key is damaged or no "
	    "secret",
	    "make another key" },
	[FINDING_CLOSE_PRIMES] = { ERROR, "close-primes",
	    "the two primes are so close that anybody can compute them",
	    "make another key, with other software" },
	[FINDING_ROCA] = { ERROR, "roca",
	    "the key was made by a faulty chip (CVE-2017-15361), and others "
	    "can compute it",
	    "make another key, in software" },
	[FINDING_KEY_MATCHES] = { OK, "key-matches",
	    "the record holds the key that signs", NULL },
	[FINDING_KEY_DIFFERS] = { ERROR, "key-differs",
	    "the record holds another key than the one that signs",
	    "publish the record of this key, or sign with that of the record" },
	[FINDING_NOT_COMPARED] = { NOTE, "not-compared",
	    "there is no private key here to compare the record with",
	    "give it with -k or -D" },
	[FINDING_SIGNATURE] = { OK, "signature", "the signature verifies",
	    NULL },
	[FINDING_SIGNATURE_FAILS] = { ERROR, "signature-fails",
	    "receivers will find this signature bad",
	    "see the reason; dkim-verify -F text tells more" },
	[FINDING_SIGNATURE_TEMPORARY] = { TEMPORARY, "signature-temporary",
	    "the key of this signature cannot be had now", "try again" },
	[FINDING_UNSIGNED] = { ERROR, "unsigned",
	    "the message bears no DKIM signature", "sign it with dkim-sign" },
	[FINDING_MALFORMED] = { ERROR, "malformed",
	    "the header breaks RFC 5322, and receivers will disagree about "
	    "what it says",
	    "mend the message before it is signed" },
	[FINDING_ALIGNED] = { OK, "aligned",
	    "a good signature is of the domain of From:, as DMARC wants",
	    NULL },
	[FINDING_UNALIGNED] = { ERROR, "unaligned",
	    "no good signature is of the domain of From:, so DMARC does not "
	    "count any",
	    "sign with a key of the domain of From:" },
	[FINDING_FIELD_ADDABLE] = { WARNING, "field-addable",
	    "a second field of this name could be added without breaking the "
	    "signature, and shown",
	    "name it once more in h= (dkim-sign does, see --oversign)" },
	[FINDING_FIELD_UNSIGNED] = { WARNING, "field-unsigned",
	    "anybody on the way can change this field",
	    "sign it (dkim-sign -H +NAME)" },
	[FINDING_UNSUBSCRIBE_UNSIGNED] = { ERROR, "unsubscribe-unsigned",
	    "RFC 8058 wants List-Unsubscribe and List-Unsubscribe-Post signed, "
	    "and receivers ignore them otherwise",
	    "sign them (dkim-sign does by default)" },
	[FINDING_BODY_LENGTH] = { WARNING, "body-length",
	    "l= lets anybody add to the end of the body", "sign without l=" },
	[FINDING_EXPIRES_SOON] = { WARNING, "expires-soon",
	    "the signature expires before slow mail arrives",
	    "give --expire a week or more" },
	[FINDING_SIGNED_WEAKLY] = { WARNING, "signed-weakly",
	    "the key of this signature is under 2048 bits",
	    "make a key of 2048 bits" },
	[FINDING_LONG_LINE] = { WARNING, "long-line",
	    "a line over 998 octets will be broken by a relay, and the "
	    "signature with it",
	    "let the mail program encode the text (quoted-printable or "
	    "base64)" },
	[FINDING_BARE_CR] = { WARNING, "bare-cr",
	    "relays turn a CR without LF into something else, which breaks the "
	    "signature",
	    "write lines that end in LF or CRLF alone" },
	[FINDING_DMARC] = { OK, "dmarc",
	    "the domain of From: has a DMARC policy", NULL },
	[FINDING_NO_DMARC] = { WARNING, "no-dmarc",
	    "the domain of From: has no DMARC record, and large receivers want "
	    "one",
	    "publish one at _dmarc.DOMAIN, such as \"v=DMARC1; p=none\"" },
	[FINDING_DMARC_NONE] = { NOTE, "dmarc-none",
	    "p=none asks receivers to do nothing about forgeries",
	    "move on to p=quarantine once all mail is signed" },
	[FINDING_DMARC_SEVERAL] = { ERROR, "dmarc-several",
	    "several DMARC records at one name count as none (RFC 9989)",
	    "leave one" },
	[FINDING_SPF] = { OK, "spf", "the domain of From: has an SPF record",
	    NULL },
	[FINDING_NO_SPF] = { WARNING, "no-spf",
	    "the domain of From: has no SPF record, and large receivers want "
	    "one",
	    "publish a TXT record \"v=spf1 ...\" that names the hosts which "
	    "send" },
	[FINDING_SEVERAL_SPF] = { ERROR, "several-spf",
	    "several SPF records void each other (RFC 7208 section 4.5)",
	    "leave one" },
	[FINDING_TABLES] = { OK, "tables", "every row can be used", NULL },
	[FINDING_TABLE_ROW] = { ERROR, "table-row",
	    "mail that needs this row would wait", "mend it, check again" },
	[FINDING_TABLE_SHADOWED] = { WARNING, "table-shadowed",
	    "the row never counts", "move it up, or leave it out" },
	[FINDING_TABLE_UNUSED] = { NOTE, "table-unused",
	    "nothing is signed with this key", "add a row, or leave it out" },
};

void
findings_add(struct findings *all, enum finding_code code, struct span subject,
    const char *fmt, ...)
{
	struct finding *one;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	all->v = mem_grow(all->v, all->n + 1, sizeof(*all->v));
	one = &all->v[all->n++];
	*one = (struct finding){ .code = code };
	buf_add_span(&one->subject, subject);
	buf_adds(&one->detail, text);
}

void
findings_append(struct findings *all, struct findings *more)
{
	all->v = mem_grow(all->v, all->n + more->n + 1, sizeof(*all->v));
	for (size_t i = 0; i < more->n; i++)
		all->v[all->n++] = more->v[i];
	free(more->v);
	*more = (struct findings){ 0 };
}

bool
findings_have(const struct findings *all, enum finding_code code)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].code == code)
			return true;
	return false;
}

void
findings_free(struct findings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		buf_free(&all->v[i].subject);
		buf_free(&all->v[i].detail);
	}
	free(all->v);
	*all = (struct findings){ 0 };
}

int
findings_status(const struct findings *all)
{
	int status = EX_OK;

	for (size_t i = 0; i < all->n; i++)
		switch (meanings[all->v[i].code].severity) {
		case ERROR: return 1;
		case TEMPORARY: status = EX_TEMPFAIL; break;
		default: break;
		}
	return status;
}

static const char *
word(enum severity s)
{
	static const char *const words[] = { "ok", "note", "warning", "error",
		"error" };

	return words[s];
}

/* What comes from DNS or a message shall not move the cursor. */
static void
put_plain(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~')
			buf_addf(out, "\\x%02x", (unsigned char)text.p[i]);
		else
			buf_addc(out, text.p[i]);
}

void
findings_text(const struct findings *all, struct buf *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *one = &all->v[i];
		const struct meaning *m = &meanings[one->code];

		buf_addf(out, "%s %s ", word(m->severity), m->code);
		put_plain(buf_span(&one->subject), out);
		buf_addf(out, ": %s", m->why);
		if (one->detail.n > 0) {
			buf_adds(out, " (");
			put_plain(buf_span(&one->detail), out);
			buf_addc(out, ')');
		}
		if (m->advice != NULL)
			buf_addf(out, "; %s", m->advice);
		buf_addc(out, '\n');
	}
}

static void
put_member(struct json *j, const char *name, struct span value)
{
	json_name(j, name);
	if (value.n > 0)
		json_string(j, value);
	else
		json_null(j);
}

void
findings_json(const struct findings *all, struct buf *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *one = &all->v[i];
		const struct meaning *m = &meanings[one->code];
		struct json j = { .out = out };

		json_begin(&j, '{');
		put_member(&j, "severity", span_str(word(m->severity)));
		put_member(&j, "code", span_str(m->code));
		json_name(&j, "temporary");
		json_bool(&j, m->severity == TEMPORARY);
		put_member(&j, "subject", buf_span(&one->subject));
		put_member(&j, "why", span_str(m->why));
		put_member(&j, "detail", buf_span(&one->detail));
		put_member(&j, "advice",
		    span_str(m->advice != NULL ? m->advice : ""));
		json_end(&j, '}');
		buf_addc(out, '\n');
	}
}
