#include "dkim/taglist.h"

#include <string.h>

/* ALPHA *(ALPHA / DIGIT / "_") */
static bool
name_ok(struct span name)
{
	if (name.n == 0 || !ascii_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!ascii_alpha(name.p[i]) && !ascii_digit(name.p[i]) &&
		    name.p[i] != '_')
			return false;
	return true;
}

/*
 * Printable octets and folding white space: a line end only where white space
 * follows.  The text of a field is folded with LF or CRLF, as the file is.
 */
static bool
text_ok(struct span text, enum taglist_kind kind)
{
	bool eight_bit = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c < 0x7f)
			continue;
		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if (c == '\n') {
			if (kind == TAGLIST_RECORD &&
			    (i == 0 || text.p[i - 1] != '\r'))
				return false;
			if (i + 1 == text.n || !ascii_wsp(text.p[i + 1]))
				return false;
		} else if (c > 0x7f) {
			eight_bit = true;
		} else if (c != '\t') {
			return false;
		}
	}
	return !eight_bit || (kind == TAGLIST_FIELD && span_utf8(text));
}

static enum taglist_state
add(struct taglist *t, struct span part)
{
	const char *equals = memchr(part.p, '=', part.n);
	struct tag tag;

	if (equals == NULL || t->n == LIMIT_TAGS)
		return TAGLIST_SYNTAX;
	tag.raw = span_from(part, (size_t)(equals - part.p) + 1);
	tag.value = span_trim(tag.raw);
	part.n = (size_t)(equals - part.p);
	tag.name = span_trim(part);
	if (!name_ok(tag.name))
		return TAGLIST_SYNTAX;
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(t->v[i].name, tag.name))
			return TAGLIST_DUPLICATE;
	t->v[t->n++] = tag;
	return TAGLIST_OK;
}

enum taglist_state
taglist_parse(struct taglist *t, struct span text, enum taglist_kind kind)
{
	struct span rest = text, part;
	enum taglist_state state = TAGLIST_OK;

	t->n = 0;
	if (text.n > LIMIT_TAGLIST || !text_ok(text, kind))
		return TAGLIST_SYNTAX;
	while (state == TAGLIST_OK && span_cut(&rest, ';', &part)) {
		/* One ";" may end the list. */
		if (rest.p == NULL && t->n > 0 && span_trim(part).n == 0)
			break;
		state = add(t, part);
	}
	return state;
}

const struct tag *
taglist_find(const struct taglist *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(t->v[i].name, span_str(name)))
			return &t->v[i];
	return NULL;
}

bool
taglist_item(struct span *rest, struct span *item)
{
	if (!span_cut(rest, ':', item))
		return false;
	*item = span_trim(*item);
	return true;
}
