#include "why/boundary.h"

bool
boundary_of(struct span value, struct span *out)
{
	static const struct span name = SPAN("boundary=");
	struct span text = value;
	size_t n = 0;

	while (text.n > name.n && !span_begins_nocase(text, name))
		text = span_from(text, 1);
	if (text.n <= name.n)
		return false;
	text = span_from(text, name.n);
	if (text.p[0] == '"') {
		text = span_from(text, 1);
		while (n < text.n && text.p[n] != '"')
			n++;
	} else {
		while (n < text.n && text.p[n] != ';' &&
		    !ascii_space(text.p[n]))
			n++;
	}
	*out = (struct span){ text.p, n };
	return n > 0;
}

bool
boundary_in(struct span body, struct span *out)
{
	struct span line;

	while (span_line(&body, &line)) {
		line = span_trim(line);
		if (line.n > 2 && span_begins(line, SPAN("--"))) {
			*out = span_from(line, 2);
			return true;
		}
	}
	return false;
}

bool
boundary_replace(struct span body, struct span old, struct span instead,
    struct buf *out)
{
	struct span line;
	bool any = false;

	while (body.n > 0) {
		struct span rest = body;

		(void)span_cut(&rest, '\n', &line);
		if (span_begins(line, SPAN("--")) &&
		    span_begins(span_from(line, 2), old)) {
			buf_adds(out, "--");
			buf_add_span(out, instead);
			line = span_from(line, old.n + 2);
			any = true;
		}
		buf_add_span(out, line);
		if (line.p + line.n < body.p + body.n)
			buf_addc(out, '\n');
		body = rest;
	}
	return any;
}
