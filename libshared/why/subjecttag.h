#ifndef WHY_SUBJECTTAG_H
#define WHY_SUBJECTTAG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "mail/header.h"

enum { SUBJECTTAG_WAYS = 12 };

/*
 * Appends a subject with a [tag] put back before it, or behind its Re:.  Each
 * way is a tag and a place: the usual words, and the names that List-Id has for
 * a list (RFC 2919).  False where there is no such tag or place.
 */
ATTR_CHECK bool subjecttag_put_back(const struct header *h, struct span subject,
    unsigned way, struct buf *out);

#endif
