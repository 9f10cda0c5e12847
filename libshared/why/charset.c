#include "why/charset.h"

#include <string.h>

#include "base/base64.h"

bool
charset_latin1_to_utf8(struct span text, struct buf *out)
{
	if (span_ascii(text) || span_utf8(text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c > 0x7f)
			buf_addc(out, (char)(0xc0 | c >> 6));
		buf_addc(out, (char)(c > 0x7f ? 0x80 | (c & 0x3f) : c));
	}
	return true;
}

bool
charset_utf8_to_latin1(struct span text, struct buf *out)
{
	if (span_ascii(text) || !span_utf8(text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= 0x7f) {
			buf_addc(out, (char)c);
			continue;
		}
		if (c > 0xc3 || i + 1 == text.n)
			return false;
		buf_addc(out, (char)((c & 3) << 6 | (text.p[++i] & 0x3f)));
	}
	return true;
}

static int
hex_digit(char c)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(hex, ascii_lower(c)) : NULL;

	return at != NULL ? (int)(at - hex) : -1;
}

/* One line without its end.  False: a soft line break ends it. */
static bool
decode_line(struct span line, struct buf *out, bool *any)
{
	while (line.n > 0 && ascii_wsp(line.p[line.n - 1]))
		line.n--;
	for (size_t i = 0; i < line.n; i++) {
		int high, low;

		if (line.p[i] == '=' && i + 1 == line.n) {
			*any = true;
			return false;
		}
		if (line.p[i] == '=' && i + 2 < line.n &&
		    (high = hex_digit(line.p[i + 1])) >= 0 &&
		    (low = hex_digit(line.p[i + 2])) >= 0) {
			buf_addc(out, (char)(high << 4 | low));
			*any = true;
			i += 2;
			continue;
		}
		buf_addc(out, line.p[i]);
	}
	return true;
}

/* Where "quoted-printable" begins in a Content-Transfer-Encoding line, or 0. */
static size_t
says_qp(struct span line)
{
	static const struct span name = SPAN("content-transfer-encoding:");
	size_t at = name.n;

	if (!span_begins_nocase(line, name))
		return 0;
	while (at < line.n && ascii_wsp(line.p[at]))
		at++;
	return span_eq_nocase(span_trim(span_from(line, at)),
		   SPAN("quoted-printable")) ?
	    at :
	    0;
}

bool
charset_qp_decode_parts(struct span text, struct buf *out)
{
	enum { PLAIN, HEADER, CODED } state = PLAIN;
	struct span rest = text, line;
	bool any = false, parts = false;

	while (span_line(&rest, &line))
		parts = parts || says_qp(line) > 0;
	if (!parts)
		state = CODED;
	for (rest = text; span_line(&rest, &line);) {
		size_t at = says_qp(line);

		if (parts && line.n > 2 && span_begins(line, SPAN("--")))
			state = PLAIN;
		if (state == CODED) {
			if (decode_line(line, out, &any))
				buf_adds(out, "\r\n");
			continue;
		}
		if (at > 0 && state == PLAIN) {
			buf_add(out, line.p, at);
			buf_adds(out, "8bit\r\n");
			state = HEADER;
			any = true;
			continue;
		}
		if (line.n == 0 && state == HEADER)
			state = CODED;
		buf_add_span(out, line);
		buf_adds(out, "\r\n");
	}
	return any;
}

/* Whether an octet has to be written as =XX; last: nothing follows on its line. */
static bool
needs_code(unsigned char c, bool last)
{
	return c == '=' || c > 0x7e || (c < ' ' && c != '\t') ||
	    (last && ascii_wsp((char)c));
}

static void
encode_line(struct span line, struct buf *out)
{
	size_t column = 0;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool code = needs_code(c, i + 1 == line.n);
		size_t room = i + 1 == line.n ? 76 : 75;

		if (column + (code ? 3 : 1) > room) {
			buf_adds(out, "=\r\n");
			column = 0;
		}
		if (code)
			buf_addf(out, "=%02X", c);
		else
			buf_addc(out, (char)c);
		column += code ? 3 : 1;
	}
	buf_adds(out, "\r\n");
}

bool
charset_qp_encode(struct span text, struct buf *out)
{
	struct span line;

	if (span_ascii(text))
		return false;
	while (span_line(&text, &line))
		encode_line(line, out);
	return true;
}

