#include "crypto/crypto.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * A process lives for one message, and OpenSSL's EVP layer takes longer to get
 * going than a signature takes.  So hashes and RSA go to the functions below it,
 * which OpenSSL 3 calls deprecated; with CRYPTO_EVP (make EVP=1) they do not.
 */
#ifndef CRYPTO_EVP
#define OPENSSL_SUPPRESS_DEPRECATED
#endif

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/pem.h"

static const unsigned char *
octets(struct span s)
{
	return (const unsigned char *)s.p;
}

bool
octets_equal(struct span a, struct span b)
{
	return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

/*
 * Turns the oldest OpenSSL error into a fault and empties the queue.  The texts
 * are not loaded (crypto_start); openssl-errstr(1ssl) knows them.
 */
static bool
openssl_fault(struct fault *f, const char *what)
{
	unsigned long why = ERR_peek_error();

	ERR_clear_error();
	return fault_set(f, EX_SOFTWARE, "%s: OpenSSL error %lX", what, why);
}

#ifdef CRYPTO_EVP

static const uint64_t configuration = OPENSSL_INIT_LOAD_CONFIG;
struct digest {
	EVP_MD_CTX *ctx;
	bool failed;
};

typedef EVP_PKEY rsa_key;

static const EVP_MD *
md(enum hash hash)
{
	return hash == HASH_SHA1 ? EVP_sha1() : EVP_sha256();
}

struct digest *
digest_new(enum hash hash)
{
	struct digest *d = mem_alloc(sizeof(*d));

	d->ctx = EVP_MD_CTX_new();
	d->failed = d->ctx == NULL ||
	    EVP_DigestInit_ex(d->ctx, md(hash), NULL) != 1;
	return d;
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	if (!d->failed && EVP_DigestUpdate(d->ctx, p, n) != 1)
		d->failed = true;
}

size_t
digest_end(struct digest *d, unsigned char out[static DIGEST_MAX])
{
	unsigned int n = 0;

	if (d->failed || EVP_DigestFinal_ex(d->ctx, out, &n) != 1)
		return 0;
	return n;
}

void
digest_free(struct digest *d)
{
	if (d != NULL)
		EVP_MD_CTX_free(d->ctx);
	free(d);
}

struct digest *
digest_copy(const struct digest *d)
{
	struct digest *copy = mem_alloc(sizeof(*copy));

	copy->ctx = EVP_MD_CTX_new();
	copy->failed = d->failed || copy->ctx == NULL ||
	    EVP_MD_CTX_copy_ex(copy->ctx, d->ctx) != 1;
	return copy;
}

static rsa_key *
rsa_from_der(const unsigned char *der, size_t n)
{
	return d2i_PrivateKey(EVP_PKEY_RSA, NULL, &der, (long)n);
}

static rsa_key *
rsa_from_pkey(EVP_PKEY *pkey)
{
	return EVP_PKEY_up_ref(pkey) == 1 ? pkey : NULL;
}

static rsa_key *
rsa_from_public(const unsigned char *der, size_t n)
{
	return d2i_PublicKey(EVP_PKEY_RSA, NULL, &der, (long)n);
}

static void
rsa_free(rsa_key *k)
{
	EVP_PKEY_free(k);
}

static unsigned
rsa_bits(const rsa_key *k)
{
	return (unsigned)EVP_PKEY_get_bits(k);
}

static int
rsa_spki(rsa_key *k, unsigned char **der)
{
	return i2d_PUBKEY(k, der);
}

static EVP_PKEY_CTX *
rsa_context(rsa_key *k, enum hash hash, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k, NULL);

	if (c != NULL && init(c) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(c, md(hash)) == 1)
		return c;
	EVP_PKEY_CTX_free(c);
	return NULL;
}

/* Both: 1 for yes, 0 for no, negative when OpenSSL is unable to tell. */
static int
rsa_sign(rsa_key *k, enum hash hash, struct span digest, unsigned char *out,
    size_t *n)
{
	EVP_PKEY_CTX *c = rsa_context(k, hash, EVP_PKEY_sign_init);
	int rc = c == NULL ? -1 :
			     EVP_PKEY_sign(c, out, n, octets(digest), digest.n);

	EVP_PKEY_CTX_free(c);
	return rc;
}

