#ifndef KEYS_KEYDIR_H
#define KEYS_KEYDIR_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "keys/keysource.h"

/*
 * The key directory, dkim-keydir(5):
 *	DIR/example.com/20261122.pem
 *	DIR/example.com/current.rsa -> 20261122.pem
 *	DIR/example.com/current.ed25519 -> 20261122e.pem
 * A link names the key in use; the selector is its target without ".pem".
 * Every domain given here has passed domain_ok and is lower-case, every
 * selector selector_ok, so that neither leads out of the directory.
 */

/* $DKIM_KEYDIR, or SYSCONFDIR/dkim/keys. */
const char *keydir_default(void);

/* Appends DIR/DOMAIN/SELECTOR.pem and a NUL that is not counted. */
void keydir_path(const char *dir, struct span domain, struct span selector,
    struct buf *out);

/* Makes DIR, what it is in, and DIR/DOMAIN where missing.  EX_CANTCREAT. */
ATTR_CHECK bool keydir_make(const char *dir, struct span domain,
    struct fault *f);

/*
 * Adds the keys in use of one domain, one for each link that is there.
 * KEY_ABSENT without any link.  A link that is none, that points anywhere but
 * to a key file beside it, or to a key that cannot be used, is KEY_FAILED.
 */
ATTR_CHECK enum key_found keydir_current(const char *dir, struct span domain,
    const struct key_access *access, struct keyset *out, struct fault *f);

/* Whether a link names this selector. */
bool keydir_in_use(const char *dir, struct span domain, struct span selector);

/* The one that the link of this type names. */
ATTR_CHECK enum key_found keydir_linked(const char *dir, struct span domain,
    enum key_type type, const struct key_access *access, struct keyset *out,
    struct fault *f);

/* As keydir_current, for signing: of the domain or the nearest parent that has keys. */
ATTR_CHECK enum key_found keydir_choose(const char *dir, struct span domain,
    const struct key_access *access, struct keyset *out, struct fault *f);

/*
 * Makes the key of a selector the one in use of its type, in one rename(2).
 * The key is read first, and has to be readable for all that the one in use is
 * for, of its type or else of the other.  KEY_ABSENT when there is no such key.
 */
ATTR_CHECK enum key_found keydir_activate(const char *dir, struct span domain,
    struct span selector, const struct key_access *access, struct fault *f);

/* Domain names in alphabetical order; {0} is a valid empty list. */
struct keydir_domains {
	struct buf *v;
	size_t n;
};

/* The folders of DIR that are named like a domain. EX_NOINPUT, EX_IOERR. */
ATTR_CHECK bool keydir_domains(const char *dir, struct keydir_domains *out,
    struct fault *f);
void keydir_domains_free(struct keydir_domains *d);

#endif
