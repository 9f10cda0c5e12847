#ifndef CRYPTO_WEAKKEY_H
#define CRYPTO_WEAKKEY_H

#include "base/span.h"

/*
 * Faults of making RSA keys that show in the modulus alone, so that anybody can
 * work out the private key from the record.
 */
enum key_weakness {
	WEAK_NOT,
	WEAK_FACTOR, /* a small prime divides it */
	WEAK_CLOSE,  /* primes so close that Fermat's method finds them */
	WEAK_ROCA    /* CVE-2017-15361: the primes are powers of 65537 */
};

/*
 * modulus: big-endian, odd, without leading zeros, of at most
 * LIMIT_RSA_BITS_MAX bits.  Takes some milliseconds.
 */
enum key_weakness weakkey_find(struct span modulus);

#endif
