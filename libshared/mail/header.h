#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* One header field.  The spans lie in the octets that were split. */
struct field {
	struct span raw;   /* name to end, folds included, final EOL not */
	struct span name;  /* without white space before the colon */
	struct span value; /* all that follows the colon */
	bool removed;      /* on the way out: not counted, picked or written */
};

/* The fields of a header block, top to bottom. */
struct header {
	struct field *v;
	size_t n;
	/* The fields by name, those of one name from the bottom up. */
	const struct field **order;
	/* Why the block is malformed, a string constant; NULL when it is not. */
	const char *malformed;
};

/*
 * Splits a header block, without the empty line that ends it (RFC 5322 section
 * 2.2).  Lines end at LF, and a CR right before it belongs to the line end.  A
 * line that is neither a field nor a continuation makes the block malformed, as
 * do a NUL and a bound of limits.h; the sound fields are there all the same.
 */
void header_split(struct header *h, struct span block);
void header_free(struct header *h);

size_t header_count(const struct header *h, struct span name);
/* The topmost field of that name, or NULL. */
const struct field *header_find(const struct header *h, struct span name);

/*
 * Takes fields by name the way h= does (RFC 6376 section 5.4.2): each call gives
 * the lowest field of that name which has not been taken yet, or NULL when none
 * is left.
 */
struct header_pick {
	const struct header *header;
	size_t *taken; /* at the first of a name in order: how many */
};

void header_pick_begin(struct header_pick *p, const struct header *h);
const struct field *header_pick(struct header_pick *p, struct span name,
    const struct field *except);
void header_pick_end(struct header_pick *p);

/* The longest line of all fields, in octets, line ends left out. */
size_t header_longest_line(const struct header *h);

/* Can a field be called that (RFC 5322 section 3.6.8)? */
bool field_name_ok(struct span name);

#endif
