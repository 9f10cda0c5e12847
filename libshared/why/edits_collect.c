#include "why/edits.h"

#include "dkim/qp.h"
#include "why/boundary.h"
#include "why/fieldchange.h"
#include "why/subjecttag.h"

/* Fields of a name that h= could mean: the nth from the bottom, or NULL. */
static const struct field *
nth(const struct edits *e, struct span name, size_t n)
{
	const struct header *h = e->h->header;

	for (size_t i = h->n; i-- > 0;)
		if (&h->v[i] != e->h->own &&
		    span_eq_nocase(h->v[i].name, name) && n-- == 0)
			return &h->v[i];
	return NULL;
}

static size_t
count(const struct edits *e, struct span name)
{
	const struct header *h = e->h->header;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += &h->v[i] != e->h->own &&
		    span_eq_nocase(h->v[i].name, name);
	return n;
}

/* How many slots before this one have its name. */
static size_t
rank(const struct edits *e, size_t slot)
{
	size_t n = 0;

	for (size_t i = 0; i < slot; i++)
		n += span_eq_nocase(e->slot[i].name, e->slot[slot].name);
	return n;
}

static size_t
last_slot(const struct edits *e)
{
	return e->slots - 1;
}

static void
add_field(struct edits *e, size_t slot, const struct field *f)
{
	struct buf text = { 0 };

	if (f != NULL)
		text = edits_field(e, slot, e->h->sig->canon_header, f);
	edits_add(e, slot, &text);
}

static void
add_value(struct edits *e, size_t slot, struct span value)
{
	const struct field *f = e->slot[slot].field;
	struct buf name = { 0 }, text;

	if (f != NULL)
		buf_add_span(&name, f->name);
	else
		fieldname_spell(e->slot[slot].name, &name);
	text = edits_value(e, slot, buf_span(&name), value);
	buf_free(&name);
	edits_add(e, slot, &text);
}

static void
other_canonicalization(struct edits *e)
{
	bool simple = e->h->sig->canon_header == CANON_SIMPLE;

	for (size_t i = 0; i < e->slots; i++)
		if (e->slot[i].field != NULL) {
			struct buf text = edits_field(e, i,
			    simple ? CANON_RELAXED : CANON_SIMPLE,
			    e->slot[i].field);

			edits_add(e, i, &text);
		}
	edits_end(e, "other-canonicalization",
	    simple ? "the header was hashed in relaxed form, c= says simple" :
		     "the header was hashed in simple form, c= says relaxed");
}

/* The copies of z=, where they are not what is there now. */
static void
copied_fields(struct edits *e)
{
	struct span rest = e->h->sig->copied, part;

	while (rest.n > 0 && !edits_full(e) && span_cut(&rest, '|', &part)) {
		struct buf value = { 0 };
		struct span name;
		bool used = false;

		if (!span_cut(&part, ':', &name) || part.p == NULL ||
		    !qp_decode(&value, part)) {
			buf_free(&value);
			continue;
		}
		name = span_trim(name);
		for (size_t i = 0; !used && i < last_slot(e); i++) {
			if (!span_eq_nocase(e->slot[i].name, name))
				continue;
			for (size_t k = e->begun; !used && k < e->n; k++)
				used = e->edit[k].slot == i;
			if (!used)
				add_value(e, i, buf_span(&value));
			used = true;
		}
		buf_free(&value);
	}
	edits_end(e, "field-differs-from-copy",
	    "the field is not what the signer copied into z=");
}

static void
added_fields(struct edits *e)
{
	struct buf none = { 0 };

	for (size_t i = 0; i < last_slot(e); i++) {
		if (e->slot[i].field == NULL)
			continue;
		edits_add(e, i, &none);
		edits_end(e, "field-added", "the field was added");
	}
}

/* Number way of the n! orders of 0 to n - 1. */
static void
permute(size_t way, size_t n, size_t *order)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; way /= i, i--) {
		size_t k = way % i, last = order[i - 1];

		order[i - 1] = order[k];
		order[k] = last;
	}
}