static int
rsa_verify(rsa_key *k, enum hash hash, struct span digest, struct span sig)
{
	EVP_PKEY_CTX *c = rsa_context(k, hash, EVP_PKEY_verify_init);
	int rc = c == NULL ? -1 :
			     EVP_PKEY_verify(c, octets(sig), sig.n,
				 octets(digest), digest.n) == 1;

	EVP_PKEY_CTX_free(c);
	return rc;
}

static void
rsa_prepare(rsa_key *k, bool is_new)
{
	(void)k;
	(void)is_new;
}

#else

static const uint64_t configuration = OPENSSL_INIT_NO_LOAD_CONFIG;
struct digest {
	enum hash hash;
	bool failed;
	SHA256_CTX sha256;
	SHA_CTX sha1;
};

typedef RSA rsa_key;

struct digest *
digest_new(enum hash hash)
{
	struct digest *d = mem_alloc(sizeof(*d));

	d->hash = hash;
	d->failed = hash == HASH_SHA1 ? SHA1_Init(&d->sha1) != 1 :
					SHA256_Init(&d->sha256) != 1;
	return d;
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	if ((d->hash == HASH_SHA1 ? SHA1_Update(&d->sha1, p, n) :
				    SHA256_Update(&d->sha256, p, n)) != 1)
		d->failed = true;
}

size_t
digest_end(struct digest *d, unsigned char out[static DIGEST_MAX])
{
	if (d->failed ||
	    (d->hash == HASH_SHA1 ? SHA1_Final(out, &d->sha1) :
				    SHA256_Final(out, &d->sha256)) != 1)
		return 0;
	return d->hash == HASH_SHA1 ? SHA_DIGEST_LENGTH : SHA256_DIGEST_LENGTH;
}

void
digest_free(struct digest *d)
{
	free(d);
}

struct digest *
digest_copy(const struct digest *d)
{
	struct digest *copy = mem_alloc(sizeof(*copy));

	*copy = *d;
	return copy;
}

static rsa_key *
rsa_from_der(const unsigned char *der, size_t n)
{
	return d2i_RSAPrivateKey(NULL, &der, (long)n);
}

static rsa_key *
rsa_from_pkey(EVP_PKEY *pkey)
{
	return EVP_PKEY_get1_RSA(pkey);
}

static rsa_key *
rsa_from_public(const unsigned char *der, size_t n)
{
	return d2i_RSAPublicKey(NULL, &der, (long)n);
}

static void
rsa_free(rsa_key *k)
{
	RSA_free(k);
}

static unsigned
rsa_bits(const rsa_key *k)
{
	return (unsigned)RSA_bits(k);
}

static int
rsa_spki(rsa_key *k, unsigned char **der)
{
	return i2d_RSA_PUBKEY(k, der);
}

/* Both: 1 for yes, 0 for no, negative when OpenSSL is unable to tell. */
static int
rsa_sign(rsa_key *k, enum hash hash, struct span digest, unsigned char *out,
    size_t *n)
{
	unsigned int length = 0;
	int rc = RSA_sign(hash == HASH_SHA1 ? NID_sha1 : NID_sha256,
	    octets(digest), (unsigned)digest.n, out, &length, k);

	*n = length;
	return rc;
}

static int
rsa_verify(rsa_key *k, enum hash hash, struct span digest, struct span sig)
{
	if (sig.n > UINT32_MAX / 2)
		return 0;
	return RSA_verify(hash == HASH_SHA1 ? NID_sha1 : NID_sha256,
	    octets(digest), (unsigned)digest.n, octets(sig), (unsigned)sig.n,
	    k);
}

static int
kernel_random(unsigned char *out, int n)
{
	/* getentropy(3) gives at most 256 at once. */
	for (; n > 256; out += 256, n -= 256)
		if (getentropy(out, 256) != 0)
			return 0;
	return getentropy(out, (size_t)n) == 0;
}

