#ifndef DKIM_FIELDCHANGE_H
#define DKIM_FIELDCHANGE_H

#include <stdbool.h>

#include "base/buf.h"

/* Which fields a change is made to. */
enum {
	FIELD_SUBJECT = 1, /* Subject */
	FIELD_ADDRESS = 2, /* From, Sender, Reply-To, To, Cc... */
	FIELD_MIME = 4,    /* Content-... */
	FIELD_OTHER = 8,
	FIELD_ANY = FIELD_SUBJECT | FIELD_ADDRESS | FIELD_MIME | FIELD_OTHER
};

/*
 * What mail systems do to the value of a header field, undone in one of several
 * ways.  Each takes all that follows the colon and appends what was there
 * before; false where there is nothing to undo.  Folds are CRLF or LF, as they
 * came.
 */
struct fieldchange {
	const char *code;
	const char *text; /* what was done on the way, for people */
	unsigned fields;
	unsigned ways;
	bool (*undo)(struct span value, unsigned way, struct buf *out);
};

/* Ended by an entry without code. */
extern const struct fieldchange fieldchanges[];

unsigned fieldchange_kind(struct span name);

/* What a field that is gone, or another now, may have said; NULL ends them. */
const char *const *fieldchange_common(struct span name);

#endif
