#include "mail/address.h"

#include "base/limits.h"
#include "mail/domain.h"

/*
 * A reader of RFC 5322 tokens.  Between tokens it skips folding white space and
 * comments; octets over 127 count as letters (RFC 6532).
 */
struct reader {
	struct span rest;
	bool bad; /* an unclosed comment or string, a stray octet */
};

static char
peek(const struct reader *r)
{
	return r->rest.n > 0 ? r->rest.p[0] : '\0';
}

static char
take(struct reader *r)
{
	char c = peek(r);

	r->rest = span_from(r->rest, 1);
	return c;
}

static bool
take_if(struct reader *r, char c)
{
	if (r->rest.n == 0 || peek(r) != c)
		return false;
	(void)take(r);
	return true;
}

/* RFC 5322 section 3.2.2; stands behind the opening parenthesis. */
static void
skip_comment(struct reader *r)
{
	size_t depth = 1;

	while (depth > 0) {
		char c;

		if (r->rest.n == 0 || depth > LIMIT_COMMENT_DEPTH) {
			r->bad = true;
			return;
		}
		c = take(r);
		if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		else if (c == '\\')
			(void)take(r);
	}
}

static void
skip_cfws(struct reader *r)
{
	for (;;) {
		char c = peek(r);

		if (r->rest.n == 0 || r->bad)
			return;
		if (c == '(') {
			(void)take(r);
			skip_comment(r);
		} else if (ascii_space(c)) {
			(void)take(r);
		} else {
			return;
		}
	}
}

static bool
is_atext(char c)
{
	static const char special[] = "()<>[]:;@\\,.\"";

	if ((unsigned char)c <= ' ' || c == 127)
		return false;
	for (size_t i = 0; special[i] != '\0'; i++)
		if (c == special[i])
			return false;
	return true;
}

static bool
take_atom(struct reader *r, struct buf *out)
{
	size_t before = out->n;

	while (r->rest.n > 0 && is_atext(peek(r)))
		buf_addc(out, take(r));
	return out->n > before;
}

static bool
take_quoted(struct reader *r, struct buf *out)
{
	if (!take_if(r, '"'))
		return false;
	for (;;) {
		char c;

		if (r->rest.n == 0) {
			r->bad = true;
			return false;
		}
		c = take(r);
		if (c == '"')
			return true;
		if (c == '\\' && r->rest.n > 0)
			c = take(r);
		else if (c == '\r' || c == '\n')
			continue;
		buf_addc(out, c);
	}
}

/*
 * Words with dots between them, as in a local-part, a domain or a phrase.  In a
 * phrase a word may also follow a word; *phrase tells that one did, or that the
 * dots stand oddly.
 */
static bool
take_words(struct reader *r, struct buf *out, bool *phrase)
{
	bool word = false, any = false;

	*phrase = false;
	for (;; any = true) {
		skip_cfws(r);
		if (r->bad)
			return false;
		if (peek(r) == '.' && r->rest.n > 0) {
			*phrase = *phrase || !word;
			buf_addc(out, take(r));
			word = false;
			continue;
		}
		if (r->rest.n == 0 || (peek(r) != '"' && !is_atext(peek(r))))
			break;
		*phrase = *phrase || word;
		if (!take_quoted(r, out) && !take_atom(r, out))
			return false;
		word = true;
	}
	*phrase = *phrase || !word;
	return any;
}

/* What follows the "@" of an address. */
static bool
take_domain(struct reader *r, struct buf *out)
{
	struct buf raw = { 0 };
	bool odd = false, ok;

	skip_cfws(r);
	ok = peek(r) != '"' && take_words(r, &raw, &odd) && !odd &&
	    domain_typed(buf_span(&raw), out);
	buf_free(&raw);
	return ok;
}

static bool
take_addr_spec(struct reader *r, struct mailbox *m)
{
	bool odd;

	return take_words(r, &m->local, &odd) && !odd && take_if(r, '@') &&
	    take_domain(r, &m->domain);
}

/* "@a,@b:" of RFC 5322 section 4.4: read and ignored. */
static bool
skip_route(struct reader *r)
{
	struct buf ignored = { 0 };
	bool ok = true;

	skip_cfws(r);
	if (peek(r) != '@')
		return true;
	while (ok && !take_if(r, ':')) {
		skip_cfws(r);
		if (take_if(r, ','))
			continue;
		buf_free(&ignored);
		ok = take_if(r, '@') && take_domain(r, &ignored);
		skip_cfws(r);
	}
	buf_free(&ignored);
	return ok;
}

enum item { ITEM_MAILBOX, ITEM_GROUP, ITEM_BAD };

/* One mailbox, or the name of a group with its colon. */
static enum item
take_item(struct reader *r, struct mailbox *m)
{
	bool odd = false, words;

	words = take_words(r, &m->local, &odd);
	if (r->bad)
		return ITEM_BAD;
	if (words && take_if(r, ':'))
		return ITEM_GROUP;
	if (words && take_if(r, '@'))
		return !odd && take_domain(r, &m->domain) ? ITEM_MAILBOX :
							    ITEM_BAD;
	m->local.n = 0;
	if (!take_if(r, '<') || !skip_route(r) || !take_addr_spec(r, m))
		return ITEM_BAD;
	skip_cfws(r);
	return take_if(r, '>') ? ITEM_MAILBOX : ITEM_BAD;
}

/* Keeps the first mailbox; false when another one has a different domain. */
static bool
agree(struct mailbox *first, struct mailbox *next)
{
	if (first->domain.n == 0) {
		struct mailbox taken = *next;

		*next = *first;
		*first = taken;
		return true;
	}
	return span_eq(buf_span(&first->domain), buf_span(&next->domain));
}

static const char *
read_list(struct reader *r, struct mailbox *first)
{
	const char *wrong = "no valid address";
	bool in_group = false, separated = true;
	struct mailbox next = { 0 };

	for (;;) {
		skip_cfws(r);
		if (r->rest.n == 0 || r->bad)
			break;
		if (take_if(r, ',')) {
			separated = true;
			continue;
		}
		if (in_group && take_if(r, ';')) {
			in_group = separated = false;
			continue;
		}
		mailbox_free(&next);
		if (!separated)
			goto done;
		switch (take_item(r, &next)) {
		case ITEM_BAD: goto done;
		case ITEM_GROUP:
			if (in_group)
				goto done;
			in_group = true;
			break;
		case ITEM_MAILBOX:
			separated = false;
			/* Nobody's user, and long work for patterns. */
			if (next.local.n > LIMIT_LOCAL_PART)
				next.local.n = 0;
			if (!agree(first, &next)) {
				wrong = "addresses of several domains";
				goto done;
			}
		}
	}
	if (!r->bad && !in_group && first->domain.n > 0)
		wrong = NULL;
done:
	mailbox_free(&next);
	return wrong;
}

bool
address_author(struct span value, struct mailbox *out, const char **why)
{
	struct reader r = { .rest = value };

	*out = (struct mailbox){ 0 };
	*why = read_list(&r, out);
	if (*why != NULL)
		mailbox_free(out);
	return *why == NULL;
}

void
mailbox_free(struct mailbox *m)
{
	buf_free(&m->local);
	buf_free(&m->domain);
}
