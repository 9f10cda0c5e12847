#ifndef DKIM_FIELDLIST_H
#define DKIM_FIELDLIST_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mail/header.h"

/*
 * Which fields a signature covers.  Each of the two texts is a list of field
 * names with ":" or "," between them, or NULL for the default.  A name replaces
 * the default list, +Name adds to it, -Name takes out of it; "Resent-*" stands
 * for all names that begin so.
 */
struct fieldlist {
	const char *signed_names;
	/* Named once more than they occur, so that none can be added. */
	const char *oversigned;
};

/* EX_USAGE for a name that is none, and when From is not among them. */
ATTR_CHECK bool fieldlist_check(const struct fieldlist *l, struct fault *f);

/*
 * Appends the h= list for a header: every field there is of a name that is
 * signed, and one more of those oversigned (RFC 6376 sections 5.4 and 8.15).
 * EX_DATAERR when there are too many for one signature.
 */
ATTR_CHECK bool fieldlist_make(const struct fieldlist *l,
    const struct header *h, struct buf *out, struct fault *f);

#endif
