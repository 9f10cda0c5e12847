#include "dkim/verdict.h"

#include <stddef.h>

struct meaning {
	enum result result;
	const char *code;
	const char *reason;
};

/* RFC 8601 section 2.7.1 leaves room here; dkim-verify(1) lists the choice. */
static const struct meaning meanings[] = {
	[VERDICT_OPEN] = { RESULT_TEMPERROR, "undecided", "not decided" },
	[VERDICT_OK] = { RESULT_PASS, "ok", NULL },
	[VERDICT_UNSIGNED] = { RESULT_NONE, "unsigned", "no signature" },
	[VERDICT_BAD_SYNTAX] = { RESULT_NEUTRAL, "bad-syntax",
	    "signature syntax" },
	[VERDICT_DUPLICATE_TAG] = { RESULT_NEUTRAL, "duplicate-tag",
	    "tag given twice" },
	[VERDICT_MISSING_TAG] = { RESULT_NEUTRAL, "missing-tag",
	    "required tag missing" },
	[VERDICT_BAD_VERSION] = { RESULT_NEUTRAL, "bad-version",
	    "incompatible version" },
	[VERDICT_BAD_ALGORITHM] = { RESULT_NEUTRAL, "bad-algorithm",
	    "unknown algorithm" },
	[VERDICT_BAD_CANONICALIZATION] = { RESULT_NEUTRAL,
	    "bad-canonicalization", "unknown canonicalization" },
	[VERDICT_BAD_QUERY] = { RESULT_NEUTRAL, "bad-query",
	    "unknown query method" },
	[VERDICT_BAD_DOMAIN] = { RESULT_NEUTRAL, "bad-domain",
	    "invalid signing domain" },
	[VERDICT_BAD_SELECTOR] = { RESULT_NEUTRAL, "bad-selector",
	    "invalid selector" },
	[VERDICT_BAD_HEADER_LIST] = { RESULT_NEUTRAL, "bad-header-list",
	    "invalid list of signed fields" },
	[VERDICT_NOT_SIGNED_FROM] = { RESULT_NEUTRAL, "not-signed-from",
	    "From not signed" },
	[VERDICT_BAD_IDENTITY] = { RESULT_NEUTRAL, "bad-identity",
	    "invalid identity" },
	[VERDICT_IDENTITY_MISMATCH] = { RESULT_NEUTRAL, "identity-mismatch",
	    "identity outside the signing domain" },
	[VERDICT_BAD_BASE64] = { RESULT_NEUTRAL, "bad-base64",
	    "invalid base64 or hash length" },
	[VERDICT_BAD_BODY_LENGTH] = { RESULT_NEUTRAL, "bad-body-length",
	    "invalid body length" },
	[VERDICT_BAD_TIMESTAMP] = { RESULT_NEUTRAL, "bad-timestamp",
	    "invalid timestamp" },
	[VERDICT_EXPIRES_EARLY] = { RESULT_NEUTRAL, "expires-before-signed",
	    "expires before it was made" },
	[VERDICT_MALFORMED_MESSAGE] = { RESULT_PERMERROR, "malformed-message",
	    "malformed message header" },
	[VERDICT_NO_FROM] = { RESULT_PERMERROR, "no-from", "no From field" },
	[VERDICT_MULTIPLE_FROM] = { RESULT_POLICY, "multiple-from",
	    "multiple From fields" },
	[VERDICT_WEAK_ALGORITHM] = { RESULT_POLICY, "weak-algorithm",
	    "weak algorithm" },
	[VERDICT_EXPIRED] = { RESULT_POLICY, "expired", "signature expired" },
	[VERDICT_FUTURE] = { RESULT_POLICY, "future",
	    "signature in the future" },
	[VERDICT_TOO_MANY] = { RESULT_POLICY, "too-many",
	    "too many signatures" },
	[VERDICT_DNS_TIMEOUT] = { RESULT_TEMPERROR, "dns-timeout",
	    "key lookup timed out" },
	[VERDICT_DNS_SERVFAIL] = { RESULT_TEMPERROR, "dns-servfail",
	    "key lookup failed" },
	[VERDICT_DNS_BROKEN] = { RESULT_PERMERROR, "dns-broken",
	    "unusable DNS answer" },
	[VERDICT_KEY_MISSING] = { RESULT_PERMERROR, "key-missing",
	    "no key for signature" },
	[VERDICT_KEY_SYNTAX] = { RESULT_PERMERROR, "key-syntax",
	    "key record syntax" },
	[VERDICT_KEY_REVOKED] = { RESULT_PERMERROR, "key-revoked",
	    "key revoked" },
	[VERDICT_KEY_TYPE_MISMATCH] = { RESULT_PERMERROR, "key-type-mismatch",
	    "key type does not fit the algorithm" },
	[VERDICT_HASH_NOT_ALLOWED] = { RESULT_PERMERROR, "hash-not-allowed",
	    "hash not allowed by the key" },
	[VERDICT_KEY_SERVICE] = { RESULT_PERMERROR, "key-not-for-email",
	    "key not for email" },
	[VERDICT_KEY_STRICT] = { RESULT_PERMERROR, "key-strict",
	    "key forbids subdomain identity" },
	[VERDICT_KEY_GRANULARITY] = { RESULT_PERMERROR, "key-granularity",
	    "key not for this address" },
	[VERDICT_KEY_BAD_EXPONENT] = { RESULT_POLICY, "key-bad-exponent",
	    "unsafe RSA key" },
	[VERDICT_KEY_SMALL_ORDER] = { RESULT_POLICY, "key-small-order",
	    "unsafe Ed25519 key" },
	[VERDICT_KEY_TOO_LONG] = { RESULT_POLICY, "key-too-long",
	    "oversized key" },
	[VERDICT_KEY_TOO_SHORT] = { RESULT_POLICY, "key-too-short",
	    "weak key" },
	[VERDICT_INTERNAL] = { RESULT_TEMPERROR, "internal-error",
	    "cryptographic library failed" },
	[VERDICT_SIGNATURE_MISMATCH] = { RESULT_FAIL, "signature-mismatch",
	    "signature did not verify" },
	[VERDICT_BODY_HASH_MISMATCH] = { RESULT_FAIL, "body-hash-mismatch",
	    "body hash did not verify" },
	[VERDICT_BODY_TOO_SHORT] = { RESULT_FAIL, "body-too-short",
	    "body shorter than signed" },
	[VERDICT_UNSIGNED_CONTENT] = { RESULT_POLICY, "body-length",
	    "unsigned content" },
};

