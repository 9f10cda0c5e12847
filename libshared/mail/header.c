#include "mail/header.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

bool
field_name_ok(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126)
			return false;
	return name.n > 0;
}

/* RFC 5322 section 3.6.8, with the white space before the colon of 4.5.8. */
static bool
parse_field(struct span line, struct field *f)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n;

	if (colon == NULL)
		return false;
	n = (size_t)(colon - line.p);
	*f = (struct field){ .raw = line, .value = span_from(line, n + 1) };
	while (n > 0 && ascii_wsp(line.p[n - 1]))
		n--;
	f->name = (struct span){ line.p, n };
	return field_name_ok(f->name);
}

static void
mark(struct header *h, const char *why)
{
	if (h->malformed == NULL)
		h->malformed = why;
}

/* The last field goes on to the end of line. */
static void
extend(struct header *h, struct span line)
{
	struct field *f = &h->v[h->n - 1];

	f->raw.n = (size_t)(line.p + line.n - f->raw.p);
	f->value.n = (size_t)(line.p + line.n - f->value.p);
	if (f->raw.n > LIMIT_FIELD)
		mark(h, "header field too long");
}

/* Over the bound fields are kept all the same: some may have to be removed. */
static void
add_field(struct header *h, const struct field *f, size_t *room)
{
	if (h->n == LIMIT_FIELDS)
		mark(h, "too many header fields");
	if (h->n == *room) {
		*room = *room > 0 ? 2 * *room : 32;
		h->v = mem_grow(h->v, *room, sizeof(*h->v));
	}
	h->v[h->n++] = *f;
	if (f->raw.n > LIMIT_FIELD)
		mark(h, "header field too long");
}

/* For qsort: by name, and within one name the lower field first. */
static int
by_name(const void *a, const void *b)
{
	const struct field *x = *(const struct field *const *)a;
	const struct field *y = *(const struct field *const *)b;
	int order = span_cmp_nocase(x->name, y->name);

	return order != 0 ? order : x > y ? -1 : x < y;
}

void
header_split(struct header *h, struct span block)
{
	bool in_field = false;
	struct span line;
	size_t room = 0;

	*h = (struct header){ 0 };
	if (block.n > 0 && memchr(block.p, '\0', block.n) != NULL)
		mark(h, "NUL in the header");
	while (span_line(&block, &line)) {
		struct field f;

		if (line.n > 0 && ascii_wsp(line.p[0])) {
			if (in_field)
				extend(h, line);
			else
				mark(h, "continuation line without a field");
			continue;
		}
		if ((in_field = parse_field(line, &f)))
			add_field(h, &f, &room);
		else
			mark(h, "header line that is no field");
	}
	h->order = mem_grow(NULL, h->n, sizeof(const struct field *));
	for (size_t i = 0; i < h->n; i++)
		h->order[i] = &h->v[i];
	qsort(h->order, h->n, sizeof(const struct field *), by_name);
}

void
header_free(struct header *h)
{
	free(h->v);
	free(h->order);
	*h = (struct header){ 0 };
}

/* Where the fields of a name begin in order; h->n when there are none. */
static size_t
first_of(const struct header *h, struct span name)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_cmp_nocase(h->order[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n && span_eq_nocase(h->order[low]->name, name) ? low :
									 h->n;
}

size_t
header_count(const struct header *h, struct span name)
{
	size_t n = 0;

	for (size_t i = first_of(h, name);
	     i < h->n && span_eq_nocase(h->order[i]->name, name); i++)
		n += h->order[i]->removed ? 0 : 1;
	return n;
}

const struct field *
header_find(const struct header *h, struct span name)
{
	const struct field *top = NULL;

	for (size_t i = first_of(h, name);
	     i < h->n && span_eq_nocase(h->order[i]->name, name); i++)
		if (!h->order[i]->removed)
			top = h->order[i];
	return top;
}

void
header_pick_begin(struct header_pick *p, const struct header *h)
{
	p->header = h;
	p->taken = mem_alloc(h->n * sizeof(*p->taken));
}

const struct field *
header_pick(struct header_pick *p, struct span name, const struct field *except)
{
	const struct header *h = p->header;
	size_t first = first_of(h, name);

	if (first == h->n)
		return NULL;
	while (first + p->taken[first] < h->n) {
		const struct field *f = h->order[first + p->taken[first]];

		if (!span_eq_nocase(f->name, name))
			return NULL;
		p->taken[first]++;
		if (f != except && !f->removed)
			return f;
	}
	return NULL;
}

void
header_pick_end(struct header_pick *p)
{
	free(p->taken);
	p->taken = NULL;
}

size_t
header_longest_line(const struct header *h)
{
	struct span rest, line;
	size_t longest = 0;

	for (size_t i = 0; i < h->n; i++)
		for (rest = h->v[i].raw; span_line(&rest, &line);)
			longest = line.n > longest ? line.n : longest;
	return longest;
}
