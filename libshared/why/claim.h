#ifndef WHY_CLAIM_H
#define WHY_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * What --explain has to say of one signature.  A claim that is verified was
 * made only after the hash or the signature was found right under it; whatever
 * could not be tried that way is a guess and called one.
 */
enum half { HALF_BODY, HALF_HEADER, HALF_KEY, HALF_TIME, HALF_SEARCH };

struct claim {
	enum half half;
	bool verified;
	const char *code; /* stable word; of a pair: the first change */
	const char *text; /* what was done to the message, for people */
	/* The second change of a pair, or NULL. */
	const char *code2;
	const char *text2;
	/* Where: a field name, a length, a line; may hold any octets. */
	struct buf detail;
};

struct claims {
	struct claim *v;
	size_t n;
	int64_t until; /* when, in clock_worked_ms(), the search stops */
	bool late;     /* and has to */
	bool stopped;  /* it did, now or in a part before */
};

/* The search for one message begins: milliseconds of work from now. */
void claims_begin(struct claims *c, int64_t milliseconds);
/* Another part of it begins. */
void claims_extend(struct claims *c, int64_t milliseconds);
/* The time is over.  To be asked before every attempt. */
bool claims_late(struct claims *c);

struct claim *claims_add(struct claims *c, enum half half, bool verified,
    const char *code, const char *text);
/* How many verified claims there are about that half. */
size_t claims_about(const struct claims *c, enum half half);
void claims_free(struct claims *c);

#endif
