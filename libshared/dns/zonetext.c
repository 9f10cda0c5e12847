#include "dns/zonetext.h"

static char
next(struct zonetext *t)
{
	char c = t->rest.p[0];

	t->rest = span_from(t->rest, 1);
	return c;
}

/* As much of a quoted string as stands for itself. */
static void
read_plain(struct zonetext *t)
{
	const char *p = t->rest.p;
	size_t n = 0;

	while (n < t->rest.n && p[n] != '"' && p[n] != '\\' && p[n] != '\n' &&
	    p[n] != '\0')
		n++;
	buf_add(&t->strings, p, n);
	t->rest = span_from(t->rest, n);
}

/* In a quoted string, behind the backslash: \DDD or \X. */
static const char *
read_quoted_escape(struct zonetext *t)
{
	struct span digits = { t->rest.p, 3 };
	uint64_t octet;

	if (t->rest.n == 0 || t->rest.p[0] == '\n' || t->rest.p[0] == '\0')
		return "nothing behind a backslash";
	if (!ascii_digit(t->rest.p[0])) {
		buf_addc(&t->strings, next(t));
		return NULL;
	}
	if (t->rest.n < 3 || !span_u64(digits, 3, &octet) || octet > 255)
		return "not three digits up to 255 behind a backslash";
	buf_addc(&t->strings, (char)octet);
	t->rest = span_from(t->rest, 3);
	return NULL;
}

/* A quoted string, behind its first quote; NULL, or what is wrong with it. */
static const char *
read_quoted(struct zonetext *t)
{
	size_t length = t->strings.n, n = t->entry.n;
	const char *wrong = NULL;
	char c = '\0';

	if (n > 0 && t->entry.p[n - 1] != ' ' && t->entry.p[n - 1] != '"')
		return "quote within a word";
	buf_addc(&t->strings, '\0');
	while (wrong == NULL && c != '"') {
		read_plain(t);
		if (t->rest.n == 0 || t->rest.p[0] == '\n')
			return "string without end";
		c = next(t);
		if (c == '\\')
			wrong = read_quoted_escape(t);
		else if (c == '\0')
			wrong = "NUL octet";
	}
	if (wrong == NULL && t->strings.n - length > 256)
		wrong = "string of more than 255 octets";
	t->strings.p[length] = (char)(t->strings.n - length - 1);
	buf_adds(&t->entry, "\"\"");
	return wrong;
}

static void
skip_comment(struct zonetext *t)
{
	while (t->rest.n > 0 && t->rest.p[0] != '\n')
		(void)next(t);
}

/* A backslash outside of quotes and what it takes the meaning from. */
static const char *
read_escape(struct zonetext *t)
{
	if (t->rest.n == 0 || t->rest.p[0] == '\n' || t->rest.p[0] == '\0')
		return "nothing behind a backslash";
	buf_addc(&t->entry, '\\');
	buf_addc(&t->entry, next(t));
	return NULL;
}

const char *
zonetext_next(struct zonetext *t)
{
	const char *wrong = NULL;
	unsigned depth = 0;

	t->entry.n = t->strings.n = 0;
	t->began = t->line;
	while (wrong == NULL && t->rest.n > 0) {
		char c = next(t);

		if (c == '\n') {
			t->line++;
			if (depth == 0)
				return NULL;
		}
		if (c == '(')
			depth++;
		else if (c == ')' && depth-- == 0)
			wrong = "parenthesis closed that was not open";
		else if (c == ';')
			skip_comment(t);
		else if (c == '"')
			wrong = read_quoted(t);
		else if (c == '\\')
			wrong = read_escape(t);
		else if (c == '\0')
			wrong = "NUL octet";
		if (c == '(' || c == ')' || c == '\n' || c == '\r' || c == '\t')
			buf_addc(&t->entry, ' ');
		else if (c != ';' && c != '"' && c != '\\')
			buf_addc(&t->entry, c);
	}
	if (wrong == NULL && depth > 0)
		wrong = "parenthesis without end";
	return wrong;
}
