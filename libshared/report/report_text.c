#include <time.h>

#include "base/limits.h"
#include "dkim/bodyhash.h"
#include "dkim/taglist.h"
#include "report/report.h"

/* What to do about a verdict; those without a line need none. */
static const char *const advice[] = {
	[VERDICT_BODY_HASH_MISMATCH] =
	    "something changed the body after it was signed; --explain looks "
	    "for what",
	[VERDICT_SIGNATURE_MISMATCH] =
	    "a signed field or the key was changed; --explain looks for what",
	[VERDICT_BODY_TOO_SHORT] = "the end of the message is missing",
	[VERDICT_UNSIGNED_CONTENT] =
	    "anybody can append to this message; the signer should not use l=",
	[VERDICT_EXPIRED] =
	    "for filed mail judge it as of its arrival: --now received",
	[VERDICT_FUTURE] = "set the clock, here or at the signer",
	[VERDICT_WEAK_ALGORITHM] =
	    "the signer should use rsa-sha256; for archives: --allow-sha1",
	[VERDICT_KEY_MISSING] =
	    "publish the record, or sign with a selector that has one",
	[VERDICT_KEY_SYNTAX] = "mend the record; p= has to be base64 of a key",
	[VERDICT_KEY_REVOKED] =
	    "the signer took this key back; do not trust it",
	[VERDICT_KEY_TOO_SHORT] = "the signer should use a key of 2048 bits",
	[VERDICT_KEY_TYPE_MISMATCH] = "the record belongs to another key",
	[VERDICT_DNS_TIMEOUT] = "try again later",
	[VERDICT_DNS_SERVFAIL] = "try again later",
	[VERDICT_MULTIPLE_FROM] = "refuse it; a reader may see the wrong From:",
	[VERDICT_NOT_SIGNED_FROM] = "the signer has to name From in h=",
	[VERDICT_MALFORMED_MESSAGE] = "refuse it, or mend what wrote it",
};

static const char *
advice_on(enum verdict v)
{
	return (size_t)v < sizeof(advice) / sizeof(*advice) ? advice[v] : NULL;
}

static void
put_result(const struct report *r, enum result result, struct buf *out)
{
	static const char *const colours[] = {
		[RESULT_NONE] = "1",
		[RESULT_PASS] = "1;32",
		[RESULT_FAIL] = "1;31",
		[RESULT_POLICY] = "1;33",
		[RESULT_NEUTRAL] = "1;33",
		[RESULT_TEMPERROR] = "1;33",
		[RESULT_PERMERROR] = "1;31",
	};

	if (r->colour)
		buf_addf(out, "\x1b[%sm", colours[result]);
	buf_adds(out, result_name(result));
	if (r->colour)
		buf_adds(out, "\x1b[0m");
}

static void
put_line(struct buf *out, const char *label, struct span value)
{
	if (value.n == 0)
		return;
	buf_addf(out, "  %-10s ", label);
	buf_add_visible(out, value);
	buf_addc(out, '\n');
}

static void
put_word(struct buf *out, const char *label, const char *word)
{
	if (word != NULL)
		put_line(out, label, span_str(word));
}

/* "3 days ago", "in 2 hours" */
static void
put_distance(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" } };
	int64_t n = seconds < 0 ? -seconds : seconds;
	size_t i = 0;

	while (units[i].seconds > 1 && n < units[i].seconds)
		i++;
	n /= units[i].seconds;
	buf_addf(out, " (%s%lld %s%s%s)", seconds > 0 ? "in " : "",
	    (long long)n, units[i].name, n == 1 ? "" : "s",
	    seconds > 0 ? "" : " ago");
}

static void
put_time(struct buf *out, const char *label, int64_t when, int64_t now)
{
	time_t t = (time_t)when;
	struct buf text = { 0 };
	struct tm tm;

	if (when >= 0 && gmtime_r(&t, &tm) != NULL) {
		buf_addf(&text, "%04d-%02d-%02d %02d:%02d:%02d UTC",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec);
		put_distance(&text, when - now);
		put_line(out, label, buf_span(&text));
	}
	buf_free(&text);
}

static void
put_signer(const struct report *report, const struct result_one *r,
    struct buf *out)
{
	struct span from = buf_span(&report->verdicts->from_domain);
	const struct sig *s = &r->sig;
	struct buf text = { 0 };

	if (s->domain.n > 0) {
		buf_add_span(&text, s->domain);
		if (r->aligned == ALIGNED_STRICT)
			buf_adds(&text, ", the domain of From:");
		else if (from.n == 0)
			buf_adds(&text, "; From: names no single domain");
		else
			buf_addf(&text, ", %s From: %.*s",
			    r->aligned == ALIGNED_RELAXED ? "related to" :
							    "not that of",
			    (int)from.n, from.p);
		put_line(out, "domain", buf_span(&text));
	}
	put_line(out, "identity", buf_span(&s->identity));
	buf_free(&text);
}

