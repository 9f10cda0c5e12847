#ifndef WHY_HEADERSEARCH_H
#define WHY_HEADERSEARCH_H

#include <stdbool.h>

#include "dkim/sig.h"
#include "why/claim.h"

/* One signature, its message's header, and the keys it could be made with. */
struct headersearch {
	const struct sig *sig;
	const struct header *header;
	const struct field *own;
	struct key *const *keys; /* all of the type that a= says */
	size_t nkeys;
	struct span boundary; /* that the body has, or empty */
};

/*
 * The signature fits the header as received and the bh= in it; whether that
 * fits the body is another question.
 */
bool headersearch_matches(const struct headersearch *h);

/*
 * Looks for what was done to the signed fields: changes alone and in pairs.
 * Every claim added has been verified with a key.
 */
void headersearch_run(const struct headersearch *h, struct claims *out);

#endif
