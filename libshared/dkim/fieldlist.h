#ifndef DKIM_FIELDLIST_H
#define DKIM_FIELDLIST_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mail/header.h"

/* Field names, borrowed from the texts they stand in; none twice. */
struct fieldnames {
	struct span *v;
	size_t n;
};

/* What one list comes to: of names, and patterns such as "Resent-*". */
struct fieldchoice {
	struct fieldnames names;
	struct fieldnames added; /* those of them that were asked for by name */
	struct fieldnames dropped; /* -Name: not even where a pattern has it */
};

/* Which fields a signature covers. */
struct fieldlist {
	struct fieldchoice signed_names;
	/* Named once more than they occur, so that none can be added. */
	struct fieldchoice oversigned;
};

/*
 * Each of the two texts is a list of field names with ":" or "," between them, or
 * NULL for the default, and has to outlive l.  A name replaces the default list,
 * +Name adds to it, -Name takes out of it; "Resent-*" stands for all names that
 * begin so.  EX_USAGE for a name that is none, and when From is not among them.
 * fieldlist_free(l) in any case.
 */
ATTR_CHECK bool fieldlist_read(struct fieldlist *l, const char *signed_names,
    const char *oversigned, struct fault *f);
void fieldlist_free(struct fieldlist *l);

/*
 * Appends the h= list for a header: every field there is of a name that is
 * signed, and one more of those oversigned (RFC 6376 sections 5.4 and 8.15).
 * EX_DATAERR when there are too many for one signature.
 */
ATTR_CHECK bool fieldlist_make(const struct fieldlist *l,
    const struct header *h, struct buf *out, struct fault *f);

#endif
