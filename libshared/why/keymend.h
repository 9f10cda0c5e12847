#ifndef WHY_KEYMEND_H
#define WHY_KEYMEND_H

#include <stdbool.h>

#include "why/headersearch.h"

/*
 * Looks for the key that a record with a damaged p= was to hold: octets that are
 * no base64 in it, a "+" that became a space, one digit too many or too few.  True
 * when the signature verifies with it, which is claimed.
 */
bool keymend_run(const struct headersearch *h, struct span record,
    struct claims *out);

/* Claims that there was such damage, and returns the claim. */
struct claim *keymend_claim(struct claims *out, bool verified);

#endif
