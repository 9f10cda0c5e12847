#ifndef KEYS_SIGNCOMMAND_H
#define KEYS_SIGNCOMMAND_H

#include <stdint.h>

#include "dkim/signer.h"

/*
 * A program that signs, because the private key stays with it: in an HSM, an
 * agent, a cloud.  It reads one line, "ALGORITHM SELECTOR DOMAIN HEX", the last
 * being the SHA-256 digest that is to be signed, and prints the signature in
 * base64: RSASSA-PKCS1-v1_5 over that digest for rsa-sha256, Ed25519 with the 32
 * octets of the digest as its message for ed25519-sha256 (RFC 8463 section 3).
 */
struct signcommand {
	const char *program;
	int64_t seconds; /* it has to be finished by then */
};

/* For struct signer_remote; arg is a struct signcommand. */
ATTR_CHECK bool signcommand_sign(void *arg, const struct signer_request *what,
    struct buf *sig, struct fault *f);

#endif
