#ifndef DKIM_BODYHASH_H
#define DKIM_BODYHASH_H

#include <stdint.h>

#include "base/attr.h"
#include "base/span.h"
#include "crypto/crypto.h"
#include "dkim/canon.h"

/*
 * All body hashes a message needs, fed together in one pass.  Two signatures
 * with the same canonicalization, hash and limit share one.
 */
struct bodyhashes;

#define BODYHASH_ALL UINT64_MAX /* no l= tag */

struct bodyhashes *bodyhashes_new(void);
/*
 * Asks for the hash of the first limit octets of the canonical body.  Returns
 * the number under which to get it later.
 */
size_t bodyhashes_want(struct bodyhashes *b, enum canon canon, enum hash hash,
    uint64_t limit);
void bodyhashes_add(void *b, const void *p, size_t n); /* a message_sink */
/* False when the library failed; to be called once, after the last octet. */
ATTR_CHECK bool bodyhashes_end(struct bodyhashes *b);
/* The hash, owned by b, and how many octets the whole canonical body has. */
struct span bodyhashes_value(const struct bodyhashes *b, size_t number,
    uint64_t *octets);
void bodyhashes_free(struct bodyhashes *b);

#endif
