#include "dkim/sig.h"

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/bodyhash.h"
#include "dkim/qp.h"
#include "dkim/taglist.h"
#include "mail/domain.h"

enum { DIGITS_TIME = 12, DIGITS_LENGTH = 76, HASH_SHA1_OCTETS = 20 };

/* A word of letters, digits and hyphens: safe to show, known or not. */
static bool
word_ok(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_alpha(text.p[i]) && !ascii_digit(text.p[i]) &&
		    text.p[i] != '-')
			return false;
	return text.n > 0 && text.n <= 64;
}

static void
read_version(struct span text, enum verdict *v)
{
	if (!span_eq(text, SPAN("1")))
		(void)verdict_settle(v, VERDICT_BAD_VERSION);
}

static void
read_algorithm(struct sig *s, struct span text, enum verdict *v)
{
	if (word_ok(text))
		s->algorithm_text = text;
	s->known_algorithm = algorithm_parse(text, &s->algorithm);
	if (!s->known_algorithm)
		(void)verdict_settle(v, VERDICT_BAD_ALGORITHM);
}

static void
read_fields(struct sig *s, struct span text, enum verdict *v)
{
	struct span rest = text, name;
	bool from = false;

	while (taglist_item(&rest, &name)) {
		if (!field_name_ok(name) || ++s->nfields > LIMIT_SIGNED_NAMES) {
			s->nfields = 0;
			(void)verdict_settle(v, VERDICT_BAD_HEADER_LIST);
			return;
		}
		from = from || span_eq_nocase(name, SPAN("from"));
	}
	s->fields = text;
	if (!from)
		(void)verdict_settle(v, VERDICT_NOT_SIGNED_FROM);
}

/* d= and s=, and from both the name to look up. */
static void
read_names(struct sig *s, struct span domain, struct span selector,
    enum verdict *v)
{
	struct buf ascii = { 0 };

	if (!domain_ascii(domain, &s->ascii))
		(void)verdict_settle(v, VERDICT_BAD_DOMAIN);
	else
		s->domain = domain;
	if (!selector_ascii(selector, &ascii))
		(void)verdict_settle(v, VERDICT_BAD_SELECTOR);
	else
		s->selector = selector;
	domain_key_name(buf_span(&ascii), buf_span(&s->ascii), &s->query);
	if (s->query.n > DOMAIN_MAX)
		(void)verdict_settle(v, VERDICT_BAD_SELECTOR);
	buf_free(&ascii);
}

/*
 * The last "@" that is not in a quoted string, or the text's length.  A
 * backslash outside of a string and a string left open are wrong: also its
 * length.
 */
static size_t
find_at(struct span text)
{
	size_t at = text.n;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && !quoted)
			return text.n;
		else if (c == '\\')
			i++;
		else if (c == '@' && !quoted)
			at = i;
	}
	return quoted ? text.n : at;
}

/* UTF-8 without control characters, those of U+0080 to U+009F included. */
static bool
printable(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && i + 1 < text.n &&
			(unsigned char)text.p[i + 1] < 0xa0))
			return false;
	}
	return span_utf8(text);
}

/* The domain of i= is d= or lies below it (section 3.5). */
static bool
identity_fits(struct span domain, struct sig *s)
{
	struct buf ascii = { 0 };
	bool fits = domain_ascii(domain, &ascii) &&
	    domain_within(buf_span(&ascii), buf_span(&s->ascii));

	s->below = fits && ascii.n > s->ascii.n;
	buf_free(&ascii);
	return fits;
}

static void
read_identity(struct sig *s, const struct tag *i, enum verdict *v)
{
	struct span text;
	size_t at;

	if (i == NULL || s->domain.n == 0)
		return;
	if (i->value.n == 0 || !qp_decode(&s->identity, i->value)) {
		(void)verdict_settle(v, VERDICT_BAD_IDENTITY);
		return;
	}
	text = buf_span(&s->identity);
	if (!printable(text) || (at = find_at(text)) == text.n)
		(void)verdict_settle(v, VERDICT_BAD_IDENTITY);
	else if (!identity_fits(span_from(text, at + 1), s))
		(void)verdict_settle(v, VERDICT_IDENTITY_MISMATCH);
	else
		s->identity_domain = at + 1;
	if (s->identity_domain == 0)
		buf_free(&s->identity);
}

static void
read_query(const struct tag *q, enum verdict *v)
{
	struct span rest, method;

	if (q == NULL)
		return;
	for (rest = q->value; taglist_item(&rest, &method);)
		if (span_eq_nocase(method, SPAN("dns/txt")))
			return;
	(void)verdict_settle(v, VERDICT_BAD_QUERY);
}

static void
read_limit(struct sig *s, const struct tag *l, enum verdict *v)
{
	struct span text;

	if (l == NULL)
		return;
	text = l->value;
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_digit(text.p[i]))
			text.n = 0;
	if (text.n == 0 || text.n > DIGITS_LENGTH)
		(void)verdict_settle(v, VERDICT_BAD_BODY_LENGTH);
	else if (!span_u64(text, DIGITS_LENGTH, &s->limit) ||
	    s->limit == BODYHASH_ALL)
		s->limit = BODYHASH_ALL - 1; /* more than any body has */
}

