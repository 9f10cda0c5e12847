#include "ext/crypto.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "base/mem.h"

struct digest {
	EVP_MD_CTX *ctx;
	bool failed;
};

struct key {
	EVP_PKEY *pkey;
};

void
crypto_start(void)
{
	/* A failure shows up in whatever is asked for first. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

static const unsigned char *
octets(struct span s)
{
	return (const unsigned char *)s.p;
}

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
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

bool
octets_equal(struct span a, struct span b)
{
	return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

/* Turns the oldest OpenSSL error into a fault and empties the queue. */
static bool
openssl_fault(struct fault *f, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	return fault_set(f, EX_SOFTWARE, "%s: %s", what,
	    why != NULL ? why : "OpenSSL error");
}

/* NULL for NULL; a key of another algorithm is given up. */
static struct key *
key_wrap(EVP_PKEY *pkey)
{
	struct key *k;
	int id = pkey != NULL ? EVP_PKEY_get_base_id(pkey) : EVP_PKEY_NONE;

	if (id != EVP_PKEY_RSA && id != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	k = mem_alloc(sizeof(*k));
	k->pkey = pkey;
	return k;
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

static bool
contains(struct span text, const char *word)
{
	return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

/* Says what a file is that holds no private key for DKIM. */
static bool
no_key(struct span text, struct span passphrase, const char *name,
    struct fault *f)
{
	if (contains(text, "ENCRYPTED"))
		return fault_set(f, EX_NOPERM, "%s: %s", name,
		    passphrase.p == NULL ?
			"the private key is encrypted (--passphrase-file)" :
			"the passphrase does not open this private key");
	return fault_set(f, EX_CONFIG, "%s: %s", name,
	    contains(text, "BEGIN OPENSSH PRIVATE KEY") ?
		"an OpenSSH key, not PKCS #8 or PKCS #1" :
		contains(text, "BEGIN EC PRIVATE KEY") ?
		"an EC key; DKIM has RSA and Ed25519" :
		contains(text, " PRIVATE KEY-----") ?
		"a damaged private key, or not RSA or Ed25519" :
		contains(text, "PUBLIC KEY-----") ?
		"a public key, not a private key" :
		contains(text, "BEGIN CERTIFICATE") ?
		"a certificate, not a private key" :
		text.n == 0 ? "an empty file, not a private key" :
			      "not a private key");
}

struct key *
key_from_private(struct span text, struct span passphrase, const char *name,
    struct fault *f)
{
	const unsigned char *der = octets(text);
	bool is_der = text.n > 0 && text.p[0] == 0x30;
	EVP_PKEY *pkey = NULL;
	struct key *k;
	BIO *bio;

	if (text.n > LIMIT_KEY_FILE ||
	    (!is_der && text.n > 0 && memchr(text.p, '\0', text.n) != NULL)) {
		(void)fault_set(f, EX_CONFIG, "%s: not a private key", name);
		return NULL;
	}
	if (is_der) {
		pkey = d2i_AutoPrivateKey(NULL, &der, (long)text.n);
	} else if ((bio = BIO_new_mem_buf(text.p, (int)text.n)) != NULL) {
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase,
		    &passphrase);
		BIO_free(bio);
	}
	ERR_clear_error();
	if ((k = key_wrap(pkey)) == NULL)
		(void)no_key(text, passphrase, name, f);
	return k;
}

static EVP_PKEY *
rsa_build(const struct der_rsa *rsa)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = BN_bin2bn(octets(rsa->modulus), (int)rsa->modulus.n, NULL);
	BIGNUM *e = BN_bin2bn(octets(rsa->exponent), (int)rsa->exponent.n,
	    NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (build != NULL && ctx != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(build)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	return pkey;
}

struct key *
key_from_public(enum key_type type, struct span text, enum key_defect *why)
{
	struct pubkey p;
	EVP_PKEY *pkey;

	if ((*why = pubkey_parse(type, text, &p)) != KEY_SOUND)
		return NULL;
	pkey = type == KEY_RSA ? rsa_build(&p.rsa) :
				 EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
				     NULL, octets(p.ed25519), p.ed25519.n);
	if (pkey == NULL)
		*why = KEY_MALFORMED;
	ERR_clear_error();
	return key_wrap(pkey);
}

struct key *
key_from_spki(struct span text)
{
	const unsigned char *der = octets(text);
	struct span no_phrase = { NULL, 0 };
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	if (text.n > LIMIT_KEY_FILE)
		return NULL;
	if (text.n > 0 && text.p[0] == 0x30)
		pkey = d2i_PUBKEY(NULL, &der, (long)text.n);
	else if ((bio = BIO_new_mem_buf(text.p, (int)text.n)) != NULL) {
		pkey = PEM_read_bio_PUBKEY(bio, NULL, give_passphrase,
		    &no_phrase);
		BIO_free(bio);
	}
	ERR_clear_error();
	return key_wrap(pkey);
}

struct key *
key_generate(enum key_type type, unsigned bits, struct fault *f)
{
	struct key *k = key_wrap(type == KEY_RSA ?
		EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits) :
		EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));

	if (k == NULL)
		(void)openssl_fault(f, "key generation");
	return k;
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

enum key_type
key_type(const struct key *k)
{
	return EVP_PKEY_get_base_id(k->pkey) == EVP_PKEY_RSA ? KEY_RSA :
							       KEY_ED25519;
}

unsigned
key_bits(const struct key *k)
{
	return (unsigned)EVP_PKEY_get_bits(k->pkey);
}

void
key_public(const struct key *k, struct buf *out)
{
	unsigned char raw[ED25519_OCTETS], *der = NULL;
	size_t n = sizeof(raw);
	int der_n;

	if (key_type(k) == KEY_ED25519) {
		if (EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) != 1)
			mem_exhausted();
		buf_add(out, raw, n);
		return;
	}
	if ((der_n = i2d_PUBKEY(k->pkey, &der)) <= 0)
		mem_exhausted();
	buf_add(out, der, (size_t)der_n);
	OPENSSL_free(der);
}

bool
key_private_pem(const struct key *k, struct buf *out, struct fault *f)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;
	long n = 0;
	bool ok;

	ok = bio != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL,
		NULL) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0;
	if (ok)
		buf_add(out, text, (size_t)n);
	else
		(void)openssl_fault(f, "private key");
	BIO_free(bio);
	return ok;
}

