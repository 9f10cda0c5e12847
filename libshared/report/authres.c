#include "report/authres.h"

#include <string.h>

#include "mail/domain.h"
#include "mail/fold.h"

/* The last one keeps a line under LIMIT_LINE; it is all of an RSA-4096 b=. */
enum { IDENTITY_SHOWN = 320, B_SHOWN = 8, B_SHOWN_MAX = 684 };

static bool
is_token(char c)
{
	static const char specials[] = "()<>@,;:\\\"/[]?=";

	return (unsigned char)c > ' ' && (unsigned char)c < 0x7f &&
	    memchr(specials, c, sizeof(specials) - 1) == NULL;
}

static bool
all_tokens(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token(s.p[i]))
			return false;
	return s.n > 0;
}

bool
authres_id_ok(const char *id)
{
	return all_tokens(span_str(id)) && strlen(id) <= DOMAIN_MAX;
}

/* A value (RFC 2045 section 5.1): quoted unless it is a token. */
static void
put_value(struct buf *out, struct span value)
{
	if (all_tokens(value))
		buf_add_span(out, value);
	else
		buf_add_quoted(out, value);
}

static void
put_property(struct fold *fold, const char *name, struct span value)
{
	struct buf word = { 0 };

	if (value.n == 0)
		return;
	buf_addf(&word, "header.%s=", name);
	put_value(&word, value);
	fold_word(fold, buf_span(&word));
	buf_free(&word);
}

/* A name, as A-labels: not every reader takes UTF-8. */
static void
put_name(struct fold *fold, const char *property, struct span name)
{
	struct buf ascii = { 0 };

	if (span_ascii(name))
		put_property(fold, property, name);
	else if (selector_ascii(name, &ascii))
		put_property(fold, property, buf_span(&ascii));
	buf_free(&ascii);
}

/* dot-atom-text of RFC 5322 section 3.2.3, or nothing at all. */
static bool
is_dot_atom(struct span local)
{
	struct span word;

	if (local.n == 0)
		return true;
	while (span_cut(&local, '.', &word)) {
		for (size_t i = 0; i < word.n; i++)
			if (!is_token(word.p[i]) &&
			    strchr("/?=", word.p[i]) == NULL)
				return false;
		if (word.n == 0)
			return false;
	}
	return true;
}

/*
 * header.i only where its local-part needs no quoting: readers disagree on how
 * a quoted one is to be written.
 */
static void
put_identity(struct fold *fold, const struct sig *s)
{
	struct span i = buf_span(&s->identity);
	struct buf word = { 0 };

	if (i.n == 0 || i.n > IDENTITY_SHOWN || !span_ascii(i) ||
	    !is_dot_atom((struct span){ i.p, s->identity_domain - 1 }))
		return;
	buf_adds(&word, "header.i=");
	buf_add_span(&word, i);
	fold_word(fold, buf_span(&word));
	buf_free(&word);
}

static void
signature_text(const struct sig *s, struct buf *out)
{
	for (size_t i = 0; i < s->b_value.n; i++)
		if (!ascii_space(s->b_value.p[i]))
			buf_addc(out, s->b_value.p[i]);
}

/*
 * RFC 6008 section 4: as much of b= as tells it from the others, at least eight
 * octets and at most B_SHOWN_MAX.  *twin when another one is the same so far.
 */
static size_t
b_length(const struct verdicts *v, size_t self, struct span b, bool *twin)
{
	size_t n = B_SHOWN;

	*twin = false;
	for (size_t i = 0; i < v->n; i++) {
		struct buf other = { 0 };
		size_t same = 0;

		if (i == self || v->v[i].sig.b_value.n == 0)
			continue;
		signature_text(&v->v[i].sig, &other);
		while (same < b.n && same < other.n &&
		    b.p[same] == other.p[same])
			same++;
		if ((same == b.n && same == other.n) || same >= B_SHOWN_MAX)
			*twin = true;
		n = same >= n ? same + 1 : n;
		buf_free(&other);
	}
	n = n < B_SHOWN_MAX ? n : B_SHOWN_MAX;
	return n < b.n ? n : b.n;
}

