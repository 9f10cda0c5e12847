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
	c->mode = mode;
	c->put = put;
	c->arg = arg;
	c->blank_lines = c->n = 0;
	c->space = c->cr = c->text = c->any = false;
}

static void
flush(struct canon_body *c)
{
	if (c->n > 0)
		c->put(c->arg, c->block, c->n);
	c->n = 0;
}

static void
emit(struct canon_body *c, char octet)
{
	if (c->n == CANON_BLOCK)
		flush(c);
	c->block[c->n++] = octet;
}

static void
emit_line_end(struct canon_body *c)
{
	emit(c, '\r');
	emit(c, '\n');
}

/* Puts out an octet of the current line, after all that was held back. */
static void
emit_text(struct canon_body *c, char octet)
{
	for (; c->blank_lines > 0; c->blank_lines--)
		emit_line_end(c);
	if (c->space)
		emit(c, ' ');
	c->space = false;
	emit(c, octet);
	c->text = c->any = true;
}

static void
end_line(struct canon_body *c)
{
	if (c->text)
		emit_line_end(c);
	else
		c->blank_lines++;
	c->text = c->space = c->cr = false;
}

/* One octet, whatever the state: all of sections 3.4.3 and 3.4.4 is here. */
static void
step(struct canon_body *c, char octet)
{
	if (octet == '\n') {
		end_line(c);
		return;
	}
	if (c->cr)
		emit_text(c, '\r');
	c->cr = octet == '\r';
	if (c->cr)
		return;
	if (c->mode == CANON_RELAXED && ascii_wsp(octet))
		c->space = true;
	else
		emit_text(c, octet);
}

/*
 * Copies what stands for itself at p, where nothing is held back; the rest is
 * for step.  Returns how many octets that were.
 */
static size_t
copy_plain(struct canon_body *c, const char *p, size_t n)
{
	struct scanned s;
	size_t room;

	if (c->cr || c->space || c->blank_lines > 0)
		return 0;
	if (c->n > CANON_BLOCK / 2)
		flush(c);
	room = (CANON_BLOCK - c->n) / 2;
	n = n < room ? n : room;
	s = scan_lines(c->block + c->n, p, n, c->mode == CANON_RELAXED);
	c->n += s.out;
	if (s.out > 0) {
		c->any = true;
		c->text = c->block[c->n - 1] != '\n';
	}
	return s.in;
}

void
canon_body_add(struct canon_body *c, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		size_t copied = copy_plain(c, p, n);

		/* What stopped the copying; p may be NULL for no octets. */
		if (copied < n)
			step(c, p[copied++]);
		p += copied;
		n -= copied;
	}
}

void
canon_body_end(struct canon_body *c)
{
	if (c->cr)
		emit_text(c, '\r');
	c->cr = false;
	if (c->text)
		end_line(c);
	/* RFC 6376 section 3.4.3: an empty body is one CRLF; relaxed, nothing. */
	if (!c->any && c->mode == CANON_SIMPLE)
		emit_line_end(c);
	flush(c);
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
	char *to;

	buf_reserve(out, value.n);
	to = out->p + out->n;
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
			*to++ = ' ';
		*to++ = c;
		space = false;
		any = true;
	}
	out->n = (size_t)(to - out->p);
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
