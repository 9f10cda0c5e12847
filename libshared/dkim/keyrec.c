#include "dkim/keyrec.h"

#include "base/base64.h"
#include "dkim/qp.h"
#include "dkim/taglist.h"

static void
read_hashes(struct keyrec *k, const struct tag *h)
{
	struct span rest, item;

	k->sha1 = k->sha256 = h == NULL;
	if (h == NULL)
		return;
	for (rest = h->value; taglist_item(&rest, &item);) {
		k->sha1 = k->sha1 || span_eq_nocase(item, SPAN("sha1"));
		k->sha256 = k->sha256 || span_eq_nocase(item, SPAN("sha256"));
	}
}

static void
read_services(struct keyrec *k, const struct tag *s)
{
	struct span rest, item;

	k->email = s == NULL;
	if (s == NULL)
		return;
	for (rest = s->value; taglist_item(&rest, &item);)
		k->email = k->email || span_eq(item, SPAN("*")) ||
		    span_eq_nocase(item, SPAN("email"));
}

static void
read_flags(struct keyrec *k, const struct tag *t)
{
	struct span rest, item;

	if (t == NULL)
		return;
	for (rest = t->value; taglist_item(&rest, &item);) {
		k->testing = k->testing || span_eq_nocase(item, SPAN("y"));
		k->strict = k->strict || span_eq_nocase(item, SPAN("s"));
	}
}

/* A version, where there is one, is DKIM1 and comes first. */
static bool
version_ok(const struct taglist *t)
{
	const struct tag *v = taglist_find(t, "v");

	return v == NULL || (v == &t->v[0] && span_eq(v->value, SPAN("DKIM1")));
}

bool
keyrec_parse(struct keyrec *k, struct span text, bool *shaped, enum verdict *v)
{
	struct taglist t;
	const struct tag *type, *p;

	*k = (struct keyrec){ .type = KEY_RSA, .known_type = true };
	*shaped = false;
	if (taglist_parse(&t, text, TAGLIST_RECORD) != TAGLIST_OK ||
	    !version_ok(&t) || (p = taglist_find(&t, "p")) == NULL)
		return verdict_settle(v, VERDICT_KEY_SYNTAX);
	*shaped = true;
	if ((type = taglist_find(&t, "k")) != NULL)
		k->known_type = key_type_parse(type->value, &k->type);
	read_hashes(k, taglist_find(&t, "h"));
	read_services(k, taglist_find(&t, "s"));
	read_flags(k, taglist_find(&t, "t"));
	if (base64_decode(&k->pub, p->value))
		return true;
	keyrec_free(k);
	return verdict_settle(v, VERDICT_KEY_SYNTAX);
}

void
keyrec_free(struct keyrec *k)
{
	buf_free(&k->pub);
}

void
keyrec_format(enum key_type type, struct span pub,
    const struct keyrec_options *options, struct buf *out)
{
	buf_adds(out, "v=DKIM1; ");
	if (options->sha256)
		buf_adds(out, "h=sha256; ");
	if (pub.n > 0)
		buf_addf(out, "k=%s; ", key_type_name(type));
	if (options->note != NULL) {
		buf_adds(out, "n=");
		/* What some format of DNS software might trip over. */
		qp_encode(out, span_str(options->note), "\"'\\");
		buf_adds(out, "; ");
	}
	if (options->testing || options->strict)
		buf_addf(out, "t=%s; ",
		    !options->strict      ? "y" :
			!options->testing ? "s" :
					    "y:s");
	buf_adds(out, "p=");
	base64_encode(out, pub.p, pub.n);
}