/* All orders of few fields of one name, or the reverse of many. */
static void
reordered(struct edits *e, size_t slot, size_t n)
{
	enum { FEW = 4 };
	size_t ways = 1;

	for (size_t i = 2; i <= n && n <= FEW; i++)
		ways *= i;
	for (size_t way = 0; way < ways; way++) {
		size_t order[FEW];

		if (n <= FEW)
			permute(way, n, order);
		for (size_t i = slot; i < last_slot(e); i++) {
			size_t r = rank(e, i);

			if (span_eq_nocase(e->slot[i].name,
				e->slot[slot].name) &&
			    r < n)
				add_field(e, i,
				    nth(e, e->slot[slot].name,
					n <= FEW ? order[r] : n - 1 - r));
		}
		edits_end(e, "reordered",
		    "fields of this name were put in another order");
	}
}

/* Of several fields of one name, others than the lowest. */
static void
other_instances(struct edits *e, size_t slot)
{
	struct span name = e->slot[slot].name;
	size_t n = count(e, name);
	enum { BELOW = 3 };

	if (n < 2 || rank(e, slot) > 0 || edits_full(e))
		return;
	for (size_t below = 1; below <= BELOW && below < n; below++) {
		for (size_t i = slot; i < last_slot(e); i++)
			if (span_eq_nocase(e->slot[i].name, name))
				add_field(e, i,
				    nth(e, name, rank(e, i) + below));
		edits_end(e, "duplicate-added",
		    "a field of this name was added below");
	}
	reordered(e, slot, n);
}

static void
changed_value(struct edits *e, size_t slot, const struct fieldchange *c,
    unsigned way)
{
	struct buf value = { 0 };

	if (e->slot[slot].field != NULL &&
	    c->undo(e->slot[slot].field->value, way, &value))
		add_value(e, slot, buf_span(&value));
	buf_free(&value);
}

static bool
applies(const struct edits *e, size_t slot, const struct fieldchange *c)
{
	return e->slot[slot].field != NULL && !edits_full(e) &&
	    (c->fields & fieldname_kind(e->slot[slot].name)) != 0;
}

static void
changed_fields(struct edits *e)
{
	for (size_t i = 0; i < e->slots; i++)
		for (const struct fieldchange *c = fieldchanges; c->code; c++)
			for (unsigned w = 0; applies(e, i, c) && w < c->ways;
			     w++) {
				changed_value(e, i, c, w);
				edits_end(e, c->code, c->text);
			}
}

/* One relay treats all fields alike. */
static void
changed_all(struct edits *e)
{
	const struct fieldchange *c = fieldchanges;

	for (unsigned own = 0; own < 2; own++)
		for (unsigned w = 0; w < c->ways; w++) {
			for (size_t i = 0; i + own < e->slots; i++)
				changed_value(e, i, c, w);
			edits_end(e, "all-refolded",
			    "the fields were folded or spaced otherwise");
		}
}

/* An address field may have been put where another was, or kept elsewhere. */
static void
moved_addresses(struct edits *e)
{
	static const char *const from[] = { "From", "Reply-To", "Sender", "To",
		"Cc", "X-Original-From", "Original-From", "X-From",
		"X-Original-Sender", "X-Original-To", "X-Original-Reply-To",
		"X-Mailman-Original-From", "Resent-From", "Return-Path" };

	for (size_t i = 0; i < last_slot(e); i++) {
		if (fieldname_kind(e->slot[i].name) != FIELD_ADDRESS ||
		    edits_full(e))
			continue;
		for (size_t k = 0; k < sizeof(from) / sizeof(*from); k++) {
			const struct field *f = header_find(e->h->header,
			    span_str(from[k]));

			if (f == NULL)
				continue;
			add_value(e, i, f->value);
			edits_end(e, "address-rewritten",
			    e->slot[i].field == NULL ?
				"the field was removed" :
				"the address was replaced");
		}
	}
}

static void
common_values(struct edits *e)
{
	for (size_t i = 0; i < last_slot(e); i++) {
		const char *const *v = fieldname_values(e->slot[i].name);

		for (; v != NULL && *v != NULL; v++) {
			add_value(e, i, span_str(*v));
			edits_end(e,
			    e->slot[i].field == NULL ? "field-removed" :
						       "field-replaced",
			    e->slot[i].field == NULL ?
				"the field was removed" :
				"the field was replaced");
		}
	}
}

