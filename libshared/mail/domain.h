#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

enum { DOMAIN_MAX = 253 }; /* octets of a name as text */

/*
 * Names in A-label form: letters, digits, '-' and, as found in the field, '_',
 * in labels of 1 to 63 octets, DOMAIN_MAX in all, no dot at the end, no '-'
 * before a label (RFC 5321 section 4.1.2).  What passes holds no '/', no "..",
 * no dot in front and nothing that DNS, a command, a shell or a header field
 * would take amiss.
 */
bool domain_ok(struct span d);   /* a signing domain: two labels or more */
bool selector_ok(struct span s); /* one label or more, RFC 6376 section 3.1 */

/*
 * The form for DNS of a name that may hold U-labels (RFC 8616 section 5):
 * lower-case A-labels, checked as above.  False, with out as it was, else.
 */
ATTR_CHECK bool domain_ascii(struct span d, struct buf *out);
ATTR_CHECK bool selector_ascii(struct span s, struct buf *out);

/* The same for what a person typed or From: holds: mapped as UTS 46 says. */
ATTR_CHECK bool domain_typed(struct span d, struct buf *out);

/* Appends selector._domainkey.domain, RFC 6376 section 3.6.2.1. */
void domain_key_name(struct span selector, struct span domain, struct buf *out);

bool domain_within(struct span d, struct span parent); /* equal counts */

/* Without the first label; false, *up untouched, when only one would remain. */
bool domain_parent(struct span d, struct span *up);

#endif
