#include "why/bodychange.h"

#include "base/base64.h"
#include "why/charset.h"

static void
put(struct buf *out, struct span line)
{
	buf_add_span(out, line);
	buf_adds(out, "\r\n");
}

void
bodychange_network(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_addc(out, '\r');
		buf_addc(out, text.p[i]);
	}
}

/* A line that begins with prefix loses its first octet. */
static bool
drop_first(struct span body, struct span prefix, struct buf *out)
{
	struct span line;
	bool any = false;

	while (span_line(&body, &line)) {
		if (span_begins(line, prefix)) {
			line = span_from(line, 1);
			any = true;
		}
		put(out, line);
	}
	return any;
}

/* A line that begins with prefix gets one octet more. */
static bool
add_first(struct span body, struct span prefix, char octet, struct buf *out)
{
	struct span line;
	bool any = false;

	while (span_line(&body, &line)) {
		if (span_begins(line, prefix)) {
			buf_addc(out, octet);
			any = true;
		}
		put(out, line);
	}
	return any;
}

static bool
unquote_from(struct span body, struct buf *out)
{
	return drop_first(body, SPAN(">From "), out);
}

/* mboxrd quotes what is quoted already, once more. */
static bool
unquote_from_all(struct span body, struct buf *out)
{
	struct span line;
	bool any = false;

	while (span_line(&body, &line)) {
		size_t n = 0;

		while (n < line.n && line.p[n] == '>')
			n++;
		if (n > 0 && span_begins(span_from(line, n), SPAN("From "))) {
			line = span_from(line, 1);
			any = true;
		}
		put(out, line);
	}
	return any;
}

static bool
quote_from(struct span body, struct buf *out)
{
	return add_first(body, SPAN("From "), '>', out);
}

static bool
undot(struct span body, struct buf *out)
{
	return drop_first(body, SPAN(".."), out);
}

static bool
dot(struct span body, struct buf *out)
{
	return add_first(body, SPAN("."), '.', out);
}

/* What follows a CR that no LF follows decides. */
static bool
bare_cr(struct span body, const char *instead, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] != '\r' ||
		    (i + 1 < body.n && body.p[i + 1] == '\n')) {
			buf_addc(out, body.p[i]);
			continue;
		}
		any = true;
		buf_adds(out, instead);
	}
	return any;
}

static bool
cr_gone(struct span body, struct buf *out)
{
	return bare_cr(body, "", out);
}

static bool
cr_line_end(struct span body, struct buf *out)
{
	return bare_cr(body, "\r\n", out);
}

static bool
strip_ends(struct span body, struct buf *out)
{
	struct span line;
	bool any = false;

	while (span_line(&body, &line)) {
		size_t n = line.n;

		while (n > 0 && ascii_wsp(line.p[n - 1]))
			n--;
		any = any || n < line.n;
		line.n = n;
		put(out, line);
	}
	return any;
}

static bool
signature_dashes(struct span body, struct buf *out)
{
	struct span line;
	bool any = false;

	while (span_line(&body, &line)) {
		buf_add_span(out, line);
		if (span_eq(line, SPAN("--"))) {
			buf_addc(out, ' ');
			any = true;
		}
		buf_adds(out, "\r\n");
	}
	return any;
}

static bool
blank_on_top(struct span body, struct buf *out)
{
	struct span rest = body, line;
	bool any = false;

	while (span_line(&rest, &line) && line.n == 0) {
		body = rest;
		any = true;
	}
	buf_add_span(out, body);
	return any;
}

static bool
blank_missing(struct span body, struct buf *out)
{
	buf_adds(out, "\r\n");
	buf_add_span(out, body);
	return true;
}

/*
 * A line of about the length at which relays break has the next one added, with
 * the octets of lead gone from it and those of tail from itself.
 */
static bool
join(struct span body, struct span lead, struct span tail, struct buf *out)
{
	enum { SHORTEST = 970, LONGEST = 2050 };
	struct span line;
	bool any = false, joining = false;

	while (span_line(&body, &line)) {
		size_t n = line.n;

		if (joining && span_begins(line, lead))
			line = span_from(line, lead.n);
		joining = n >= SHORTEST && n <= LONGEST && body.n > 0 &&
		    span_begins(span_from(line, line.n - tail.n), tail) &&
		    span_begins(body, lead);
		if (joining) {
			line.n -= tail.n;
			any = true;
		}
		buf_add_span(out, line);
		if (!joining)
			buf_adds(out, "\r\n");
	}
	return any;
}

static bool
join_space(struct span body, struct buf *out)
{
	return join(body, SPAN(" "), SPAN(""), out);
}

static bool
join_plain(struct span body, struct buf *out)
{
	return join(body, SPAN(""), SPAN(""), out);
}

static bool
join_bang(struct span body, struct buf *out)
{
	return join(body, SPAN(""), SPAN("!"), out);
}

