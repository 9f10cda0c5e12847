#ifndef KEYS_NAMES_H
#define KEYS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Words of a whole table, mostly the first one of each row, in memory and sorted
 * for the questions that a check of the table has.  Case does not count.  {0} is
 * a valid empty one.
 */
struct name {
	size_t at, n; /* where it lies in octets: in the order of the table */
	const char *text; /* the same, once they are sorted */
	uint64_t line;
	bool used; /* the caller's */
};

struct names {
	bool patterns; /* "*" stands for anything */
	struct buf octets;
	struct name *v;
	size_t n, room;
};

void names_add(struct names *all, struct span name, uint64_t line);
/* Once, when all are there. */
void names_sort(struct names *all);
void names_free(struct names *all);

/*
 * The first row of the table that takes a text, or NULL.  Where they are
 * patterns the text may be one, too: then the first that takes whatever the text
 * takes.  The time grows with the length of the text and the logarithm of n, and
 * with the square of how many beginnings of names, each up to a "*", take the text
 * so far: one for "*@" whatever follows, but n where "a*", "ab*", "abc*" do.
 */
struct name *names_first(const struct names *all, struct span text);

#endif
