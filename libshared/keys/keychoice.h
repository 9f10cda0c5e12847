#ifndef KEYS_KEYCHOICE_H
#define KEYS_KEYCHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ext/sandbox.h"
#include "keys/keysource.h"
#include "keys/keytable.h"

/*
 * Which key signs.  The places where keys may be, in the order in which they are
 * asked; the first that has one for an author is the last that is asked.
 *	-k FILE and -k TEMPLATE together	(keys/keytemplate.h)
 *	signing table and key table		(keys/keytable.h)
 *	key command				(keys/keycommand.h)
 *	key directory				(keys/keydir.h)
 */
struct keychoice {
	const char **keys;      /* of -k, nkeys of them */
	const char **selectors; /* for the key of the same number */
	size_t nkeys, nselectors;
	struct keytables tables; /* signing NULL for none */
	const char *command;     /* or NULL */
	int64_t seconds;         /* it may take */
	const char *directory;   /* or NULL */
	struct key_access access;
	struct span
	    fallback; /* asked for where the author has no key, or empty */
	struct keyset fixed; /* of each -k FILE, once read */
};

/*
 * Reads what does not depend on a message.  A file that is missing is a fault,
 * unless optional.
 */
ATTR_CHECK bool keychoice_open(struct keychoice *c, bool optional,
    struct fault *f);
/* In a process that has the keys from its parent; see key_forked. */
void keychoice_forked(struct keychoice *c);
void keychoice_close(struct keychoice *c);

/* Says what keychoice_find will read; not what the key command does. */
void keychoice_plan(const struct keychoice *c, struct sandbox *s);

/*
 * Adds the keys for an author; some of them may be shared with c.  With
 * KEY_ABSENT the fault says that there is none.
 */
ATTR_CHECK enum key_found keychoice_find(const struct keychoice *c,
    const struct author *author, struct keyset *out, struct fault *f);

#endif
