#include "why/edits.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dkim/taglist.h"

struct buf
edits_field(const struct edits *e, size_t slot, enum canon canon,
    const struct field *field)
{
	struct buf out = { 0 };

	canon_field(canon, field, &out);
	if (slot == e->slots - 1)
		out.n -= 2; /* RFC 6376 section 3.7: no CRLF behind it */
	return out;
}

struct buf
edits_value(const struct edits *e, size_t slot, struct span name,
    struct span value)
{
	struct buf raw = { 0 }, out;
	struct field f = { 0 };

	buf_add_span(&raw, name);
	buf_addc(&raw, ':');
	buf_add_span(&raw, value);
	f.raw = buf_span(&raw);
	f.name = (struct span){ raw.p, name.n };
	f.value = span_from(f.raw, name.n + 1);
	out = edits_field(e, slot, e->h->sig->canon_header, &f);
	buf_free(&raw);
	return out;
}

void
edits_init(struct edits *e, const struct headersearch *h, struct claims *time)
{
	struct span rest = h->sig->fields, name;
	struct header_pick pick;
	size_t i = 0;

	*e = (struct edits){
		.h = h, .slots = h->sig->nfields + 1, .time = time
	};
	e->slot = mem_alloc(e->slots * sizeof(*e->slot));
	header_pick_begin(&pick, h->header);
	for (; taglist_item(&rest, &name); i++) {
		struct slot *s = &e->slot[i];

		s->name = name;
		s->field = header_pick(&pick, name, h->own);
		if (s->field != NULL)
			s->text = edits_field(e, i, h->sig->canon_header,
			    s->field);
	}
	header_pick_end(&pick);
	e->own = sig_own(h->sig, h->own, &e->own_raw);
	e->slot[i].name = e->own.name;
	e->slot[i].field = &e->own;
	e->slot[i].text = edits_field(e, i, h->sig->canon_header, &e->own);
}

void
edits_free(struct edits *e)
{
	for (size_t i = 0; i < e->slots; i++)
		buf_free(&e->slot[i].text);
	for (size_t i = 0; i < e->n; i++)
		buf_free(&e->edit[i].text);
	free(e->slot);
	free(e->edit);
	free(e->change);
	buf_free(&e->own_raw);
}

bool
edits_full(const struct edits *e)
{
	return e->changes >= LIMIT_EXPLAIN_CHANGES ||
	    e->octets >= LIMIT_EXPLAIN_BODY || claims_late(e->time);
}

/* One that leaves the slot as it is says nothing. */
void
edits_add(struct edits *e, size_t slot, struct buf *text)
{
	if (edits_full(e) ||
	    span_eq(buf_span(text), buf_span(&e->slot[slot].text))) {
		buf_free(text);
		return;
	}
	e->edit = mem_grow(e->edit, e->n + 1, sizeof(*e->edit));
	e->edit[e->n++] = (struct edit){ slot, *text };
	e->octets += text->n;
	*text = (struct buf){ 0 };
}

static bool
same(const struct edits *e, const struct change *a, const struct change *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct edit *x = &e->edit[a->first + i];
		const struct edit *y = &e->edit[b->first + i];

		if (x->slot != y->slot ||
		    !span_eq(buf_span(&x->text), buf_span(&y->text)))
			return false;
	}
	return true;
}

void
edits_end(struct edits *e, const char *code, const char *text)
{
	struct change c = { code, text, e->begun, e->n - e->begun };
	bool known = c.n == 0;

	for (size_t i = 0; !known && i < e->changes; i++)
		known = same(e, &e->change[i], &c);
	while (known && e->n > e->begun)
		buf_free(&e->edit[--e->n].text);
	e->begun = e->n;
	if (known)
		return;
	e->change = mem_grow(e->change, e->changes + 1, sizeof(*e->change));
	e->change[e->changes++] = c;
}
