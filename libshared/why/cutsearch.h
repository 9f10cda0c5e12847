#ifndef WHY_CUTSEARCH_H
#define WHY_CUTSEARCH_H

#include <stdbool.h>

#include "dkim/sig.h"
#include "why/claim.h"

/* Lines of a canonical body that were added after it was hashed. */
struct cut {
	const char *code;
	const char *text;
	size_t begin, end;   /* the octets that were added */
	size_t begin2, end2; /* and others, or 0 and 0 */
};

/*
 * Looks for lines at the end, on top and in between without which the body has
 * the hash of bh=.  thorough also looks where that takes long.  until is only
 * asked for the time.
 */
bool cutsearch_run(const struct sig *s, struct span canonical, bool thorough,
    struct claims *until, struct cut *out);

/* Describes it in the detail of c: how much, where, and how it begins. */
void cutsearch_tell(const struct cut *cut, struct span canonical,
    struct claim *c);

#endif
