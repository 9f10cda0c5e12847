#ifndef KEYS_KEYTEMPLATE_H
#define KEYS_KEYTEMPLATE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/fault.h"
#include "keys/keysource.h"

/*
 * The path of a key file with places for names: %d or a bare % is the domain,
 * %s the selector, %% a percent sign.
 */

/* Does a -k argument depend on the domain? */
bool keytemplate_is(const char *path);

/* The folder above the first part that depends on the author, to be freed. */
char *keytemplate_folder(const char *text);

/* EX_CONFIG for an escape that is none, EX_USAGE for %s without a selector. */
ATTR_CHECK bool keytemplate_check(const char *text, bool selector,
    struct fault *f);

/*
 * The key of a domain, or of the nearest parent that has one, whose name then
 * is d=.  selector may be empty: it is then the file's base name without .pem,
 * .key or .private.  domain has passed domain_ok, so the path stays where the
 * template puts it.
 */
ATTR_CHECK enum key_found keytemplate_find(const char *text, struct span domain,
    struct span selector, const struct key_access *access, struct keyset *out,
    struct fault *f);

#endif
