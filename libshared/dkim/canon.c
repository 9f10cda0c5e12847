#include "dkim/canon.h"

static const char *const names[] = {
	[CANON_SIMPLE] = "simple",
	[CANON_RELAXED] = "relaxed",
};

const char *
canon_name(enum canon c)
{
	return names[c];
}

static bool
name_parse(struct span text, enum canon *out)
{
	for (enum canon c = CANON_SIMPLE; c <= CANON_RELAXED; c++)
		if (span_eq_nocase(text, span_str(names[c]))) {
			*out = c;
			return true;
		}
	return false;
}

bool
canon_parse(struct span text, enum canon *header, enum canon *body)
{
	enum canon h, b = CANON_SIMPLE;
	struct span part;

	if (!span_cut(&text, '/', &part) || !name_parse(part, &h) ||
	    (text.p != NULL && !name_parse(text, &b)))
		return false;
	*header = h;
	*body = b;
	return true;
}

void
canon_body_init(struct canon_body *c, enum canon mode, canon_put *put,
    void *arg)
{
	*c = (struct canon_body){ .mode = mode, .put = put, .arg = arg };
}

/* Puts out text of the current line, after all that was held back. */
static void
put_text(struct canon_body *c, const char *p, size_t n)
{
	for (; c->blank_lines > 0; c->blank_lines--)
		c->put(c->arg, "\r\n", 2);
	if (c->space)
		c->put(c->arg, " ", 1);
	c->space = false;
	c->put(c->arg, p, n);
	c->text = c->any = true;
}

static void
end_line(struct canon_body *c)
{
	if (c->text)
		c->put(c->arg, "\r\n", 2);
	else
		c->blank_lines++;
	c->text = c->space = c->cr = false;
}

/* How many octets from p on are plain: kept as they are in this mode. */
static size_t
plain(const struct canon_body *c, const char *p, const char *end)
{
	const char *q = p;

	while (q < end && *q != '\n' && *q != '\r' &&
	    (c->mode == CANON_SIMPLE || (*q != ' ' && *q != '\t')))
		q++;
	return (size_t)(q - p);
}

void
canon_body_add(struct canon_body *c, const void *data, size_t n)
{
	const char *p = data;
	const char *end = p + n;

	while (p < end) {
		size_t run = plain(c, p, end);

		if (*p == '\n') {
			end_line(c);
			p++;
			continue;
		}
		if (c->cr)
			put_text(c, "\r", 1);
		c->cr = *p == '\r';
		if (run > 0)
			put_text(c, p, run);
		else if (!c->cr)
			c->space = true;
		p += run > 0 ? run : 1;
	}
}

void
canon_body_end(struct canon_body *c)
{
	if (c->cr)
		put_text(c, "\r", 1);
	c->cr = false;
	if (c->text)
		end_line(c);
	/* RFC 6376 section 3.4.3: an empty body is one CRLF; relaxed, nothing. */
	if (!c->any && c->mode == CANON_SIMPLE)
		c->put(c->arg, "\r\n", 2);
}

static void
simple_field(struct span raw, struct buf *out)
{
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\n' && (i == 0 || raw.p[i - 1] != '\r'))
			buf_addc(out, '\r');
		buf_addc(out, raw.p[i]);
	}
}

/* The value unfolded, each run of white space one SP, none at its ends. */
static void
relaxed_value(struct span value, struct buf *out)
{
	bool space = false, any = false;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\n' ||
		    (c == '\r' && i + 1 < value.n && value.p[i + 1] == '\n'))
			continue;
		if (ascii_wsp(c)) {
			space = any;
			continue;
		}
		if (space)
			buf_addc(out, ' ');
		buf_addc(out, c);
		space = false;
		any = true;
	}
}

void
canon_field(enum canon mode, const struct field *field, struct buf *out)
{
	if (mode == CANON_SIMPLE) {
		simple_field(field->raw, out);
	} else {
		buf_add_lower(out, field->name);
		buf_addc(out, ':');
		relaxed_value(field->value, out);
	}
	buf_adds(out, "\r\n");
}
