#ifndef KEYS_SIGNTABLE_H
#define KEYS_SIGNTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "keys/keysource.h"
#include "keys/table.h"

/*
 * OpenDKIM's SigningTable: which authors are signed for, and with which keys of
 * the key table.  A row is "WHO KEY" or "WHO KEY:IDENTITY".  In a refile: table
 * WHO is a pattern for the whole address, and the first row that matches
 * counts.  In any other, WHO is one of these, and the first of them that is
 * there counts (opendkim.conf(5) and what opendkim(8) does), here for
 * user@a.example.com:
 *	user@a.example.com
 *	a.example.com
 *	user@.example.com
 *	.example.com
 *	user@.com
 *	.com
 *	user@*
 *	*
 */

struct match {
	struct buf name;     /* of the key */
	struct buf identity; /* i=, "%" filled in; empty for none */
	size_t rank;         /* which of the above comes first */
	struct row row;      /* for table_context; the spans are gone */
};

struct matches {
	struct match *v;
	size_t n;
};

/*
 * The rows for an author, best first: one of them, or all.  False on a bad row
 * anywhere in the table, or in a sorted one among those that the search meets.
 * "%" for the name of the key stands for the domain.
 */
ATTR_CHECK bool signtable_find(const char *spec, const struct author *author,
    bool all, struct matches *out, struct fault *f);
void matches_free(struct matches *m);

/* Takes a row apart; NULL, or why it is not sound. */
const char *signtable_parse(const struct row *row, struct span *name,
    struct span *identity);

#endif
