#include "why/subjecttag.h"

#include "base/limits.h"

/* The phrase of List-Id, or the first label of the name in its brackets. */
static struct span
list_name(const struct header *h, bool label)
{
	const struct field *id = header_find(h, SPAN("List-Id"));
	struct span name = { 0 }, rest;

	if (id == NULL || id->value.n > LIMIT_LINE)
		return name;
	rest = id->value;
	(void)span_cut(&rest, '<', &name);
	if (label)
		(void)span_cut(&rest, '.', &name);
	return span_trim(name);
}

bool
subjecttag_put_back(const struct header *h, struct span subject, unsigned way,
    struct buf *out)
{
	static const char *const common[] = { "EXTERNAL", "External", "EXT",
		"SPAM" };
	enum { COMMON = sizeof(common) / sizeof(*common) };
	static const struct span reply = SPAN("Re: ");
	struct span text = span_trim(subject);
	struct span tag = way / 2 < COMMON ? span_str(common[way / 2]) :
					     list_name(h, way / 2 > COMMON);
	size_t at = way % 2 > 0 ? reply.n : 0;

	if (tag.n == 0 || (at > 0 && !span_begins_nocase(text, reply)))
		return false;
	buf_addc(out, ' ');
	buf_add(out, text.p, at);
	buf_addf(out, "[%.*s] ", (int)tag.n, tag.p);
	buf_add_span(out, span_from(text, at));
	return true;
}
