#ifndef WHY_BODYSEARCH_H
#define WHY_BODYSEARCH_H

#include <stdbool.h>

#include "dkim/sig.h"
#include "why/claim.h"

/* The body as received has the hash of bh=. */
bool bodysearch_matches(const struct sig *s, struct span body);

/*
 * Looks for what was done to the body: changes alone, lines added at the end,
 * on top or in between, and pairs of them.  Every claim added has been verified
 * against bh=.
 */
void bodysearch_run(const struct sig *s, struct span body, struct claims *out);

#endif
