#ifndef REPORT_AUTHRES_H
#define REPORT_AUTHRES_H

#include <stdbool.h>

#include "base/buf.h"
#include "dkim/domainkeys.h"
#include "dkim/verifier.h"

/* RFC 8601: Authentication-Results, written and recognised. */

/* Can stand as an authserv-id: a token, no longer than a domain name. */
bool authres_id_ok(const char *id);

/*
 * Appends the field, eol at its end.  What a strange message could have put
 * there is quoted or left out; reasons and comments are ours.  domainkeys is NULL
 * where the message was not looked at for that.
 */
void authres_format(const char *id, const struct verdicts *v,
    const struct domainkeys_result *domainkeys, const struct header *h,
    const char *eol, struct buf *out);

/*
 * Does this field claim to come from id (section 5)?  Also true for one that
 * cannot be parsed or has another version than 1; false for any other field.
 */
bool authres_forged(const struct field *f, const char *id);

#endif
