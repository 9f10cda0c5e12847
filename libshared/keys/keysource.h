#ifndef KEYS_KEYSOURCE_H
#define KEYS_KEYSOURCE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "crypto/crypto.h"

/* For whom a key is wanted. */
struct author {
	struct span local;  /* local-part, any octets; empty when not known */
	struct span domain; /* has passed domain_ok, lower case */
};

/* One key to sign with, and the names under which its record stands. */
struct signing_key {
	struct buf domain;   /* d=, A-labels */
	struct buf selector; /* s=, likewise */
	struct buf identity; /* i=, checked; empty for none */
	struct key *key;     /* NULL: another program signs */
	bool shared;         /* the key is not the keyset's to free */
};

struct keyset {
	struct signing_key *v;
	size_t n;
};

/* Takes over key; domain and selector are copied. */
void keyset_add(struct keyset *set, struct span domain, struct span selector,
    struct key *key);
/* Is there one of these names already? */
bool keyset_has(const struct keyset *set, struct span domain,
    struct span selector);
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

/*
 * What a search that found nothing comes to: KEY_ABSENT with its fault when the
 * store itself is there; KEY_FAILED when path, the folder of the store, is not,
 * for then nobody knows which keys it has.
 */
enum key_found keysource_absent(const char *path, struct fault *f);

/* Reads one private key and refuses one too short to sign with. */
ATTR_CHECK enum key_found keysource_read(const char *path,
    const struct key_access *access, struct key **out, struct fault *f);

/* The same of text that is at hand; NULL when it cannot be used. */
ATTR_CHECK struct key *keysource_parse(struct span text,
    const struct key_access *access, const char *name, struct fault *f);

#endif