/* Simple canonicalization keeps the case of names. */
static void
spelled_names(struct edits *e)
{
	for (size_t i = 0; i < e->slots; i++)
		for (unsigned way = 0; way < 3; way++) {
			const struct field *f = e->slot[i].field;
			struct buf name = { 0 }, text;

			if (f == NULL)
				continue;
			if (way == 0)
				fieldname_spell(f->name, &name);
			else if (way == 1)
				buf_add_lower(&name, f->name);
			else
				buf_add_span(&name, e->slot[i].name);
			text = edits_value(e, i, buf_span(&name), f->value);
			buf_free(&name);
			edits_add(e, i, &text);
			edits_end(e, "name-respelled",
			    "the name of the field was written otherwise");
		}
}

/* The body still has the boundary that Content-Type had. */
static void
other_boundary(struct edits *e)
{
	for (size_t i = 0; i < last_slot(e); i++) {
		const struct field *f = e->slot[i].field;
		struct buf value = { 0 };
		struct span old;

		if (f == NULL || e->h->boundary.n == 0 ||
		    !span_eq_nocase(f->name, SPAN("Content-Type")) ||
		    !boundary_of(f->value, &old))
			continue;
		buf_add(&value, f->value.p, (size_t)(old.p - f->value.p));
		buf_add_span(&value, e->h->boundary);
		buf_add_span(&value,
		    span_from(f->value, (size_t)(old.p - f->value.p) + old.n));
		add_value(e, i, buf_span(&value));
		buf_free(&value);
		edits_end(e, "boundary-changed",
		    "Content-Type: got another boundary than the body has");
	}
}

static void
own_line_end(struct edits *e)
{
	struct buf text = { 0 };

	buf_add_span(&text, buf_span(&e->slot[last_slot(e)].text));
	buf_adds(&text, "\r\n");
	edits_add(e, last_slot(e), &text);
	edits_end(e, "signed-last-crlf",
	    "the signer hashed a CRLF behind its own field");
}

static void
removed_tags(struct edits *e, size_t slot)
{
	const struct field *f = e->slot[slot].field;

	for (unsigned way = 0; way < SUBJECTTAG_WAYS; way++) {
		struct buf value = { 0 };

		if (f != NULL && span_eq_nocase(f->name, SPAN("Subject")) &&
		    subjecttag_put_back(e->h->header, f->value, way, &value)) {
			add_value(e, slot, buf_span(&value));
			edits_end(e, "subject-tag-removed",
			    "a [tag] was removed from the subject");
		}
		buf_free(&value);
	}
}

void
edits_collect(struct edits *e)
{
	copied_fields(e);
	other_canonicalization(e);
	for (size_t i = 0; i < last_slot(e); i++)
		other_instances(e, i);
	added_fields(e);
	changed_fields(e);
	changed_all(e);
	common_values(e);
	moved_addresses(e);
	for (size_t i = 0; i < last_slot(e); i++)
		removed_tags(e, i);
	spelled_names(e);
	other_boundary(e);
	own_line_end(e);
}

static void
twice(struct edits *e, size_t slot, const struct fieldchange *first,
    unsigned way)
{
	struct buf once = { 0 }, value = { 0 };

	if (!first->undo(e->slot[slot].field->value, way, &once))
		goto done;
	for (const struct fieldchange *c = fieldchanges; c->code != NULL; c++)
		for (unsigned w = 0; applies(e, slot, c) && w < c->ways; w++) {
			value.n = 0;
			if (c == first || !c->undo(buf_span(&once), w, &value))
				continue;
			add_value(e, slot, buf_span(&value));
			edits_end(e, first->code, first->text);
		}
done:
	buf_free(&once);
	buf_free(&value);
}

void
edits_collect_twice(struct edits *e)
{
	for (size_t i = 0; i < last_slot(e) && !edits_full(e); i++)
		for (const struct fieldchange *c = fieldchanges; c->code; c++)
			for (unsigned w = 0; applies(e, i, c) && w < c->ways;
			     w++)
				twice(e, i, c, w);
}
