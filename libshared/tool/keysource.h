#ifndef TOOL_KEYSOURCE_H
#define TOOL_KEYSOURCE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ext/crypto.h"

/* One key to sign with, and the names under which its record stands. */
struct signing_key {
	struct buf domain;   /* d=, A-labels */
	struct buf selector; /* s=, likewise */
	struct key *key;
};

struct keyset {
	struct signing_key *v;
	size_t n;
};

/* Takes over key; domain and selector are copied. */
void keyset_add(struct keyset *set, struct span domain, struct span selector,
    struct key *key);
void keyset_free(struct keyset *set);

/* How private key files are read. */
struct key_access {
	bool insecure;          /* --insecure-key: whatever their mode */
	struct span passphrase; /* p NULL for none */
};

enum key_found {
	KEY_FOUND,
	KEY_ABSENT, /* nothing there for this domain; the fault says so */
	KEY_FAILED  /* something is there that cannot be used: sign nothing */
};

/* Reads one private key and refuses one too short to sign with. */
ATTR_CHECK enum key_found keysource_read(const char *path,
    const struct key_access *access, struct key **out, struct fault *f);

/* Does a -k argument depend on the domain? */
bool keysource_is_template(const char *path);

/*
 * EX_CONFIG for an escape that is none, EX_USAGE for %s without a selector.
 * %d or a bare % is the domain, %s the selector, %% a percent sign.
 */
ATTR_CHECK bool keysource_check_template(const char *text, bool selector,
    struct fault *f);

/*
 * The key of a domain, or of the nearest parent that has one, whose name then
 * is d=.  selector may be empty: it is then the file's base name without .pem,
 * .key or .private.  domain has passed domain_ok, so the path stays where the
 * template puts it.
 */
ATTR_CHECK enum key_found keysource_template(const char *text,
    struct span domain, struct span selector, const struct key_access *access,
    struct keyset *out, struct fault *f);

#endif
