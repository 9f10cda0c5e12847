#ifndef WHY_BOUNDARY_H
#define WHY_BOUNDARY_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/* The boundary parameter of a Content-Type value (RFC 2046 section 5.1.1). */
ATTR_CHECK bool boundary_of(struct span value, struct span *out);

/* The one that the first line of a body that begins with "--" would have. */
ATTR_CHECK bool boundary_in(struct span body, struct span *out);

/*
 * Appends a body with one boundary instead of another at the start of its
 * lines; false when there was none.
 */
ATTR_CHECK bool boundary_replace(struct span body, struct span old,
    struct span instead, struct buf *out);

#endif
