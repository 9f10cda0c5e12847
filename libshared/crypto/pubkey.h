#ifndef CRYPTO_PUBKEY_H
#define CRYPTO_PUBKEY_H

#include "base/attr.h"
#include "base/span.h"
#include "crypto/der.h"

/* The octets of a p= tag, judged before any library sees them. */

enum key_type { KEY_RSA, KEY_ED25519 };

enum { ED25519_OCTETS = 32 };

/* Why the octets of a p= tag are no key to verify with. */
enum key_defect {
	KEY_SOUND,
	KEY_MALFORMED,    /* not the octets of such a key */
	KEY_WRONG_TYPE,   /* sound DER of another algorithm */
	KEY_TOO_LONG,     /* over LIMIT_RSA_BITS_MAX */
	KEY_BAD_EXPONENT, /* even, 1 or over 2^32; or an even modulus */
	KEY_SMALL_ORDER,  /* verifies what nobody signed */
	KEY_NOT_LOADED    /* sound, but the library had no memory for it */
};

/* Spans lie in the text given to pubkey_parse. */
struct pubkey {
	struct der_rsa rsa;  /* KEY_RSA */
	struct span ed25519; /* KEY_ED25519 */
};

/*
 * SubjectPublicKeyInfo or RSAPublicKey for KEY_RSA (RFC 6376 section 3.6.1,
 * erratum 3017), in strict DER; 32 raw octets for KEY_ED25519 (RFC 8463 section
 * 4.2).  A modulus may be of any size up to LIMIT_RSA_BITS_MAX.
 */
ATTR_CHECK enum key_defect pubkey_parse(enum key_type type, struct span text,
    struct pubkey *out);

#endif
