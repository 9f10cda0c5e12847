#ifndef DKIM_SIGNER_H
#define DKIM_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "crypto/crypto.h"
#include "dkim/algorithm.h"
#include "dkim/canon.h"
#include "dkim/fieldlist.h"

/*
 * Signing is a hash with a header: begin on the header, add the body, end.
 *	s = signer_begin(&m.header, f);
 *	signer_want(s, &spec, key, f);		once for each signature
 *	message_body(&m, signer_add, s, f);
 *	signer_end(s, m.eol, &out, f);
 */
struct signer;

/* What has to be signed: the SHA-256 digest of a header. */
struct signer_request {
	struct algorithm algorithm;
	struct span domain, selector;
	struct span digest;
};

/* Somebody else who holds the private key; arg is for sign. */
struct signer_remote {
	enum key_type type;
	bool (*sign)(void *arg, const struct signer_request *what,
	    struct buf *sig, struct fault *f);
	void *arg;
};

/* What a signature says; the strings have to outlive the signer. */
struct signer_spec {
	struct span domain, selector; /* A-labels, checked */
	struct span identity;         /* i=, checked; empty for none */
	enum canon canon_header, canon_body;
	const struct fieldlist *fields;
	int64_t signed_at, expires; /* seconds since 1970, -1 for none */
	bool copy_fields;           /* z= */
	bool body_length;           /* l=, the whole body */
};

/*
 * NULL and EX_DATAERR for a header that must not be signed: malformed, or with
 * another number of From fields than one (RFC 5322 section 3.6).
 */
ATTR_CHECK struct signer *signer_begin(const struct header *header,
    struct fault *f);
/* key is borrowed until signer_free. */
ATTR_CHECK bool signer_want(struct signer *s, const struct signer_spec *spec,
    const struct key *key, struct fault *f);
/*
 * The same where remote, borrowed too, signs.  What it gives has to have the
 * size that the algorithm makes, or signer_end says EX_CONFIG.
 */
ATTR_CHECK bool signer_want_remote(struct signer *s,
    const struct signer_spec *spec, const struct signer_remote *remote,
    struct fault *f);
void signer_add(void *s, const void *p, size_t n); /* a message_sink */
/* Appends the DKIM-Signature fields in the order wanted, each with its eol. */
ATTR_CHECK bool signer_end(struct signer *s, const char *eol, struct buf *out,
    struct fault *f);
void signer_free(struct signer *s);

#endif
