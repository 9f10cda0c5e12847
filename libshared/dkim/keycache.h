#ifndef DKIM_KEYCACHE_H
#define DKIM_KEYCACHE_H

#include "crypto/crypto.h"
#include "dkim/keyrec.h"

/*
 * Public keys, kept from one signature to the next: what a key needs for its
 * first signature it has for the others.  They are found by the whole text of
 * their record, so that nothing is to be said when a record changes.
 */
struct keycache;

/* What a record comes to; it stays the same for every signature. */
struct cached_key {
	bool shaped;          /* as from keyrec_parse */
	enum verdict verdict; /* VERDICT_OPEN, or why the record is none */
	struct keyrec rec;
	struct key *key;     /* NULL where rec is none, or names none */
	enum key_defect why; /* there is none */
};

struct keycache *keycache_new(void);
void keycache_free(struct keycache *c);

/*
 * Reads a record, unless it is one of the LIMIT_CACHED_KEYS read last.  Belongs to
 * c and lives until the next call.
 */
const struct cached_key *keycache_get(struct keycache *c, struct span record);

#endif