static void
put_comment(struct fold *fold, const char *what, const char *name)
{
	struct buf word = { 0 };

	buf_addf(&word, "(%s%s%s)", what, name != NULL ? " " : "",
	    name != NULL ? name : "");
	fold_word(fold, buf_span(&word));
	buf_free(&word);
}

/* What a reader should know of a pass, from fixed words only. */
static void
put_comments(struct fold *fold, const struct result_one *r,
    const struct header *h)
{
	struct result_gaps gaps = { 0 };

	if (r->testing)
		put_comment(fold, "test key", NULL);
	if (result_of(r) == RESULT_PASS)
		gaps = verifier_gaps(r, h);
	for (unsigned i = 0; verifier_singletons[i] != NULL; i++) {
		const char *name = verifier_singletons[i];

		if (gaps.doubled >> i & 1)
			put_comment(fold, "unsigned duplicate", name);
		else if (gaps.uncovered >> i & 1)
			put_comment(fold, "unsigned", name);
	}
}

static void
put_result(struct fold *fold, const char *method, enum result result,
    const char *reason)
{
	struct buf word = { 0 };

	buf_adds(fold->out, ";");
	buf_adds(fold->out, fold->eol);
	fold->column = 0;
	buf_addf(&word, " %s=%s", method, result_name(result));
	fold_put(fold, buf_span(&word));
	if (reason != NULL) {
		word.n = 0;
		buf_adds(&word, "reason=");
		put_value(&word, span_str(reason));
		fold_word(fold, buf_span(&word));
	}
	buf_free(&word);
}

static void
put_signature(struct fold *fold, const struct verdicts *v, size_t i,
    const struct header *h)
{
	const struct result_one *r = &v->v[i];
	const struct sig *s = &r->sig;
	struct buf b = { 0 };
	bool twin = false;

	put_result(fold, "dkim", result_of(r), verdict_reason(r->verdict));
	signature_text(s, &b);
	if (s->b.n == 0)
		b.n = 0;
	b.n = b_length(v, i, buf_span(&b), &twin);
	if (twin && b.n > 0)
		put_comment(fold, "same signature twice", NULL);
	put_comments(fold, r, h);
	put_name(fold, "d", s->domain);
	put_identity(fold, s);
	put_name(fold, "s", s->selector);
	put_property(fold, "a", s->algorithm_text);
	put_property(fold, "b", buf_span(&b));
	buf_free(&b);
}

static void
put_domainkeys(struct fold *fold, const struct domainkeys_result *r)
{
	put_result(fold, "domainkeys", domainkeys_result_of(r),
	    r->field != NULL ? verdict_reason(r->verdict) : NULL);
	if (r->testing)
		put_comment(fold, "test key", NULL);
	put_property(fold, "d", r->sig.domain);
	put_property(fold, "s", r->sig.selector);
}

void
authres_format(const char *id, const struct verdicts *v,
    const struct domainkeys_result *domainkeys, const struct header *h,
    const char *eol, struct buf *out)
{
	struct fold fold = { .out = out, .eol = eol };

	fold_put(&fold, SPAN("Authentication-Results:"));
	fold_word(&fold, span_str(id));
	for (size_t i = 0; i < v->n; i++)
		put_signature(&fold, v, i, h);
	if (v->skipped > 0)
		put_result(&fold, "dkim", verdict_result(VERDICT_TOO_MANY),
		    verdict_reason(VERDICT_TOO_MANY));
	else if (v->n == 0 && v->message == VERDICT_MALFORMED_MESSAGE)
		put_result(&fold, "dkim", verdict_result(v->message),
		    verdict_reason(v->message));
	else if (v->n == 0)
		put_result(&fold, "dkim", RESULT_NONE, NULL);
	if (domainkeys != NULL)
		put_domainkeys(&fold, domainkeys);
	buf_adds(out, eol);
}
