#include "report/authres.h"

#include "mail/domain.h"

/*
 * Reads just enough of RFC 8601 section 2.2 to find the authserv-id, and no more
 * than that in what follows: strings and comments have to end.
 */
struct scan {
	struct span rest;
	bool bad;
};

static char
take(struct scan *s)
{
	char c = s->rest.n > 0 ? s->rest.p[0] : '\0';

	s->rest = span_from(s->rest, 1);
	return c;
}

/* Stands behind the opening parenthesis; depth is a number, not a stack. */
static void
skip_comment(struct scan *s)
{
	size_t depth = 1;

	while (depth > 0 && s->rest.n > 0)
		switch (take(s)) {
		case '(': depth++; break;
		case ')': depth--; break;
		case '\\': (void)take(s); break;
		default: break;
		}
	s->bad = s->bad || depth > 0;
}

static void
skip_cfws(struct scan *s)
{
	while (s->rest.n > 0) {
		char c = s->rest.p[0];

		if (c != '(' && !ascii_space(c))
			return;
		if (take(s) == '(')
			skip_comment(s);
	}
}

static bool
take_string(struct scan *s, struct buf *out)
{
	for (;;) {
		char c;

		if (s->rest.n == 0)
			return false;
		c = take(s);
		if (c == '"')
			return true;
		if (c == '\\')
			c = take(s);
		/* A fold and its white space do not make another name. */
		if (!ascii_space(c))
			buf_addc(out, c);
	}
}

static bool
ends_token(char c)
{
	static const char ends[] = "()<>@,;:\\\"/[]?= \t\r\n";

	for (size_t i = 0; ends[i] != '\0'; i++)
		if (c == ends[i])
			return true;
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool
take_id(struct scan *s, struct buf *id)
{
	skip_cfws(s);
	if (s->rest.n > 0 && s->rest.p[0] == '"') {
		(void)take(s);
		return take_string(s, id) && id->n > 0;
	}
	while (s->rest.n > 0 && !ends_token(s->rest.p[0]))
		buf_addc(id, take(s));
	return id->n > 0;
}

/*
 * [CFWS version [CFWS]] and then ";" or the end; the version is 1.  Older writers
 * put a "/" before it.
 */
static bool
take_version(struct scan *s)
{
	skip_cfws(s);
	if (s->rest.n > 0 && s->rest.p[0] == '/')
		(void)take(s);
	if (s->rest.n > 0 && s->rest.p[0] == '1')
		(void)take(s);
	skip_cfws(s);
	return s->rest.n == 0 || s->rest.p[0] == ';';
}

static bool
rest_sound(struct scan *s)
{
	struct buf ignored = { 0 };

	while (s->rest.n > 0 && !s->bad) {
		char c = take(s);

		ignored.n = 0;
		if (c == '(')
			skip_comment(s);
		else if (c == '"')
			s->bad = !take_string(s, &ignored);
		else if (c == '\0')
			s->bad = true;
	}
	buf_free(&ignored);
	return !s->bad;
}

/*
 * Without regard to case and to a dot at the end, a U-label being the same as
 * its A-label.
 */
static bool
same_id(struct span a, struct span b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	if (a.n > 0 && a.p[a.n - 1] == '.')
		a.n--;
	same = span_eq_nocase(a, b);
	if (!same && domain_ascii(a, &x) && domain_ascii(b, &y))
		same = span_eq(buf_span(&x), buf_span(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

bool
authres_forged(const struct field *f, const char *id)
{
	struct scan s = { .rest = f->value };
	struct buf found = { 0 };
	bool forged;

	if (!span_eq_nocase(f->name, SPAN("Authentication-Results")))
		return false;
	forged = !take_id(&s, &found) || s.bad ||
	    same_id(buf_span(&found), span_str(id)) || !take_version(&s) ||
	    !rest_sound(&s);
	buf_free(&found);
	return forged;
}