/*
 * As BN_mod_exp_mont, for a public exponent: that needs no hiding, but the
 * modulus comes from RSA_blinding_on with a mark that asks for it, at five times
 * the cost.
 */
static int
public_exp(BIGNUM *r, const BIGNUM *a, const BIGNUM *e, const BIGNUM *n,
    BN_CTX *ctx, BN_MONT_CTX *mont)
{
	BIGNUM *unmarked;
	int ok;

	if (BN_is_zero(a))
		return BN_copy(r, a) != NULL;
	unmarked = BN_dup(n);
	ok = unmarked != NULL && BN_mod_exp_mont(r, a, e, unmarked, ctx, mont);
	BN_free(unmarked);
	return ok;
}

/*
 * Makes the blinding of private operations, while the message may still be on
 * its way, with random numbers from the kernel: OpenSSL's own generator takes
 * longer to set up than the signature takes.  The public operation on 0 lets the
 * key cache what RSA_blinding_on wants for exponents.  A method with finish, such
 * as the usual one, frees that cache when it goes and leaves the pointers: so the
 * change of methods is for a key that is new.
 */
static void
rsa_prepare(rsa_key *k, bool is_new)
{
	static const RAND_METHOD kernel = { .bytes = kernel_random };
	unsigned char zero[LIMIT_RSA_BITS_MAX / 8] = { 0 };
	const RSA_METHOD *usual = RSA_get_method(k);
	RSA_METHOD *m = is_new ? RSA_meth_dup(usual) : NULL;
	int n = RSA_size(k);

	/* When one of them fails OpenSSL does it its own way later on. */
	(void)RAND_set_rand_method(&kernel);
	if (m != NULL && n <= (int)sizeof(zero) &&
	    RSA_meth_set_finish(m, NULL) == 1 &&
	    RSA_meth_set_bn_mod_exp(m, public_exp) == 1 &&
	    RSA_set_method(k, m) == 1)
		(void)RSA_public_encrypt(n, zero, zero, k, RSA_NO_PADDING);
	(void)RSA_blinding_on(k, NULL);
	if (RSA_get_method(k) != usual)
		(void)RSA_set_method(k, usual);
	RSA_meth_free(m);
}

#endif

struct key {
	rsa_key *rsa;      /* or NULL */
	EVP_PKEY *ed25519; /* or NULL */
};

bool
crypto_start(bool encrypted, struct fault *f)
{
	uint64_t options = configuration | OPENSSL_INIT_NO_ATEXIT |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS;

	if (!encrypted)
		options |= OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		    OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
	return OPENSSL_init_crypto(options, NULL) == 1 ||
	    openssl_fault(f, "openssl.cnf");
}

/* OpenSSL falls over where it had no memory for its own context. */
static void
evp_start(void)
{
	if (OSSL_LIB_CTX_get0_global_default() == NULL)
		mem_exhausted();
}

/* Takes both over; NULL when there is neither. */
static struct key *
key_wrap(rsa_key *rsa, EVP_PKEY *ed25519)
{
	struct key *k;

	ERR_clear_error();
	if (rsa == NULL && ed25519 == NULL)
		return NULL;
	k = mem_alloc(sizeof(*k));
	k->rsa = rsa;
	k->ed25519 = ed25519;
	return k;
}

/* NULL for NULL; a key of another algorithm is given up. */
static struct key *
key_from_pkey(EVP_PKEY *pkey)
{
	int id = pkey != NULL ? EVP_PKEY_get_base_id(pkey) : EVP_PKEY_NONE;
	rsa_key *rsa = id == EVP_PKEY_RSA ? rsa_from_pkey(pkey) : NULL;

	if (id == EVP_PKEY_ED25519)
		return key_wrap(NULL, pkey);
	EVP_PKEY_free(pkey);
	return key_wrap(rsa, NULL);
}

