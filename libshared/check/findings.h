#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * What dkim-check finds.  meanings.c says of each how grave it is, its stable
 * code word, why it matters and what to do about it.
 */
enum finding_code {
	/* The record and the ways to it. */
	FINDING_RECORD,
	FINDING_NO_RECORD,
	FINDING_DOUBLED_DOMAIN,
	FINDING_CNAME,
	FINDING_CNAME_CHAIN,
	FINDING_CNAME_DANGLING,
	FINDING_SEVERAL_RECORDS,
	FINDING_SPLIT_RECORD,
	FINDING_WILDCARD,
	FINDING_NOT_A_KEY,
	FINDING_ANSWER_EDNS,
	FINDING_ANSWER_LARGE,
	FINDING_TTL_LONG,
	FINDING_DNSSEC,
	FINDING_DNSSEC_NOT_SEEN,
	FINDING_DNSSEC_UNSIGNED,
	FINDING_DNS_TIMEOUT,
	FINDING_DNS_SERVFAIL,
	FINDING_DNS_BROKEN,

	/* The zone's own servers. */
	FINDING_SERVERS_AGREE,
	FINDING_SERVER_DIFFERS,
	FINDING_SERVER_SILENT,
	FINDING_SERVER_NO_IPV6,
	FINDING_NO_SERVERS,

	/* The text of the record. */
	FINDING_SYNTAX,
	FINDING_DUPLICATE_TAG,
	FINDING_STRAY_QUOTES,
	FINDING_NOT_ASCII,
	FINDING_PEM,
	FINDING_NO_VERSION,
	FINDING_VERSION_NOT_FIRST,
	FINDING_BAD_VERSION,
	FINDING_BAD_SEPARATOR,
	FINDING_UNKNOWN_KEY_TYPE,
	FINDING_NO_SHA256,
	FINDING_NOT_FOR_EMAIL,
	FINDING_TESTING,
	FINDING_STRICT,
	FINDING_OLD_TAG,
	FINDING_UNKNOWN_TAG,
	FINDING_NO_KEY,
	FINDING_REVOKED,
	FINDING_BAD_BASE64,
	FINDING_SPACE_IN_KEY,
	FINDING_BAD_KEY,
	FINDING_TRUNCATED_KEY,
	FINDING_WRONG_KEY_TYPE,
	FINDING_ED25519_SPKI,
	FINDING_SMALL_ORDER,

	/* The key. */
	FINDING_KEY_SHORT,
	FINDING_KEY_WEAK,
	FINDING_KEY_LONG,
	FINDING_KEY_TOO_LONG,
	FINDING_BAD_EXPONENT,
	FINDING_SMALL_EXPONENT,
	FINDING_SMALL_FACTOR,
	FINDING_CLOSE_PRIMES,
	FINDING_ROCA,
	FINDING_KEY_MATCHES,
	FINDING_KEY_DIFFERS,
	FINDING_NOT_COMPARED,
	FINDING_KEY_UNREADABLE,

	/* A message. */
	FINDING_SIGNATURE,
	FINDING_SIGNATURE_FAILS,
	FINDING_SIGNATURE_TEMPORARY,
	FINDING_UNSIGNED,
	FINDING_MALFORMED,
	FINDING_ALIGNED,
	FINDING_UNALIGNED,
	FINDING_FIELD_ADDABLE,
	FINDING_FIELD_UNSIGNED,
	FINDING_UNSUBSCRIBE_UNSIGNED,
	FINDING_BODY_LENGTH,
	FINDING_EXPIRES_SOON,
	FINDING_SIGNED_WEAKLY,
	FINDING_LONG_LINE,
	FINDING_BARE_CR,
	FINDING_DMARC,
	FINDING_NO_DMARC,
	FINDING_DMARC_NONE,
	FINDING_DMARC_SEVERAL,
	FINDING_SPF,
	FINDING_NO_SPF,
	FINDING_SEVERAL_SPF,

	/* Tables. */
	FINDING_TABLES,
	FINDING_TABLE_ROW,
	FINDING_TABLE_SHADOWED,
	FINDING_TABLE_TWO_KEYS,
	FINDING_TABLE_UNUSED
};

struct finding {
	enum finding_code code;
	struct buf subject; /* the name, domain or server it is about */
	struct buf detail;  /* from outside perhaps; may be empty */
};

/* {0} is a valid empty one. */
struct findings {
	struct finding *v;
	size_t n;
};

void findings_add(struct findings *all, enum finding_code code,
    struct span subject, const char *fmt, ...) ATTR_PRINTF(4);
/* The same without detail. */
void findings_say(struct findings *all, enum finding_code code,
    struct span subject);

/* Puts the findings of more behind those of all, and empties more. */
void findings_append(struct findings *all, struct findings *more);
bool findings_have(const struct findings *all, enum finding_code code);
void findings_free(struct findings *all);

/* 1 with an error among them, else 75 when DNS did not tell, else 0. */
int findings_status(const struct findings *all);

/* One line a finding, whatever the octets in it. */
void findings_text(const struct findings *all, struct buf *out);
void findings_json(const struct findings *all, struct buf *out);

#endif