static EVP_PKEY_CTX *
rsa_context(const struct key *k, enum hash hash, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->pkey, NULL);

	if (c != NULL && init(c) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(c, md(hash)) == 1)
		return c;
	EVP_PKEY_CTX_free(c);
	return NULL;
}

bool
key_sign(const struct key *k, enum hash hash, struct span digest,
    struct buf *sig, struct fault *f)
{
	size_t n = (size_t)EVP_PKEY_get_size(k->pkey);
	unsigned char *out = mem_alloc(n);
	EVP_PKEY_CTX *rsa = NULL;
	EVP_MD_CTX *ed = NULL;
	bool ok;

	if (key_type(k) == KEY_RSA) {
		rsa = rsa_context(k, hash, EVP_PKEY_sign_init);
		ok = rsa != NULL &&
		    EVP_PKEY_sign(rsa, out, &n, octets(digest), digest.n) == 1;
	} else {
		ed = EVP_MD_CTX_new();
		ok = ed != NULL &&
		    EVP_DigestSignInit(ed, NULL, NULL, NULL, k->pkey) == 1 &&
		    EVP_DigestSign(ed, out, &n, octets(digest), digest.n) == 1;
	}
	if (ok)
		buf_add(sig, out, n);
	else
		(void)openssl_fault(f, "signing");
	EVP_PKEY_CTX_free(rsa);
	EVP_MD_CTX_free(ed);
	free(out);
	return ok;
}

static enum key_answer
answer(int rc)
{
	unsigned long e = ERR_peek_error();

	if (rc == 1)
		return KEY_VERIFIES;
	return ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE ? KEY_UNABLE :
							   KEY_REFUTES;
}

enum key_answer
key_verify(const struct key *k, enum hash hash, struct span digest,
    struct span sig)
{
	enum key_answer a = KEY_UNABLE;
	EVP_PKEY_CTX *rsa = NULL;
	EVP_MD_CTX *ed = NULL;

	if (key_type(k) == KEY_RSA) {
		rsa = rsa_context(k, hash, EVP_PKEY_verify_init);
		if (rsa != NULL)
			a = answer(EVP_PKEY_verify(rsa, octets(sig), sig.n,
			    octets(digest), digest.n));
	} else {
		ed = EVP_MD_CTX_new();
		if (ed != NULL &&
		    EVP_DigestVerifyInit(ed, NULL, NULL, NULL, k->pkey) == 1)
			a = answer(EVP_DigestVerify(ed, octets(sig), sig.n,
			    octets(digest), digest.n));
	}
	ERR_clear_error();
	EVP_PKEY_CTX_free(rsa);
	EVP_MD_CTX_free(ed);
	return a;
}