static int64_t
read_time(const struct tag *t, enum verdict *v)
{
	uint64_t seconds;

	if (t == NULL)
		return -1;
	if (span_u64(t->value, DIGITS_TIME, &seconds))
		return (int64_t)seconds;
	(void)verdict_settle(v, VERDICT_BAD_TIMESTAMP);
	return -1;
}

static void
read_hashes(struct sig *s, const struct tag *bh, const struct tag *b,
    enum verdict *v)
{
	size_t octets = s->algorithm.hash == HASH_SHA1 ? HASH_SHA1_OCTETS :
							 DIGEST_MAX;

	s->b_value = b->raw;
	if (!base64_decode(&s->b, b->value) ||
	    !base64_decode(&s->bh, bh->value) ||
	    (s->known_algorithm && s->bh.n != octets))
		(void)verdict_settle(v, VERDICT_BAD_BASE64);
}

static void
read_optional(struct sig *s, const struct taglist *t, enum verdict *v)
{
	const struct tag *c = taglist_find(t, "c");
	const struct tag *z = taglist_find(t, "z");

	if (c != NULL &&
	    !canon_parse(c->value, &s->canon_header, &s->canon_body))
		(void)verdict_settle(v, VERDICT_BAD_CANONICALIZATION);
	read_identity(s, taglist_find(t, "i"), v);
	read_query(taglist_find(t, "q"), v);
	read_limit(s, taglist_find(t, "l"), v);
	s->signed_at = read_time(taglist_find(t, "t"), v);
	s->expires = read_time(taglist_find(t, "x"), v);
	if (s->signed_at >= 0 && s->expires >= 0 && s->expires <= s->signed_at)
		(void)verdict_settle(v, VERDICT_EXPIRES_EARLY);
	if (z != NULL)
		s->copied = z->value;
}

void
sig_parse(struct sig *s, const struct field *field, enum verdict *v)
{
	static const char *const required[] = { "v", "a", "b", "bh", "d", "h",
		"s" };
	enum { V, A, B, BH, D, H, S, REQUIRED };
	const struct tag *have[REQUIRED];
	struct taglist t;
	enum taglist_state state = taglist_parse(&t, field->value,
	    TAGLIST_FIELD);
	bool all = true;

	*s = (struct sig){
		.limit = BODYHASH_ALL, .signed_at = -1, .expires = -1
	};
	if (state != TAGLIST_OK) {
		(void)verdict_settle(v,
		    state == TAGLIST_DUPLICATE ? VERDICT_DUPLICATE_TAG :
						 VERDICT_BAD_SYNTAX);
		return;
	}
	for (size_t i = 0; i < REQUIRED; i++) {
		have[i] = taglist_find(&t, required[i]);
		all = all && have[i] != NULL;
	}
	if (have[V] != NULL)
		read_version(have[V]->value, v);
	if (have[A] != NULL)
		read_algorithm(s, have[A]->value, v);
	if (have[D] != NULL && have[S] != NULL)
		read_names(s, have[D]->value, have[S]->value, v);
	if (!all) {
		(void)verdict_settle(v, VERDICT_MISSING_TAG);
		return;
	}
	read_fields(s, have[H]->value, v);
	read_optional(s, &t, v);
	read_hashes(s, have[BH], have[B], v);
}

void
sig_free(struct sig *s)
{
	buf_free(&s->identity);
	buf_free(&s->bh);
	buf_free(&s->b);
	buf_free(&s->ascii);
	buf_free(&s->query);
}

size_t
sig_covers(const struct sig *s, struct span name)
{
	struct span rest = s->fields, item;
	size_t n = 0;

	while (taglist_item(&rest, &item))
		n += span_eq_nocase(item, name) ? 1 : 0;
	return n;
}

struct field
sig_own(const struct sig *s, const struct field *own, struct buf *raw)
{
	size_t before = (size_t)(s->b_value.p - own->raw.p);
	struct field stripped = { .name = own->name };

	buf_add(raw, own->raw.p, before);
	buf_add_span(raw, span_from(own->raw, before + s->b_value.n));
	stripped.raw = buf_span(raw);
	stripped.value = span_from(stripped.raw,
	    (size_t)(own->value.p - own->raw.p));
	return stripped;
}

static void
put_own(const struct sig *s, const struct field *own, canon_put *put, void *arg)
{
	struct buf raw = { 0 }, canonical = { 0 };
	struct field stripped = sig_own(s, own, &raw);

	canon_field(s->canon_header, &stripped, &canonical);
	/* Section 3.7: no CRLF behind. */
	put(arg, canonical.p, canonical.n - 2);
	buf_free(&raw);
	buf_free(&canonical);
}

void
sig_put_header(const struct sig *s, const struct header *header,
    const struct field *own, canon_put *put, void *arg)
{
	struct span rest = s->fields, name;
	struct buf canonical = { 0 };
	struct header_pick pick;

	header_pick_begin(&pick, header);
	while (taglist_item(&rest, &name)) {
		const struct field *f = header_pick(&pick, name, own);

		if (f == NULL)
			continue;
		canonical.n = 0;
		canon_field(s->canon_header, f, &canonical);
		put(arg, canonical.p, canonical.n);
	}
	header_pick_end(&pick);
	buf_free(&canonical);
	put_own(s, own, put, arg);
}

static void
put_digest(void *d, const void *p, size_t n)
{
	digest_add(d, p, n);
}

void
sig_hash_header(const struct sig *s, const struct header *header,
    const struct field *own, struct digest *d)
{
	sig_put_header(s, header, own, put_digest, d);
}