static struct key *
key_from_pkcs8(struct span der)
{
	struct span oid, inner, seed;

	if (!der_pkcs8(der, &oid, &inner))
		return NULL;
	if (span_eq(oid, der_oid_rsa))
		return key_wrap(rsa_from_der(octets(inner), inner.n), NULL);
	if (!span_eq(oid, der_oid_ed25519) || !der_octets(inner, &seed))
		return NULL;
	evp_start();
	return key_wrap(NULL,
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets(seed),
		seed.n));
}

/* pem_password_cb: never asks on the terminal. */
static int
give_passphrase(char *out, int size, int writing, void *arg)
{
	const struct span *phrase = arg;

	(void)writing;
	if (phrase->p == NULL || phrase->n > (size_t)size)
		return -1;
	memcpy(out, phrase->p, phrase->n);
	return (int)phrase->n;
}

static struct key *
key_from_encrypted(struct span text, struct span passphrase)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *pkey = NULL;

	evp_start();
	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase,
		    &passphrase);
	BIO_free(bio);
	return key_from_pkey(pkey);
}

struct key *
key_from_private(struct span text, struct span passphrase, const char *name,
    struct fault *f)
{
	bool is_der = text.n > 0 && text.p[0] == 0x30;
	enum pem_kind kind = PEM_NONE;
	struct buf der = { 0 };
	struct key *k = NULL;

	if (is_der)
		buf_add_span(&der, text);
	else if (text.n > 0 && memchr(text.p, '\0', text.n) == NULL)
		kind = pem_private(text, &der);
	if (kind == PEM_ENCRYPTED)
		k = key_from_encrypted(text, passphrase);
	if (kind == PEM_PKCS8 || is_der)
		k = key_from_pkcs8(buf_span(&der));
	if (k == NULL && der.n > 0)
		k = key_wrap(rsa_from_der(octets(buf_span(&der)), der.n), NULL);
	buf_wipe(&der);
	if (k != NULL && k->rsa != NULL)
		rsa_prepare(k->rsa, true);
	if (k == NULL && kind == PEM_ENCRYPTED)
		(void)fault_set(f, EX_NOPERM, "%s: %s", name,
		    passphrase.p == NULL ?
			"the private key is encrypted (--passphrase-file)" :
			"the passphrase does not open this private key");
	else if (k == NULL)
		(void)pem_not_a_key(text, name, f);
	return k;
}

struct key *
key_from_public(enum key_type type, struct span text, enum key_defect *why)
{
	struct pubkey p;
	struct key *k;

	if ((*why = pubkey_parse(type, text, &p)) != KEY_SOUND)
		return NULL;
	if (type == KEY_ED25519)
		evp_start();
	k = type == KEY_RSA ?
	    key_wrap(rsa_from_public(octets(p.rsa.der), p.rsa.der.n), NULL) :
	    key_wrap(NULL,
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    octets(p.ed25519), p.ed25519.n));
	if (k == NULL)
		*why = KEY_NOT_LOADED;
	return k;
}

/* OpenSSL's reader of PEM would leave a private key in text behind, unwiped. */
struct key *
key_from_spki(struct span text)
{
	struct buf block = { 0 };
	const unsigned char *der;
	EVP_PKEY *pkey = NULL;

	if (text.n > LIMIT_KEY_FILE)
		return NULL;
	if (text.n > 0 && text.p[0] != 0x30 && pem_public(text, &block))
		text = buf_span(&block);
	der = octets(text);
	evp_start();
	if (text.n > 0 && der[0] == 0x30)
		pkey = d2i_PUBKEY(NULL, &der, (long)text.n);
	buf_free(&block);
	return key_from_pkey(pkey);
}

struct key *
key_generate(enum key_type type, unsigned bits, struct buf *pem,
    struct fault *f)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	EVP_PKEY *pkey;
	struct key *k = NULL;
	char *text = NULL;
	long n = 0;

	evp_start();
	pkey = type == KEY_RSA ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits) :
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (pkey != NULL && bio != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
		NULL) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0) {
		buf_add(pem, text, (size_t)n);
		k = key_from_pkey(pkey);
	} else {
		(void)openssl_fault(f, "key generation");
		EVP_PKEY_free(pkey);
	}
	BIO_free(bio);
	return k;
}

