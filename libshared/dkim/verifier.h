#ifndef DKIM_VERIFIER_H
#define DKIM_VERIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dkim/keycache.h"
#include "dkim/sig.h"
#include "dkim/verdict.h"
#include "dns/resolver.h"

struct verifier_rules {
	int64_t now;             /* seconds since 1970 */
	int64_t clock_skew;      /* seconds */
	unsigned min_key_bits;   /* RSA only */
	unsigned max_signatures; /* judged; the rest is policy */
	bool allow_sha1;
	bool allow_body_length; /* l= that leaves octets uncovered may pass */
};

enum body_hash { BODY_HASH_UNCHECKED, BODY_HASH_MATCH, BODY_HASH_MISMATCH };

/* How a signing domain stands to the author's (RFC 9989). */
enum alignment { ALIGNED_NO, ALIGNED_RELAXED, ALIGNED_STRICT };

/* What became of one signature. */
struct result_one {
	const struct field *field; /* in the message's header */
	struct sig sig;
	enum verdict verdict;
	enum body_hash body_hash;
	enum alignment aligned;
	uint64_t unsigned_octets; /* of the canonical body, behind l= */
	unsigned key_bits;        /* 0 when no key was seen */
	bool testing;             /* the key says t=y */
	bool dnssec;              /* the name server vouches for the key */
	const char *dns_why;      /* why no key was found, or NULL */
};

/* The word for it; a failing signature counts as neutral while testing. */
enum result result_of(const struct result_one *r);

/* Why a pass means less than it seems: bits for verifier_singletons. */
struct result_gaps {
	unsigned doubled;   /* occurs more often than it is signed */
	unsigned uncovered; /* is shown to a reader and not signed at all */
};

/*
 * The fields that may occur once (RFC 5322 section 3.6), ended by NULL; the first
 * VERIFIER_DISPLAYED are shown to a reader.
 */
extern const char *const verifier_singletons[];
enum { VERIFIER_DISPLAYED = 7 };

struct verdicts {
	struct result_one *v; /* in the order of the fields */
	size_t n;
	size_t skipped;       /* signatures over the limit, not judged */
	enum verdict message; /* of the message itself; VERDICT_OPEN if fine */
	struct buf from_domain; /* A-labels; empty when From: names none */
};

/*
 *	v = verifier_begin(&m.header, &rules, dns, keys);
 *	message_body(&m, verifier_add, v, f);
 *	results = verifier_end(v);
 */
struct verifier;

/* Reads the signatures and sends for the keys of those that are in order. */
struct verifier *verifier_begin(const struct header *header,
    const struct verifier_rules *rules, struct resolver *dns,
    struct keycache *keys);
void verifier_add(void *v, const void *p, size_t n); /* a message_sink */
/* Waits for the keys and settles every verdict.  Owned by v. */
const struct verdicts *verifier_end(struct verifier *v);
void verifier_free(struct verifier *v);

/* What a signature leaves open in a header. */
struct result_gaps verifier_gaps(const struct result_one *r,
    const struct header *h);

#endif
