#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

/* The only door to OpenSSL: crypto.c alone includes <openssl/...>. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "crypto/pubkey.h"

enum hash { HASH_SHA1, HASH_SHA256 };

enum { DIGEST_MAX = 32 };

/*
 * To be called once, before anything else here.  encrypted: keys may have to be
 * decrypted, which needs more of the library.  With CRYPTO_EVP this reads the
 * configuration of OpenSSL, else nothing does; it fails as that asks for.
 */
ATTR_CHECK bool crypto_start(bool encrypted, struct fault *f);

/*
 * A running hash.  Adding cannot fail for the caller: an OpenSSL error sticks
 * and comes out of digest_end, so that loops need no checks.
 */
struct digest;

struct digest *digest_new(enum hash hash);
void digest_add(struct digest *d, const void *p, size_t n);
/* Writes the octets to out; returns how many, 0 if any step failed. */
size_t digest_end(struct digest *d, unsigned char out[static DIGEST_MAX]);
void digest_free(struct digest *d);
/* One in the same state, which goes on by itself. */
struct digest *digest_copy(const struct digest *d);

/* Compares in constant time. */
bool octets_equal(struct span a, struct span b);

/* A key pair or a public key alone.  Private parts are wiped on free. */
struct key;

/*
 * Reads one private key: PEM (PKCS #8, encrypted or not, or PKCS #1; the first
 * of several blocks) or DER.  passphrase: p NULL for none.  name goes into
 * faults: EX_CONFIG for what is no usable private key, saying what it is
 * instead; EX_NOPERM when a passphrase is missing or wrong.
 */
ATTR_CHECK struct key *key_from_private(struct span text,
    struct span passphrase, const char *name, struct fault *f);

/* A key of the octets of a p= tag; NULL and *why when pubkey_parse says no. */
ATTR_CHECK struct key *key_from_public(enum key_type type, struct span octets,
    enum key_defect *why);

/* A public key in PEM or DER as other programs write it; NULL when it is none. */
ATTR_CHECK struct key *key_from_spki(struct span text);

/*
 * A new pair, and its private key in PKCS #8 and PEM, unencrypted, which the
 * caller wipes.  bits counts for KEY_RSA only.
 */
ATTR_CHECK struct key *key_generate(enum key_type type, unsigned bits,
    struct buf *pem, struct fault *f);

/* After fork(2): no two processes blind with the same numbers. */
void key_forked(struct key *k);
void key_free(struct key *k);

enum key_type key_type(const struct key *k);
unsigned key_bits(const struct key *k);
void key_public(const struct key *k, struct buf *out); /* as for p= */

/*
 * Both work on a finished digest, for both key types, so that no caller tells
 * RSA from Ed25519: RSA signs the digest (RFC 8017 section 8.2), Ed25519 takes
 * it as its message (RFC 8463 section 3).
 */
ATTR_CHECK bool key_sign(const struct key *k, enum hash hash,
    struct span digest, struct buf *sig, struct fault *f);

enum key_answer {
	KEY_VERIFIES,
	KEY_REFUTES,
	KEY_UNABLE /* OpenSSL could not tell: out of memory, no such algorithm */
};

ATTR_CHECK enum key_answer key_verify(const struct key *k, enum hash hash,
    struct span digest, struct span sig);

#endif
