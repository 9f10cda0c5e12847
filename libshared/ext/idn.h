#ifndef EXT_IDN_H
#define EXT_IDN_H

/* The only door to libidn2: idn.c alone includes <idn2.h>. */

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

enum idn_input {
	IDN_TYPED, /* from a person: mapped first (UTS 46, non-transitional) */
	IDN_EXACT  /* from a protocol field: taken as it stands (RFC 8616) */
};

/*
 * Appends the A-label form of a domain name that may hold U-labels (IDNA2008).
 * False, with out as it was, when there is none.
 */
ATTR_CHECK bool idn_ascii(struct span name, enum idn_input input,
    struct buf *out);

/* Every label of an ASCII name that begins with xn-- is sound Punycode. */
bool idn_punycode_ok(struct span name);

#endif
