#ifndef DKIM_TAGLIST_H
#define DKIM_TAGLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/span.h"

/*
 * tag=value;... (RFC 6376 section 3.2).  Spans lie in the text given to parse,
 * which must outlive the list.
 */
struct tag {
	struct span name;
	struct span value; /* without white space at its ends */
	struct span raw;   /* from behind "=" to ";" or the end */
};

struct taglist {
	struct tag v[LIMIT_TAGS];
	size_t n;
};

enum taglist_state { TAGLIST_OK, TAGLIST_SYNTAX, TAGLIST_DUPLICATE };

/*
 * In what is folded like a header field a value may also hold UTF-8 (RFC 8616);
 * a key record is plain ASCII.
 */
enum taglist_kind { TAGLIST_FIELD, TAGLIST_RECORD };

ATTR_CHECK enum taglist_state taglist_parse(struct taglist *t, struct span text,
    enum taglist_kind kind);

/* NULL when there is no such tag; names are case-sensitive. */
const struct tag *taglist_find(const struct taglist *t, const char *name);

/*
 * Drives a loop over a list with colons in it (h=, q=, t=...): the next item,
 * white space at its ends left out.
 */
bool taglist_item(struct span *rest, struct span *item);

#endif