void
key_forked(struct key *k)
{
	if (k->rsa != NULL)
		rsa_prepare(k->rsa, false);
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	rsa_free(k->rsa);
	EVP_PKEY_free(k->ed25519);
	free(k);
}

enum key_type
key_type(const struct key *k)
{
	return k->rsa != NULL ? KEY_RSA : KEY_ED25519;
}

unsigned
key_bits(const struct key *k)
{
	return k->rsa != NULL ? rsa_bits(k->rsa) : 8 * ED25519_OCTETS;
}

void
key_public(const struct key *k, struct buf *out)
{
	unsigned char raw[ED25519_OCTETS], *der = NULL;
	size_t n = sizeof(raw);
	int der_n;

	if (k->ed25519 != NULL) {
		if (EVP_PKEY_get_raw_public_key(k->ed25519, raw, &n) != 1)
			mem_exhausted();
		buf_add(out, raw, n);
		return;
	}
	if ((der_n = rsa_spki(k->rsa, &der)) <= 0)
		mem_exhausted();
	buf_add(out, der, (size_t)der_n);
	OPENSSL_free(der);
}

/* As rsa_sign and rsa_verify; the digest is the message (RFC 8463 3). */
static int
ed25519_sign(EVP_PKEY *k, struct span digest, unsigned char *out, size_t *n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int rc = c != NULL && EVP_DigestSignInit(c, NULL, NULL, NULL, k) == 1 ?
	    EVP_DigestSign(c, out, n, octets(digest), digest.n) :
	    -1;

	EVP_MD_CTX_free(c);
	return rc;
}

static int
ed25519_verify(EVP_PKEY *k, struct span digest, struct span sig)
{
	EVP_MD *sha512 = EVP_MD_fetch(NULL, "SHA512", NULL); /* wanted inside */
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int rc = -1;

	if (sha512 != NULL && c != NULL &&
	    EVP_DigestVerifyInit(c, NULL, NULL, NULL, k) == 1)
		rc = EVP_DigestVerify(c, octets(sig), sig.n, octets(digest),
			 digest.n) == 1;
	EVP_MD_CTX_free(c);
	EVP_MD_free(sha512);
	return rc;
}

enum key_answer
key_verify(const struct key *k, enum hash hash, struct span digest,
    struct span sig)
{
	int rc = 0;

	/* Out of memory OpenSSL says no, too: it counts when said twice. */
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = k->ed25519 != NULL ?
		    ed25519_verify(k->ed25519, digest, sig) :
		    rsa_verify(k->rsa, hash, digest, sig);
	if (rc == 0 && ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
		rc = -1;
	ERR_clear_error();
	return rc == 1 ? KEY_VERIFIES : rc == 0 ? KEY_REFUTES : KEY_UNABLE;
}

bool
key_sign(const struct key *k, enum hash hash, struct span digest,
    struct buf *sig, struct fault *f)
{
	unsigned char out[LIMIT_RSA_BITS_MAX / 8];
	enum key_answer answer;
	size_t n = sizeof(out);
	int rc = -1;

	if (k->ed25519 != NULL)
		rc = ed25519_sign(k->ed25519, digest, out, &n);
	else if (rsa_bits(k->rsa) <= LIMIT_RSA_BITS_MAX)
		rc = rsa_sign(k->rsa, hash, digest, out, &n);
	if (rc != 1)
		return openssl_fault(f, "signing");
	buf_add(sig, out, n);
	/* A damaged key, or a fault of the machine that would give it away. */
	answer = k->rsa == NULL ? KEY_VERIFIES :
				  key_verify(k, hash, digest, buf_span(sig));
	if (answer == KEY_VERIFIES)
		return true;
	buf_free(sig);
	return answer == KEY_UNABLE ?
	    fault_set(f, EX_SOFTWARE, "signing: cannot verify it") :
	    fault_set(f, EX_CONFIG,
		"signing: the RSA key does not verify what it signs");
}
