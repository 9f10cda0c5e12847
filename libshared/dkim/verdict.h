#ifndef DKIM_VERDICT_H
#define DKIM_VERDICT_H

#include <stdbool.h>

#include "base/span.h"
#include "crypto/pubkey.h"
#include "dns/resolver.h"

/* The words of RFC 8601 section 2.7.1. */
enum result {
	RESULT_NONE,
	RESULT_PASS,
	RESULT_FAIL,
	RESULT_POLICY,
	RESULT_NEUTRAL,
	RESULT_TEMPERROR,
	RESULT_PERMERROR
};

/*
 * What is judged of one signature, or of a message as a whole.  verdict.c says
 * of each which result it is, its stable code word and its reason.
 */
enum verdict {
	VERDICT_OPEN, /* not decided yet; never printed */
	VERDICT_OK,
	VERDICT_UNSIGNED,

	/* RFC 6376 section 6.1.1: the field itself. */
	VERDICT_BAD_SYNTAX,
	VERDICT_DUPLICATE_TAG,
	VERDICT_MISSING_TAG,
	VERDICT_BAD_VERSION,
	VERDICT_BAD_ALGORITHM,
	VERDICT_BAD_CANONICALIZATION,
	VERDICT_BAD_QUERY,
	VERDICT_BAD_DOMAIN,
	VERDICT_BAD_SELECTOR,
	VERDICT_BAD_HEADER_LIST,
	VERDICT_NOT_SIGNED_FROM,
	VERDICT_BAD_IDENTITY,
	VERDICT_IDENTITY_MISMATCH,
	VERDICT_BAD_BASE64,
	VERDICT_BAD_BODY_LENGTH,
	VERDICT_BAD_TIMESTAMP,
	VERDICT_EXPIRES_EARLY,

	/* The message. */
	VERDICT_MALFORMED_MESSAGE,
	VERDICT_NO_FROM,
	VERDICT_MULTIPLE_FROM,

	/* Local policy, before the key is fetched. */
	VERDICT_WEAK_ALGORITHM,
	VERDICT_EXPIRED,
	VERDICT_FUTURE,
	VERDICT_TOO_MANY,

	/*
	 * Section 6.1.2: the key.  From here on, of several keys at one name the
	 * verdict that stands last counts.
	 */
	VERDICT_DNS_TIMEOUT,
	VERDICT_DNS_SERVFAIL,
	VERDICT_DNS_BROKEN,
	VERDICT_KEY_MISSING,
	VERDICT_KEY_SYNTAX,
	VERDICT_KEY_REVOKED,
	VERDICT_KEY_TYPE_MISMATCH,
	VERDICT_HASH_NOT_ALLOWED,
	VERDICT_KEY_SERVICE,
	VERDICT_KEY_STRICT,
	VERDICT_KEY_GRANULARITY, /* DomainKeys only */
	VERDICT_KEY_BAD_EXPONENT,
	VERDICT_KEY_SMALL_ORDER,
	VERDICT_KEY_TOO_LONG,
	VERDICT_KEY_TOO_SHORT,
	VERDICT_INTERNAL,

	/* Section 6.1.3: the hashes. */
	VERDICT_SIGNATURE_MISMATCH,
	VERDICT_BODY_HASH_MISMATCH,
	VERDICT_BODY_TOO_SHORT,
	VERDICT_UNSIGNED_CONTENT
};

/*
 * The first decision stands: does nothing unless v is open.  Returns false, so
 * that a check ends with
 *	return verdict_settle(v, VERDICT_KEY_MISSING);
 */
bool verdict_settle(enum verdict *v, enum verdict decision);

enum result verdict_result(enum verdict v);
const char *verdict_code(enum verdict v);   /* as in "body-hash-mismatch" */
const char *verdict_reason(enum verdict v); /* for people; NULL for a pass */

/* Why there is no key record to look at; VERDICT_OPEN when there is one. */
enum verdict verdict_of_lookup(enum lookup status);
/* What is wrong with the key that p= of a record holds. */
enum verdict verdict_of_defect(enum key_defect why);

const char *result_name(enum result r);
/* False when no result is called that. */
bool result_parse(struct span name, enum result *out);

#endif
