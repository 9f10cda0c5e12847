#include "crypto/der.h"

enum { TAG_INTEGER = 0x02, TAG_BIT_STRING = 0x03, TAG_NULL = 0x05 };
enum { TAG_OCTETS = 0x04, TAG_OID = 0x06, TAG_SEQUENCE = 0x30 };

const struct span der_oid_rsa = { "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9 };
const struct span der_oid_ed25519 = { "\x2b\x65\x70", 3 };

/* The length octets at the start of s, in the shortest form only. */
static bool
take_length(struct span *s, size_t *length)
{
	size_t count, n = 0;

	if (s->n == 0)
		return false;
	count = (unsigned char)s->p[0];
	*s = span_from(*s, 1);
	if (count < 0x80) {
		*length = count;
		return true;
	}
	count &= 0x7f;
	if (count == 0 || count > 3 || count > s->n || s->p[0] == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		n = n << 8 | (unsigned char)s->p[i];
	*s = span_from(*s, count);
	*length = n;
	return n >= 0x80;
}

static bool
take(struct span *s, unsigned char tag, struct span *content)
{
	size_t n;

	if (s->n == 0 || (unsigned char)s->p[0] != tag)
		return false;
	*s = span_from(*s, 1);
	if (!take_length(s, &n) || n > s->n)
		return false;
	*content = (struct span){ s->p, n };
	*s = span_from(*s, n);
	return true;
}

/* A non-negative INTEGER in its shortest form, without the sign octet. */
static bool
take_unsigned(struct span *s, struct span *number)
{
	if (!take(s, TAG_INTEGER, number) || number->n == 0 ||
	    ((unsigned char)number->p[0] & 0x80) != 0)
		return false;
	if (number->n > 1 && number->p[0] == 0) {
		if (((unsigned char)number->p[1] & 0x80) == 0)
			return false;
		*number = span_from(*number, 1);
	}
	return true;
}

unsigned
der_bits(struct span number)
{
	unsigned bits = (unsigned)number.n * 8;
	unsigned top = number.n > 0 ? (unsigned char)number.p[0] : 0;

	for (unsigned mask = 0x80; mask > 0 && (top & mask) == 0; mask >>= 1)
		bits--;
	return bits;
}

bool
der_rsa_public(struct span der, struct der_rsa *out)
{
	struct span body;

	out->der = der;
	return take(&der, TAG_SEQUENCE, &body) && der.n == 0 &&
	    take_unsigned(&body, &out->modulus) &&
	    take_unsigned(&body, &out->exponent) && body.n == 0;
}

bool
der_spki(struct span der, struct span *oid, struct span *key)
{
	struct span body, algorithm, null;

	if (!take(&der, TAG_SEQUENCE, &body) || der.n != 0 ||
	    !take(&body, TAG_SEQUENCE, &algorithm) ||
	    !take(&algorithm, TAG_OID, oid) ||
	    !take(&body, TAG_BIT_STRING, key) || body.n != 0)
		return false;
	/* Parameters: NULL for RSA (RFC 3279 2.3.1), none for Ed25519. */
	if (algorithm.n > 0 &&
	    (!take(&algorithm, TAG_NULL, &null) || null.n != 0 ||
		algorithm.n != 0))
		return false;
	if (key->n == 0 || key->p[0] != 0)
		return false;
	*key = span_from(*key, 1);
	return true;
}

bool
der_pkcs8(struct span der, struct span *oid, struct span *key)
{
	struct span body, version, algorithm;

	return take(&der, TAG_SEQUENCE, &body) && der.n == 0 &&
	    take(&body, TAG_INTEGER, &version) &&
	    take(&body, TAG_SEQUENCE, &algorithm) &&
	    take(&algorithm, TAG_OID, oid) && take(&body, TAG_OCTETS, key);
}

bool
der_octets(struct span der, struct span *content)
{
	return take(&der, TAG_OCTETS, content) && der.n == 0;
}
