#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/* The text form of keys (RFC 7468), as far as it is read. */

enum pem_kind {
	PEM_NONE,     /* no private key in it */
	PEM_PKCS8,    /* BEGIN PRIVATE KEY */
	PEM_PKCS1,    /* BEGIN RSA PRIVATE KEY */
	PEM_ENCRYPTED /* either of them, under a passphrase */
};

/*
 * Finds the first private key in text and, unless it is encrypted, appends its
 * DER to der, which the caller wipes.
 */
ATTR_CHECK enum pem_kind pem_private(struct span text, struct buf *der);

/* The same with the first public key: BEGIN PUBLIC KEY. */
ATTR_CHECK bool pem_public(struct span text, struct buf *der);

/* Sets a fault that says what a file is that holds no private key for DKIM. */
bool pem_not_a_key(struct span text, const char *name, struct fault *f);

#endif