static bool
nul_gone(struct span body, struct buf *out)
{
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != '\0')
			buf_addc(out, body.p[i]);
	return out->n < body.n;
}

static bool
bom_gone(struct span body, struct buf *out)
{
	if (!span_begins(body, SPAN("\xef\xbb\xbf")))
		return false;
	buf_add_span(out, span_from(body, 3));
	return true;
}

static bool
base64_text(struct span body, struct buf *out)
{
	struct buf text = { 0 };
	bool ok = base64_decode(&text, body) && text.n > 0;

	if (ok)
		bodychange_network(buf_span(&text), out);
	buf_free(&text);
	return ok;
}

/* The content of the first part, where a text became one of several. */
static bool
first_part(struct span body, struct buf *out)
{
	struct span line, boundary = { 0 };

	while (boundary.n == 0 && span_line(&body, &line))
		if (line.n > 2 && span_begins(line, SPAN("--")))
			boundary = line;
	while (boundary.n > 0 && span_line(&body, &line) && line.n > 0)
		;
	if (boundary.n == 0 || body.n == 0)
		return false;
	while (span_line(&body, &line)) {
		if (span_begins(line, boundary))
			return true;
		put(out, line);
	}
	return false;
}

const struct bodychange bodychanges[] = {
	{ "from-quoted", "\">\" was put before lines that begin with \"From \"",
	    unquote_from },
	{ "dot-stuffed", "dots at the start of lines were left doubled",
	    undot },
	{ "dot-unstuffed", "double dots at the start of lines became single",
	    dot },
	{ "encoded-quoted-printable",
	    "8-bit text was converted to quoted-printable",
	    charset_qp_decode_parts },
	{ "encoded-base64", "the text was converted to base64", base64_text },
	{ "decoded-8bit", "quoted-printable text was converted to 8-bit",
	    charset_qp_encode },
	{ "base64-decoded", "base64 text was converted to plain text",
	    charset_base64_encode },
	{ "line-broken-space",
	    "a long line was broken, with a space on the new line",
	    join_space },
	{ "line-broken", "a long line was broken", join_plain },
	{ "line-broken-mark", "a long line was broken, with \"!\" at its end",
	    join_bang },
	{ "trailing-space-added", "white space was added at the end of lines",
	    strip_ends },
	{ "dashes-trimmed",
	    "the space behind \"--\" of a mail signature was removed",
	    signature_dashes },
	{ "charset-to-latin1", "the text was converted from UTF-8 to Latin-1",
	    charset_latin1_to_utf8 },
	{ "charset-to-utf8", "the text was converted from Latin-1 to UTF-8",
	    charset_utf8_to_latin1 },
	{ "mime-wrapped", "the text was made the first part of several",
	    first_part },
	{ "blank-line-added", "blank lines were put before the text",
	    blank_on_top },
	{ "blank-line-removed", "a blank line before the text was removed",
	    blank_missing },
	{ "cr-added", "CR was added", cr_gone },
	{ "line-end-to-cr", "line ends became bare CR", cr_line_end },
	{ "from-quoted-again", "quoted \">From \" lines were quoted once more",
	    unquote_from_all },
	{ "from-unquoted", "\">\" was removed before \"From \"", quote_from },
	{ "nul-added", "NUL was added", nul_gone },
	{ "bom-added", "a byte order mark was put before the text", bom_gone },
	{ 0 },
};

static bool
without_end(struct span body, struct buf *out)
{
	if (body.n < 2)
		return false;
	buf_add(out, body.p, body.n - 2);
	return true;
}

static bool
with_lf(struct span body, struct buf *out)
{
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != '\r' || i + 1 == body.n ||
		    body.p[i + 1] != '\n')
			buf_addc(out, body.p[i]);
	return out->n < body.n;
}

static bool
with_crcrlf(struct span body, struct buf *out)
{
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] == '\r' && i + 1 < body.n &&
		    body.p[i + 1] == '\n')
			buf_addc(out, '\r');
		buf_addc(out, body.p[i]);
	}
	return out->n > body.n;
}

static bool
one_line_more(struct span body, struct buf *out)
{
	buf_add_span(out, body);
	buf_adds(out, "\r\n");
	return true;
}

static bool
two_lines_more(struct span body, struct buf *out)
{
	buf_add_span(out, body);
	buf_adds(out, "\r\n\r\n");
	return true;
}

const struct bodychange bodyquirks[] = {
	{ "signed-without-last-crlf",
	    "the signer left out the CRLF at the end of the body",
	    without_end },
	{ "signed-bare-lf", "the signer hashed LF instead of CRLF", with_lf },
	{ "signed-cr-cr-lf", "the signer hashed CR CR LF instead of CRLF",
	    with_crcrlf },
	{ "signed-blank-line",
	    "the signer hashed a blank line at the end of the body",
	    one_line_more },
	{ "signed-blank-lines",
	    "the signer hashed two blank lines at the end of the body",
	    two_lines_more },
	{ 0 },
};