static void
put_key(const struct result_one *r, struct buf *out)
{
	const struct sig *s = &r->sig;
	struct buf text = { 0 };

	put_line(out, "selector", s->selector);
	buf_add_span(&text, s->algorithm_text);
	if (s->fields.n > 0 && text.n > 0)
		buf_addc(&text, ' ');
	report_canonicalization(s, &text);
	put_line(out, "algorithm", buf_span(&text));
	text.n = 0;
	if (r->key_bits > 0)
		buf_addf(&text, "%u bits%s%s%s", r->key_bits,
		    s->algorithm.key == KEY_RSA &&
			    r->key_bits < LIMIT_RSA_BITS_GOOD ?
			", weak" :
			"",
		    r->testing ? ", in testing mode" : "",
		    r->dnssec ? ", secured by DNSSEC" : "");
	put_line(out, "key", buf_span(&text));
	buf_free(&text);
}

/* What a signature covers and what somebody could still forge. */
static void
put_fields(const struct report *report, const struct result_one *r,
    struct buf *out)
{
	struct span rest = r->sig.fields, name;
	struct buf text = { 0 }, unsigned_ = { 0 }, open = { 0 };
	struct result_gaps gaps = verifier_gaps(r, report->header);

	while (taglist_item(&rest, &name)) {
		buf_addc(&text, ' ');
		buf_add_span(&text, name);
	}
	put_line(out, "signs", span_trim(buf_span(&text)));
	text.n = 0;
	for (unsigned i = 0; verifier_singletons[i] != NULL; i++) {
		struct span field = span_str(verifier_singletons[i]);
		size_t covered = sig_covers(&r->sig, field);

		if (gaps.uncovered >> i & 1)
			buf_addf(&unsigned_, " %s", verifier_singletons[i]);
		else if (gaps.doubled >> i & 1)
			buf_addf(&text, " %s", verifier_singletons[i]);
		else if (covered <= header_count(report->header, field))
			buf_addf(&open, " %s", verifier_singletons[i]);
	}
	put_line(out, "unsigned", span_trim(buf_span(&unsigned_)));
	put_line(out, "added", span_trim(buf_span(&text)));
	put_line(out, "addable", span_trim(buf_span(&open)));
	buf_free(&text);
	buf_free(&unsigned_);
	buf_free(&open);
}

static void
put_body(const struct result_one *r, struct buf *out)
{
	static const char *const states[] = {
		[BODY_HASH_UNCHECKED] = "not looked at",
		[BODY_HASH_MATCH] = "as it was signed",
		[BODY_HASH_MISMATCH] = "not as it was signed",
	};
	struct buf text = { 0 };

	buf_adds(&text, states[r->body_hash]);
	if (r->body_hash != BODY_HASH_UNCHECKED && r->sig.limit == BODYHASH_ALL)
		buf_adds(&text, ", all of it is covered");
	else if (r->unsigned_octets > 0)
		buf_addf(&text, ", the last %llu octets are not covered",
		    (unsigned long long)r->unsigned_octets);
	put_line(out, "body", buf_span(&text));
	buf_free(&text);
}

static void
put_signature(const struct report *report, size_t number, struct buf *out)
{
	const struct result_one *r = &report->verdicts->v[number];
	const char *reason = verdict_reason(r->verdict);

	buf_addc(out, '\n');
	put_result(report, result_of(r), out);
	buf_addf(out, "%s%s\n", reason != NULL ? ": " : "",
	    reason != NULL ? reason : "");
	put_signer(report, r, out);
	put_key(r, out);
	put_time(out, "signed", r->sig.signed_at, report->now);
	put_time(out, "expires", r->sig.expires, report->now);
	put_body(r, out);
	if (r->sig.fields.n > 0)
		put_fields(report, r, out);
	put_word(out, "code", verdict_code(r->verdict));
	put_word(out, "advice", advice_on(r->verdict));
	if (report->explain != NULL)
		explain_text(report->explain, number, out);
}

static void
put_domainkeys(const struct domainkeys_result *r, struct buf *out)
{
	buf_addf(out, "\ndomainkeys %s\n",
	    result_name(domainkeys_result_of(r)));
	put_line(out, "domain", r->sig.domain);
	put_line(out, "selector", r->sig.selector);
	put_word(out, "code", verdict_code(r->verdict));
}

void
report_text(const struct report *r, struct buf *out)
{
	const struct verdicts *v = r->verdicts;

	if (r->file != NULL) {
		buf_add_visible(out, span_str(r->file));
		buf_adds(out, ": ");
	}
	put_result(r, outcome_of(v, r->acceptance), out);
	buf_addc(out, '\n');
	if (v->message != VERDICT_OPEN)
		put_word(out, "message", verdict_reason(v->message));
	for (size_t i = 0; i < v->n; i++)
		put_signature(r, i, out);
	if (v->skipped > 0)
		buf_addf(out, "\n%s: %zu more signatures not judged\n",
		    result_name(verdict_result(VERDICT_TOO_MANY)), v->skipped);
	if (r->domainkeys != NULL)
		put_domainkeys(r->domainkeys, out);
	if (v->n > 1)
		buf_addc(out, '\n');
}
