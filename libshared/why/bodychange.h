#ifndef WHY_BODYCHANGE_H
#define WHY_BODYCHANGE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * What mail systems do to a body, undone.  Each takes a body with CRLF line
 * ends and appends to out what was there before the change, also with CRLF;
 * false when there is nothing to undo.
 */
struct bodychange {
	const char *code;
	const char *text; /* what was done on the way, for people */
	bool (*undo)(struct span body, struct buf *out);
};

/* Ended by an entry without code; likely ones first. */
extern const struct bodychange bodychanges[];

/*
 * What some signers hash instead of the canonical body: canonical to out, false
 * when it would be the same.
 */
extern const struct bodychange bodyquirks[];

/* Appends text with every line end made CRLF. */
void bodychange_network(struct span text, struct buf *out);

#endif
