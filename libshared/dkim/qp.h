#ifndef DKIM_QP_H
#define DKIM_QP_H

#include "base/attr.h"
#include "base/buf.h"

/*
 * dkim-quoted-printable (RFC 6376 section 2.11).  Encoding makes "|" and what
 * also names into =XX, so that the result can stand in z=; UTF-8 is encoded too.
 */
void qp_encode(struct buf *out, struct span text, const char *also);

/*
 * White space is skipped.  False, with out as it was, when a "=" does not begin
 * two upper-case hexadecimal digits, or an octet had to be encoded.
 */
ATTR_CHECK bool qp_decode(struct buf *out, struct span text);

#endif
