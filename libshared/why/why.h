#ifndef WHY_WHY_H
#define WHY_WHY_H

#include "dkim/verifier.h"
#include "why/claim.h"

/* How a half of a signature stands, looked at by itself. */
enum half_state {
	STATE_UNKNOWN, /* no key, no body at hand, or a defective field */
	STATE_HOLDS,
	STATE_BROKEN
};

/* Why one signature does not pass. */
struct why {
	enum half_state body;   /* the body and bh= */
	enum half_state header; /* the signed fields, bh= included, and b= */
	struct claims claims;
};

/* What is needed of a message. */
struct why_message {
	const struct header *header;
	const struct verdicts *verdicts;
	const struct verifier_rules *rules;
	struct resolver *dns; /* no resolver_next since the verdicts */
	struct span body;
	bool body_kept; /* false: it was too large for LIMIT_EXPLAIN_BODY */
};

/*
 * Explains one of the verdicts, with milliseconds of processor time at most.
 * Nothing is searched for a signature that passes.
 */
void why_explain(struct why *w, const struct why_message *m,
    const struct result_one *r, int64_t milliseconds);
void why_free(struct why *w);

#endif
