#ifndef WHY_FIELDCHANGE_H
#define WHY_FIELDCHANGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "why/fieldname.h"

/*
 * What mail systems do to the value of a header field, undone in one of several
 * ways.  Each takes all that follows the colon and appends what was there
 * before; false where there is nothing to undo.  Folds are CRLF or LF, as they
 * came.
 */
struct fieldchange {
	const char *code;
	const char *text; /* what was done on the way, for people */
	unsigned fields;  /* kinds of them */
	unsigned ways;
	bool (*undo)(struct span value, unsigned way, struct buf *out);
};

/* Ended by an entry without code. */
extern const struct fieldchange fieldchanges[];

#endif
