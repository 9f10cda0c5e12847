#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/span.h"

/* The few forms of strict DER (X.690) that key records and key files hold. */

/* An RSA public key: all of it, and its numbers without leading zeros. */
struct der_rsa {
	struct span der;
	struct span modulus; /* big-endian */
	struct span exponent;
};

/* The length in bits of a number without leading zeros. */
unsigned der_bits(struct span number);

/* RSAPublicKey, RFC 8017 appendix A.1.1: nothing before it or behind it. */
ATTR_CHECK bool der_rsa_public(struct span der, struct der_rsa *out);

/*
 * SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7: *oid holds the octets of the
 * algorithm's identifier, *key those of the bit string.
 */
ATTR_CHECK bool der_spki(struct span der, struct span *oid, struct span *key);

/*
 * PrivateKeyInfo, RFC 5208 section 5: *oid as above, *key the octets of the
 * inner octet string.  Attributes behind it are not looked at.
 */
ATTR_CHECK bool der_pkcs8(struct span der, struct span *oid, struct span *key);

/* The content of one OCTET STRING that is all of der. */
ATTR_CHECK bool der_octets(struct span der, struct span *content);

extern const struct span der_oid_rsa;
extern const struct span der_oid_ed25519;

#endif
