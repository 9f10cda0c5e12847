#include "report/dkverify.h"

#include <string.h>

static bool
letters_ok(struct span s, char last)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_lower(s.p[i]) < 'a' || ascii_lower(s.p[i]) > last)
			return false;
	return true;
}

bool
dkverify_parse(const char *text, struct dkverify *out)
{
	struct span rest = span_str(text), left;

	if (!span_cut(&rest, ',', &left) || rest.p == NULL ||
	    !letters_ok(left, 'k') || !letters_ok(rest, 'r'))
		return false;
	*out = (struct dkverify){ left, rest };
	return true;
}

/* What becomes of a message with one of these results. */
static enum dkverify_action
look_up(struct span policy, const char *letters)
{
	enum dkverify_action action = DKVERIFY_ACCEPT;

	for (; *letters != '\0'; letters++) {
		if (policy.n > 0 && memchr(policy.p, *letters, policy.n))
			return DKVERIFY_REFUSE;
		if (policy.n > 0 &&
		    memchr(policy.p, ascii_lower(*letters), policy.n))
			action = DKVERIFY_DEFER;
	}
	return action;
}

/* Of a signature that does not pass; O, "no valid signature", goes with all. */
static const char *
dkim_letters(const struct result_one *r)
{
	switch (r->verdict) {
	case VERDICT_SIGNATURE_MISMATCH: return r->testing ? "E" : "BDO";
	case VERDICT_BODY_HASH_MISMATCH:
	case VERDICT_BODY_TOO_SHORT: return r->testing ? "E" : "BPO";
	case VERDICT_MALFORMED_MESSAGE:
	case VERDICT_NO_FROM:
	case VERDICT_MULTIPLE_FROM: return "BO";
	case VERDICT_BAD_SYNTAX:
	case VERDICT_DUPLICATE_TAG:
	case VERDICT_MISSING_TAG:
	case VERDICT_BAD_ALGORITHM:
	case VERDICT_BAD_CANONICALIZATION:
	case VERDICT_BAD_QUERY:
	case VERDICT_BAD_DOMAIN:
	case VERDICT_BAD_HEADER_LIST:
	case VERDICT_NOT_SIGNED_FROM:
	case VERDICT_BAD_IDENTITY:
	case VERDICT_IDENTITY_MISMATCH:
	case VERDICT_BAD_BASE64:
	case VERDICT_BAD_BODY_LENGTH:
	case VERDICT_BAD_TIMESTAMP:
	case VERDICT_EXPIRES_EARLY: return "CO";
	case VERDICT_BAD_VERSION: return "RO";
	/* Where s= by itself is in order, the name to look up is too long. */
	case VERDICT_BAD_SELECTOR: return r->sig.selector.n > 0 ? "JO" : "GO";
	case VERDICT_EXPIRED: return "FO";
	case VERDICT_KEY_SYNTAX: return "GO";
	case VERDICT_KEY_STRICT: return "HO";
	case VERDICT_KEY_REVOKED: return "IO";
	case VERDICT_KEY_MISSING:
	case VERDICT_DNS_BROKEN: return "LO";
	case VERDICT_KEY_TYPE_MISMATCH:
	case VERDICT_KEY_SERVICE:
	case VERDICT_KEY_BAD_EXPONENT:
	case VERDICT_KEY_SMALL_ORDER:
	case VERDICT_KEY_TOO_LONG:
	case VERDICT_KEY_TOO_SHORT: return "MO";
	case VERDICT_HASH_NOT_ALLOWED: return "QO";
	default: return "O";
	}
}

static enum dkverify_action
judge_dkim(struct span policy, const struct verdicts *v,
    const struct acceptance *a)
{
	enum dkverify_action worst = DKVERIFY_ACCEPT;
	enum result result = outcome_of(v, a);

	if (result == RESULT_PASS)
		return look_up(policy, "A");
	/* One that DNS could not answer may still pass. */
	if (result == RESULT_TEMPERROR)
		return look_up(policy, "K");
	if (v->n == 0 && v->skipped == 0)
		return look_up(policy, result == RESULT_NONE ? "N" : "B");
	for (size_t i = 0; i < v->n; i++) {
		enum dkverify_action one = look_up(policy,
		    dkim_letters(&v->v[i]));

		worst = one > worst ? one : worst;
	}
	return worst;
}

static const char *
domainkeys_letter(const struct domainkeys_result *r)
{
	switch (r->verdict) {
	case VERDICT_OK: return "A";
	/* In testing mode it counts as unsigned (RFC 4870 section 3.2.3). */
	case VERDICT_SIGNATURE_MISMATCH: return r->testing ? "C" : "B";
	case VERDICT_UNSIGNED: return "C";
	case VERDICT_KEY_MISSING: return "D";
	case VERDICT_KEY_SYNTAX:
	case VERDICT_KEY_TYPE_MISMATCH:
	case VERDICT_KEY_GRANULARITY:
	case VERDICT_KEY_BAD_EXPONENT:
	case VERDICT_KEY_TOO_LONG:
	case VERDICT_KEY_TOO_SHORT:
	case VERDICT_DNS_BROKEN: return "E";
	case VERDICT_DNS_TIMEOUT:
	case VERDICT_DNS_SERVFAIL: return "F";
	case VERDICT_KEY_REVOKED: return "J";
	case VERDICT_INTERNAL: return "K";
	default: return "G";
	}
}

enum dkverify_action
dkverify_judge(const struct dkverify *p, const struct verdicts *v,
    const struct acceptance *a, const struct domainkeys_result *domainkeys)
{
	enum dkverify_action dk = DKVERIFY_ACCEPT;
	enum dkverify_action dkim = judge_dkim(p->dkim, v, a);

	if (domainkeys != NULL)
		dk = look_up(p->domainkeys, domainkeys_letter(domainkeys));
	return dk > dkim ? dk : dkim;
}
