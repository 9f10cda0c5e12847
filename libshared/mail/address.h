#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/* The author as From: (or Sender:) names it. */
struct mailbox {
	/* Empty also when it is longer than LIMIT_LOCAL_PART. */
	struct buf local;  /* local-part, quoting undone */
	struct buf domain; /* lower-case A-labels */
};

/*
 * The mailbox of an address list (RFC 5322 section 3.4), its obsolete source
 * route skipped, display names, comments and encoded words never taken for an
 * address.  A group counts as its members.  Where there are several mailboxes
 * they have to agree on the domain, and the first is given.  False, *why a
 * string constant and out empty, when the list does not parse, is empty, or
 * names more than one domain.
 */
ATTR_CHECK bool address_author(struct span value, struct mailbox *out,
    const char **why);
void mailbox_free(struct mailbox *m);

#endif