bool
charset_base64_encode(struct span text, struct buf *out)
{
	enum { OCTETS = 57 };

	for (size_t i = 0; i < text.n; i += OCTETS) {
		size_t left = text.n - i;

		base64_encode(out, text.p + i, left < OCTETS ? left : OCTETS);
		buf_adds(out, "\r\n");
	}
	return text.n > 0;
}

static bool
decode_q(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] == '_') {
			buf_addc(out, ' ');
		} else if (text.p[i] != '=') {
			buf_addc(out, text.p[i]);
		} else if (i + 2 < text.n &&
		    (high = hex_digit(text.p[i + 1])) >= 0 &&
		    (low = hex_digit(text.p[i + 2])) >= 0) {
			buf_addc(out, (char)(high << 4 | low));
			i += 2;
		} else {
			return false;
		}
	}
	return true;
}

static bool
to_utf8(struct span charset, struct span text, struct buf *out)
{
	if (span_ascii(text) || span_eq_nocase(charset, SPAN("utf-8"))) {
		buf_add_span(out, text);
		return true;
	}
	return (span_eq_nocase(charset, SPAN("iso-8859-1")) ||
		   span_eq_nocase(charset, SPAN("windows-1252")) ||
		   span_eq_nocase(charset, SPAN("iso-8859-15"))) &&
	    charset_latin1_to_utf8(text, out);
}

/* The encoded word that *rest begins with; moves *rest behind it. */
static bool
decode_word(struct span *rest, struct buf *out)
{
	struct span in = span_from(*rest, 2), charset, encoding, text;
	struct buf octets = { 0 };
	bool ok;

	if (!span_cut(&in, '?', &charset) || !span_cut(&in, '?', &encoding) ||
	    !span_cut(&in, '?', &text) || in.n == 0 || in.p[0] != '=')
		return false;
	ok = span_eq_nocase(encoding, SPAN("b")) ?
	    base64_decode(&octets, text) :
	    span_eq_nocase(encoding, SPAN("q")) && decode_q(text, &octets);
	ok = ok && to_utf8(charset, buf_span(&octets), out);
	buf_free(&octets);
	if (ok)
		*rest = span_from(in, 1);
	return ok;
}

bool
charset_words_decode(struct span value, struct buf *out)
{
	struct span rest = value;
	size_t text_end = 0; /* of out, white space behind a word left out */
	bool any = false, after_word = false;

	while (rest.n > 0) {
		char c = rest.p[0];

		if (rest.n > 2 && c == '=' && rest.p[1] == '?') {
			if (after_word)
				out->n = text_end;
			if (!decode_word(&rest, out))
				return false;
			any = after_word = true;
			text_end = out->n;
			continue;
		}
		if (c != '\r' && c != '\n')
			buf_addc(out, c);
		after_word = after_word && ascii_space(c);
		rest = span_from(rest, 1);
	}
	return any;
}

/* The octets of the character that text begins with. */
static size_t
character(struct span text)
{
	size_t n = 1;

	while (n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
encode_q(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == ' ')
			buf_addc(out, '_');
		else if (ascii_alpha((char)c) || ascii_digit((char)c) ||
		    (c > ' ' && c < 0x7f && strchr("!*+-/", c) != NULL))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
	}
}

static void
encode_word(struct span text, const struct charset_style *s, struct buf *out)
{
	buf_addf(out, "=?%s?%c?", s->charset, s->encoding);
	if (ascii_lower(s->encoding) == 'b')
		base64_encode(out, text.p, text.n);
	else
		encode_q(text, out);
	buf_adds(out, "?=");
}

void
charset_words_encode(struct span text, const struct charset_style *style,
    struct buf *out)
{
	enum { WORD = 75 };
	struct buf word = { 0 };
	size_t n = 0;

	while (style->split && n < text.n) {
		size_t more = character(span_from(text, n));

		word.n = 0;
		encode_word((struct span){ text.p, n + more }, style, &word);
		if (word.n > WORD && n > 0) {
			encode_word((struct span){ text.p, n }, style, out);
			buf_addc(out, ' ');
			text = span_from(text, n);
			n = 0;
			continue;
		}
		n += more;
	}
	encode_word(text, style, out);
	buf_free(&word);
}
