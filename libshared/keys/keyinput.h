#ifndef KEYS_KEYINPUT_H
#define KEYS_KEYINPUT_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "crypto/crypto.h"

/*
 * Reads a key of which only the public half is wanted, in any form that people
 * have: a private key as key_from_private takes it; a public one as
 * SubjectPublicKeyInfo or RSAPublicKey, in PEM, DER or bare base64; the 44
 * digits that are an Ed25519 key in a record.  These look the same as a private
 * key of 32 octets, so they are refused from a file that only its owner can
 * read.  path NULL is standard input.  passphrase: p NULL for none.  NULL and
 * EX_NOINPUT, EX_CONFIG, or EX_NOPERM for a passphrase that does not fit.
 */
ATTR_CHECK struct key *keyinput_read(const char *path, struct span passphrase,
    struct fault *f);

#endif
