#include "crypto/pubkey.h"

#include <string.h>

#include "base/limits.h"

static enum key_defect
rsa_defect(const struct der_rsa *rsa)
{
	const char *n_last = rsa->modulus.p + rsa->modulus.n - 1;
	const char *e_last = rsa->exponent.p + rsa->exponent.n - 1;
	unsigned e_bits = der_bits(rsa->exponent);

	if (der_bits(rsa->modulus) > LIMIT_RSA_BITS_MAX)
		return KEY_TOO_LONG;
	/* 2^32 itself is even, so an allowed exponent has at most 32 bits. */
	if ((*n_last & 1) == 0 || (*e_last & 1) == 0 || e_bits < 2 ||
	    e_bits > 32)
		return KEY_BAD_EXPONENT;
	return KEY_SOUND;
}

/*
 * The points of small order, and every encoding of a y that is not below
 * 2^255 - 19 (RFC 8032 section 5.1.3); the sign bit does not matter.
 */
static bool
ed25519_useless(const char *p)
{
	static const unsigned char order8[2][ED25519_OCTETS] = {
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3,
		    0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05,
		    0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
		    0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c,
		    0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa,
		    0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
		    0x03, 0x7a }
	};
	unsigned char y[ED25519_OCTETS];
	bool zeros = true, ones;

	memcpy(y, p, sizeof(y));
	y[31] &= 0x7f;
	ones = y[31] == 0x7f;
	for (size_t i = 1; i < sizeof(y); i++) {
		zeros = zeros && y[i] == 0;
		ones = ones && (y[i] == 0xff || i == 31);
	}
	/* y of 0, 1 and -1 have small order; from -0 = p on nothing is valid. */
	return (zeros && y[0] <= 1) || (ones && y[0] >= 0xec) ||
	    memcmp(y, order8[0], sizeof(y)) == 0 ||
	    memcmp(y, order8[1], sizeof(y)) == 0;
}

static enum key_defect
rsa_parse(struct span text, struct der_rsa *rsa)
{
	struct span oid, inner = text;

	if (der_spki(text, &oid, &inner) && !span_eq(oid, der_oid_rsa))
		return KEY_WRONG_TYPE;
	return der_rsa_public(inner, rsa) ? rsa_defect(rsa) : KEY_MALFORMED;
}

enum key_defect
pubkey_parse(enum key_type type, struct span text, struct pubkey *out)
{
	*out = (struct pubkey){ .ed25519 = text };
	if (type == KEY_RSA)
		return rsa_parse(text, &out->rsa);
	if (text.n != ED25519_OCTETS)
		return KEY_MALFORMED;
	return ed25519_useless(text.p) ? KEY_SMALL_ORDER : KEY_SOUND;
}
