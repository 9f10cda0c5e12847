#include "keys/names.h"

#include <stdlib.h>

#include "base/mem.h"

void
names_add(struct names *all, struct span name, uint64_t line)
{
	if (all->n == all->room) {
		all->room = all->room > 0 ? 2 * all->room : 64;
		all->v = mem_grow(all->v, all->room, sizeof(*all->v));
	}
	all->v[all->n++] = (struct name){
		.at = all->octets.n, .n = name.n, .line = line
	};
	buf_add_lower(&all->octets, name);
}

static int
by_octets(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = span_cmp((struct span){ x->text, x->n },
	    (struct span){ y->text, y->n });

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

void
names_sort(struct names *all)
{
	if (all->n == 0)
		return;
	/* Not qsort_r(): not all systems have it, or with these arguments. */
	for (size_t i = 0; i < all->n; i++)
		all->v[i].text = all->octets.p + all->v[i].at;
	qsort(all->v, all->n, sizeof(*all->v), by_octets);
}

void
names_free(struct names *all)
{
	buf_free(&all->octets);
	free(all->v);
	*all = (struct names){ 0 };
}

/*
 * The names from low to before high have their first depth octets in common.  In
 * a sorted array these places are the nodes of a tree by octets.
 */
struct place {
	size_t low, high, depth;
};

/* The octet of a name behind its first depth ones; -1 at its end. */
static int
octet(const struct names *all, size_t i, size_t depth)
{
	const struct name *name = &all->v[i];

	return depth < name->n ?
	    (unsigned char)all->octets.p[name->at + depth] :
	    -1;
}

/* The first name of a place that goes on with c or more. */
static size_t
lower_bound(const struct names *all, const struct place *p, int c)
{
	size_t low = p->low, high = p->high;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (octet(all, middle, p->depth) < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Those names that go on with c. */
static bool
descend(const struct names *all, const struct place *p, int c,
    struct place *out)
{
	int first = octet(all, p->low, p->depth);
	int last = octet(all, p->high - 1, p->depth);

	if (c < first || c > last)
		return false;
	*out = (struct place){ first == c ? p->low : lower_bound(all, p, c),
		last == c ? p->high : lower_bound(all, p, c + 1),
		p->depth + 1 };
	return out->low < out->high;
}

struct places {
	struct place *v;
	size_t n, room;
};

/* Once, and with it the places behind a star that takes nothing. */
static void
arrive(const struct names *all, struct places *to, struct place p)
{
	do {
		for (size_t i = 0; i < to->n; i++)
			if (to->v[i].low == p.low && to->v[i].depth == p.depth)
				return;
		if (to->n == to->room) {
			to->room += 16;
			to->v = mem_grow(to->v, to->room, sizeof(*to->v));
		}
		to->v[to->n++] = p;
	} while (all->patterns && descend(all, &p, '*', &p));
}

/* A star of the text is taken by a star alone. */
static void
step(const struct names *all, const struct places *from, int c,
    struct places *to)
{
	bool literal = !all->patterns || c != '*';
	struct place next;

	to->n = 0;
	for (size_t i = 0; i < from->n; i++) {
		const struct place *p = &from->v[i];

		if (all->patterns && p->depth > 0 &&
		    octet(all, p->low, p->depth - 1) == '*')
			arrive(all, to, *p);
		if (literal && descend(all, p, c, &next))
			arrive(all, to, next);
	}
}

struct name *
names_first(const struct names *all, struct span text)
{
	struct places now = { 0 }, next = { 0 }, swap;
	struct name *first = NULL;

	if (all->n > 0)
		arrive(all, &now, (struct place){ 0, all->n, 0 });
	for (size_t i = 0; i < text.n && now.n > 0; i++) {
		step(all, &now, (unsigned char)ascii_lower(text.p[i]), &next);
		swap = now;
		now = next;
		next = swap;
	}
	for (size_t i = 0; i < now.n; i++) {
		struct name *end = &all->v[now.v[i].low];

		if (end->n == now.v[i].depth &&
		    (first == NULL || end->at < first->at))
			first = end;
	}
	free(now.v);
	free(next.v);
	return first;
}
