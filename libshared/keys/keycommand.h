#ifndef KEYS_KEYCOMMAND_H
#define KEYS_KEYCOMMAND_H

#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"
#include "keys/keysource.h"

/*
 * A program of the administrator's that gives keys: the door to a database or
 * a vault that many machines share.  It is run with two arguments, the domain
 * and the author's address, and prints, for each signature, a line "SELECTOR" or
 * "DOMAIN SELECTOR" and behind it the private key in PEM.  It prints nothing
 * where there is no key.
 *
 * The domain is a syntactically valid, lower-case name.  The address is quoted
 * as RFC 5321 section 4.1.2 has it unless its local-part is plain, so that it
 * never begins with a hyphen; it is empty when the message does not tell it or
 * when it holds control characters.
 */

/*
 * KEY_ABSENT when it prints nothing; KEY_FAILED when it cannot be run, fails,
 * takes more than that many seconds or prints something else.
 */
ATTR_CHECK enum key_found keycommand_find(const char *program, int64_t seconds,
    const struct author *author, const struct key_access *access,
    struct keyset *out, struct fault *f);

#endif
