#ifndef WHY_EDITS_H
#define WHY_EDITS_H

#include <stdbool.h>
#include <stddef.h>

#include "why/headersearch.h"

/*
 * The header hash input in slots, one for each name of h= and the last for the
 * signature's own field, and the changes that could be undone in it.
 */
struct slot {
	struct span name;
	const struct field *field; /* NULL where h= names one too many */
	struct buf text;           /* canonical */
	const struct buf *instead; /* of text while a change is tried */
};

/* A slot has another text in a change. */
struct edit {
	size_t slot;
	struct buf text; /* canonical; empty: no such field */
};

struct change {
	const char *code;
	const char *text;
	size_t first, n; /* edits */
};

struct edits {
	const struct headersearch *h;
	struct slot *slot;
	size_t slots; /* the own field's is the last */
	struct buf own_raw;
	struct field own;
	struct edit *edit;
	size_t n;
	struct change *change;
	size_t changes;
	size_t begun;  /* the first edit of the change under way */
	size_t octets; /* of all edits */
	struct claims *time;
};

/* time: asked whether it is over; may be NULL where nothing is collected. */
void edits_init(struct edits *e, const struct headersearch *h,
    struct claims *time);
void edits_free(struct edits *e);

/* There is no room for more of them, or no time. */
bool edits_full(const struct edits *e);

/* Every change worth trying by itself. */
void edits_collect(struct edits *e);
/* The same for one value changed twice. */
void edits_collect_twice(struct edits *e);

/*
 * As the slot wants it, from a name and what follows the colon, or by a field's
 * own octets.
 */
struct buf edits_value(const struct edits *e, size_t slot, struct span name,
    struct span value);
struct buf edits_field(const struct edits *e, size_t slot, enum canon canon,
    const struct field *field);

/*
 * A change is the edits added since the last end.  It takes over text.  One that
 * changes nothing, or is known already, is forgotten.
 */
void edits_add(struct edits *e, size_t slot, struct buf *text);
void edits_end(struct edits *e, const char *code, const char *text);

#endif
