#ifndef DKIM_ALGORITHM_H
#define DKIM_ALGORITHM_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/span.h"
#include "crypto/crypto.h"

/* What an a= tag says (RFC 6376 section 3.3, RFC 8301, RFC 8463). */
struct algorithm {
	enum key_type key;
	enum hash hash;
};

/* False for a name that is not registered. */
ATTR_CHECK bool algorithm_parse(struct span text, struct algorithm *out);
const char *algorithm_name(struct algorithm a);

const char *hash_name(enum hash h);         /* as in h= of a key record */
const char *key_type_name(enum key_type t); /* as in k= */
ATTR_CHECK bool key_type_parse(struct span text, enum key_type *out);

#endif
