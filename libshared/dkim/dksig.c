#include "dkim/dksig.h"

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/taglist.h"
#include "mail/domain.h"

static const char *const names[] = {
	[DKCANON_SIMPLE] = "simple",
	[DKCANON_NOFWS] = "nofws",
};

const char *
dkcanon_name(enum dkcanon c)
{
	return names[c];
}

static void
read_names(struct dksig *s, struct span domain, struct span selector,
    enum verdict *v)
{
	struct buf ascii = { 0 };

	if (domain_ascii(domain, &s->ascii))
		s->domain = domain;
	else
		(void)verdict_settle(v, VERDICT_BAD_DOMAIN);
	if (selector_ascii(selector, &ascii))
		s->selector = selector;
	else
		(void)verdict_settle(v, VERDICT_BAD_SELECTOR);
	domain_key_name(buf_span(&ascii), buf_span(&s->ascii), &s->query);
	if (s->query.n > DOMAIN_MAX)
		(void)verdict_settle(v, VERDICT_BAD_SELECTOR);
	buf_free(&ascii);
}

static void
read_canon(struct dksig *s, struct span text, enum verdict *v)
{
	if (span_eq_nocase(text, SPAN("nofws")))
		s->canon = DKCANON_NOFWS;
	else if (!span_eq_nocase(text, SPAN("simple")))
		(void)verdict_settle(v, VERDICT_BAD_CANONICALIZATION);
}

static void
read_optional(struct dksig *s, const struct taglist *t, enum verdict *v)
{
	const struct tag *a = taglist_find(t, "a");
	const struct tag *h = taglist_find(t, "h");
	struct span rest, name;
	size_t count = 0;

	if (a != NULL && !span_eq_nocase(a->value, SPAN("rsa-sha1")))
		(void)verdict_settle(v, VERDICT_BAD_ALGORITHM);
	if (h != NULL) {
		s->listed = true;
		s->fields = h->value;
		for (rest = h->value; taglist_item(&rest, &name);)
			if (++count > LIMIT_SIGNED_NAMES) {
				(void)verdict_settle(v,
				    VERDICT_BAD_HEADER_LIST);
				s->fields.n = 0;
				break;
			}
	}
}

void
dksig_parse(struct dksig *s, const struct field *field, enum verdict *v)
{
	static const char *const required[] = { "b", "c", "d", "q", "s" };
	enum { B, C, D, Q, S, REQUIRED };
	const struct tag *have[REQUIRED];
	struct taglist t;
	enum taglist_state state = taglist_parse(&t, field->value,
	    TAGLIST_FIELD);

	*s = (struct dksig){ 0 };
	if (state != TAGLIST_OK) {
		(void)verdict_settle(v,
		    state == TAGLIST_DUPLICATE ? VERDICT_DUPLICATE_TAG :
						 VERDICT_BAD_SYNTAX);
		return;
	}
	for (size_t i = 0; i < REQUIRED; i++)
		if ((have[i] = taglist_find(&t, required[i])) == NULL) {
			(void)verdict_settle(v, VERDICT_MISSING_TAG);
			return;
		}
	read_optional(s, &t, v);
	read_names(s, have[D]->value, have[S]->value, v);
	read_canon(s, have[C]->value, v);
	if (!span_eq_nocase(have[Q]->value, SPAN("dns")))
		(void)verdict_settle(v, VERDICT_BAD_QUERY);
	if (!base64_decode(&s->b, have[B]->value) || s->b.n == 0)
		(void)verdict_settle(v, VERDICT_BAD_BASE64);
}

void
dksig_free(struct dksig *s)
{
	buf_free(&s->b);
	buf_free(&s->ascii);
	buf_free(&s->query);
}

bool
dksig_covers(const struct dksig *s, const struct field *own,
    const struct field *f)
{
	struct span rest = s->fields, name;

	if (f <= own)
		return false;
	if (!s->listed)
		return true;
	while (taglist_item(&rest, &name))
		if (span_eq_nocase(name, f->name))
			return true;
	return false;
}

static void
read_flags(struct dkkey *k, const struct tag *t)
{
	struct span rest, item;

	if (t == NULL)
		return;
	for (rest = t->value; taglist_item(&rest, &item);)
		k->testing = k->testing || span_eq_nocase(item, SPAN("y"));
}

bool
dkkey_parse(struct dkkey *k, struct span text, bool *shaped, enum verdict *v)
{
	const struct tag *type, *g, *p;
	struct taglist t;

	*k = (struct dkkey){ 0 };
	*shaped = false;
	if (taglist_parse(&t, text, TAGLIST_RECORD) != TAGLIST_OK ||
	    (p = taglist_find(&t, "p")) == NULL)
		return verdict_settle(v, VERDICT_KEY_SYNTAX);
	*shaped = true;
	type = taglist_find(&t, "k");
	if (type != NULL && !span_eq_nocase(type->value, SPAN("rsa")))
		return verdict_settle(v, VERDICT_KEY_TYPE_MISMATCH);
	/* In DKIM's first version (RFC 4871 section 3.6.1) "*" means any. */
	g = taglist_find(&t, "g");
	if (g != NULL && !span_eq(g->value, SPAN("*")))
		buf_add_span(&k->granularity, g->value);
	read_flags(k, taglist_find(&t, "t"));
	if (base64_decode(&k->pub, p->value))
		return true;
	dkkey_free(k);
	return verdict_settle(v, VERDICT_KEY_SYNTAX);
}

void
dkkey_free(struct dkkey *k)
{
	buf_free(&k->granularity);
	buf_free(&k->pub);
}