static const char *const results[] = {
	[RESULT_NONE] = "none",
	[RESULT_PASS] = "pass",
	[RESULT_FAIL] = "fail",
	[RESULT_POLICY] = "policy",
	[RESULT_NEUTRAL] = "neutral",
	[RESULT_TEMPERROR] = "temperror",
	[RESULT_PERMERROR] = "permerror",
};

bool
verdict_settle(enum verdict *v, enum verdict decision)
{
	if (*v == VERDICT_OPEN)
		*v = decision;
	return false;
}

enum result
verdict_result(enum verdict v)
{
	return meanings[v].result;
}

const char *
verdict_code(enum verdict v)
{
	return meanings[v].code;
}

const char *
verdict_reason(enum verdict v)
{
	return meanings[v].reason;
}

enum verdict
verdict_of_lookup(enum lookup status)
{
	switch (status) {
	case LOOKUP_FOUND: break;
	case LOOKUP_NONE: return VERDICT_KEY_MISSING;
	case LOOKUP_TIMEOUT: return VERDICT_DNS_TIMEOUT;
	case LOOKUP_SERVFAIL: return VERDICT_DNS_SERVFAIL;
	case LOOKUP_BROKEN: return VERDICT_DNS_BROKEN;
	}
	return VERDICT_OPEN;
}

enum verdict
verdict_of_defect(enum key_defect why)
{
	switch (why) {
	case KEY_BAD_EXPONENT: return VERDICT_KEY_BAD_EXPONENT;
	case KEY_SMALL_ORDER: return VERDICT_KEY_SMALL_ORDER;
	case KEY_TOO_LONG: return VERDICT_KEY_TOO_LONG;
	case KEY_WRONG_TYPE: return VERDICT_KEY_TYPE_MISMATCH;
	case KEY_NOT_LOADED: return VERDICT_INTERNAL;
	case KEY_MALFORMED:
	case KEY_SOUND: break;
	}
	return VERDICT_KEY_SYNTAX;
}

const char *
result_name(enum result r)
{
	return results[r];
}

bool
result_parse(struct span name, enum result *out)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (span_eq(span_str(results[i]), name)) {
			*out = (enum result)i;
			return true;
		}
	return false;
}
