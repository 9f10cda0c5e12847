#ifndef KEYS_KEYTABLE_H
#define KEYS_KEYTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/fault.h"
#include "keys/keysource.h"
#include "keys/table.h"

/*
 * OpenDKIM's two tables: the signing table (keys/signtable.h) gives names of
 * keys for an author, and the key table says what they are: "NAME
 * DOMAIN:SELECTOR:KEY".  KEY is a path when it begins with "/", "./" or "../",
 * else the key itself, in PEM on one line or as base64 of DER.  "%" for DOMAIN
 * or SELECTOR, and in a path, is the author's domain.
 */
struct keytables {
	const char *signing; /* as for table_open */
	const char *keys;
	bool all; /* every row that matches signs, not the first alone */
};

/*
 * KEY_ABSENT when no row of the signing table is for this author.  A row that
 * names what is not in the key table, and a bad row as in keys/signtable.h, is
 * KEY_FAILED.
 */
ATTR_CHECK enum key_found keytable_find(const struct keytables *t,
    const struct author *author, const struct key_access *access,
    struct keyset *out, struct fault *f);

/* A row of the key table in parts.  Spans lie in the row. */
struct keytable_row {
	struct span domain, selector, key;
	bool is_path;
};

/* NULL, or why the row is not sound. */
const char *keytable_parse(const struct row *row, struct keytable_row *out);

/*
 * Reads the key of a row for a domain; *out NULL for a path with "%" when domain
 * is empty.  False when it cannot be used, the fault naming file and line.
 */
ATTR_CHECK bool keytable_read(const struct table *t, const struct row *row,
    const struct keytable_row *k, struct span domain,
    const struct key_access *access, struct key **out, struct fault *f);

/* What a check of whole tables finds. */
enum keytable_finding {
	KEYTABLE_WRONG,    /* mail that needs the row would wait */
	KEYTABLE_SHADOWED, /* a row before it takes all that it could match */
	KEYTABLE_TWO_KEYS, /* a row before it has another key for its record */
	KEYTABLE_UNUSED    /* a key that the signing table does not name */
};

struct keytable_tell {
	/* A finding; the fault names file and line. */
	void (*row)(void *arg, enum keytable_finding what,
	    const struct fault *finding);
	/* A key that can be used, "FILE:LINE: the key" of its row; or NULL. */
	void (*key)(void *arg, const char *where, const struct key *key);
	void *arg;
};

/*
 * Looks at every row of both tables: syntax, order of a sorted one, keys that
 * the key table does not have or that cannot be read, rows that never count, two
 * keys for one record.  Returns how many rows are wrong, shadowed or the second of
 * two; a table that cannot be read is one, too.
 */
size_t keytable_check(const struct keytables *t,
    const struct key_access *access, const struct keytable_tell *tell);

/*
 * Adds the keys of all rows of the key table: one with "%" once for each domain
 * that stands in the signing table for it.  Only those keys that keytable_check
 * does not read go to tell->row when they cannot be used.
 */
ATTR_CHECK bool keytable_list(const struct keytables *t,
    const struct key_access *access, struct keyset *out,
    const struct keytable_tell *tell, struct fault *f);

#endif
