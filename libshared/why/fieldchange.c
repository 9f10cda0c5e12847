#include "why/fieldchange.h"

#include <string.h>

#include "why/charset.h"

static bool
line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* Each fold, a line end and white space behind it, becomes instead. */
static bool
replace_folds(struct span v, const char *instead, bool keep_end, bool keep_wsp,
    struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < v.n; i++) {
		if (!line_end(v.p[i])) {
			buf_addc(out, v.p[i]);
			continue;
		}
		any = true;
		while (i < v.n && line_end(v.p[i])) {
			if (keep_end)
				buf_addc(out, v.p[i]);
			i++;
		}
		while (!keep_wsp && i < v.n && ascii_wsp(v.p[i]))
			i++;
		buf_adds(out, instead);
		i--;
	}
	return any;
}

/* The words of v, with folds where a line would pass 78 columns. */
static bool
refold(struct span v, char space, struct buf *out)
{
	enum { COLUMNS = 78, NAME = 9 }; /* Subject: */
	size_t column = NAME;
	bool any = false;

	for (size_t i = 0; i < v.n;) {
		size_t n = 0;

		while (i < v.n && ascii_space(v.p[i]))
			i++;
		while (i + n < v.n && !ascii_space(v.p[i + n]))
			n++;
		if (n == 0)
			break;
		if (any && column + 1 + n > COLUMNS) {
			buf_adds(out, "\r\n");
			buf_addc(out, space);
			column = 1;
		} else {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, v.p + i, n);
		column += n;
		i += n;
		any = true;
	}
	return any;
}

static bool
space_commas(struct span v, bool space, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < v.n; i++) {
		buf_addc(out, v.p[i]);
		if (v.p[i] != ',')
			continue;
		any = true;
		while (i + 1 < v.n && ascii_space(v.p[i + 1]))
			i++;
		if (space)
			buf_addc(out, ' ');
	}
	return any;
}

/* A fold behind every comma, as many programs write lists. */
static bool
fold_commas(struct span v, const char *fold, struct buf *out)
{
	struct buf flat = { 0 };
	bool any = space_commas(v, false, &flat);

	for (size_t i = 0; i < flat.n; i++) {
		buf_addc(out, flat.p[i]);
		if (flat.p[i] == ',')
			buf_adds(out, fold);
	}
	buf_free(&flat);
	return any;
}

static bool
unfold(struct span v, unsigned way, struct buf *out)
{
	struct span text = span_trim(v);

	switch (way) {
	case 0: return replace_folds(v, "", false, true, out);
	case 1: return replace_folds(v, "", false, false, out);
	case 2: return replace_folds(v, " ", false, false, out);
	case 3: return replace_folds(v, "\t", true, false, out);
	case 4: return replace_folds(v, " ", true, false, out);
	case 5: buf_add_span(out, text); return true;
	case 6:
		buf_addc(out, ' ');
		buf_add_span(out, text);
		return true;
	case 7: return refold(v, ' ', out);
	case 8: return refold(v, '\t', out);
	case 9: return space_commas(v, false, out);
	case 10: return space_commas(v, true, out);
	case 11: return fold_commas(v, "\r\n ", out);
	default: return fold_commas(v, "\r\n\t", out);
	}
}

/* White space as it stands before the text of a value. */
static struct span
lead_of(struct span v)
{
	return (struct span){ v.p, (size_t)(span_trim(v).p - v.p) };
}

/* Without the "[...]" at at and the white space behind it. */
static bool
without_tag(struct span v, size_t at, struct buf *out)
{
	const char *end;

	if (at >= v.n || v.p[at] != '[' ||
	    (end = memchr(v.p + at, ']', v.n - at)) == NULL)
		return false;
	buf_add(out, v.p, at);
	for (at = (size_t)(end - v.p) + 1; at < v.n && ascii_space(v.p[at]);)
		at++;
	buf_add_span(out, span_from(v, at));
	return true;
}

static bool
strip_tag(struct span v, unsigned way, struct buf *out)
{
	const char *open = v.n > 0 ? memchr(v.p, '[', v.n) : NULL;

	(void)way;
	return open != NULL && without_tag(v, (size_t)(open - v.p), out);
}

/* Behind the first colon, if it comes soon; again for each way. */
static bool
strip_prefix(struct span v, unsigned way, struct buf *out)
{
	enum { LONGEST = 16 };
	struct span text = span_trim(v);

	for (unsigned i = 0; i <= way; i++) {
		const char *colon = memchr(text.p, ':',
		    text.n < LONGEST ? text.n : LONGEST);

		if (colon == NULL)
			return false;
		text = span_trim(span_from(text, (size_t)(colon - text.p) + 1));
	}
	buf_add_span(out, lead_of(v));
	buf_add_span(out, text);
	return true;
}

static bool
add_prefix(struct span v, unsigned way, struct buf *out)
{
	static const char *const prefixes[] = { "Re: ", "RE: ", "AW: ", "Aw: ",
		"Fwd: ", "FW: ", "Fw: ", "WG: ", "SV: " };

	buf_add_span(out, lead_of(v));
	buf_adds(out, prefixes[way]);
	buf_add_span(out, span_trim(v));
	return true;
}

static bool
strip_words(struct span v, unsigned way, struct buf *out)
{
	struct span text = span_trim(v);

	for (unsigned i = 0; i <= way; i++) {
		while (text.n > 0 && !ascii_wsp(text.p[0]))
			text = span_from(text, 1);
		text = span_trim(text);
	}
	if (text.n == 0)
		return false;
	buf_add_span(out, lead_of(v));
	buf_add_span(out, text);
	return true;
}

static void
encode_way(struct span text, unsigned way, struct buf *out)
{
	static const char encodings[] = "BQbq";
	struct charset_style style = { way & 1 ? "utf-8" : "UTF-8",
		encodings[way >> 1 & 3], way >> 3 & 1 };

	charset_words_encode(text, &style, out);
}

enum { ENCODINGS = 16, RAW = 2 };

/* Text in UTF-8 as it is, in Latin-1 and in encoded words of many kinds. */
static bool
write_text(struct span text, unsigned way, struct buf *out)
{
	buf_addc(out, ' ');
	if (way == 0)
		buf_add_span(out, text);
	else if (way == 1)
		return charset_utf8_to_latin1(text, out);
	else
		encode_way(text, way - RAW, out);
	return true;
}

static bool
read_text(struct span v, struct buf *out)
{
	if (charset_words_decode(v, out))
		return true;
	out->n = 0;
	if (span_ascii(v))
		return false;
	if (span_utf8(v))
		buf_add_span(out, v);
	else
		return charset_latin1_to_utf8(v, out);
	return true;
}

static bool
encode_again(struct span v, unsigned way, struct buf *out)
{
	struct buf text = { 0 };
	bool ok = read_text(v, &text) &&
	    write_text(span_trim(buf_span(&text)), way, out);

	buf_free(&text);
	return ok;
}

static bool
strip_encoded_tag(struct span v, unsigned way, struct buf *out)
{
	struct buf text = { 0 }, less = { 0 };
	bool ok = read_text(v, &text) && strip_tag(buf_span(&text), 0, &less) &&
	    write_text(span_trim(buf_span(&less)), way, out);

	buf_free(&text);
	buf_free(&less);
	return ok;
}

/* The name before "<...>" with other quotes, or without it. */
static bool
rewrite_name(struct span v, unsigned way, struct buf *out)
{
	struct span text = span_trim(v), name;
	const char *open = text.n > 0 ? memchr(text.p, '<', text.n) : NULL;
	const char *via;

	if (open == NULL || text.p[text.n - 1] != '>')
		return false;
	name = span_trim((struct span){ text.p, (size_t)(open - text.p) });
	buf_addc(out, ' ');
	if (way == 0 || way == 2) {
		if (name.n > 1 && name.p[0] == '"')
			name = (struct span){ name.p + 1, name.n - 2 };
		via = way == 2 && name.n > 4 ?
		    memmem(name.p, name.n, " via ", 5) :
		    NULL;
		if (way == 2 && via == NULL)
			return false;
		if (via != NULL)
			name.n = (size_t)(via - name.p);
		buf_add_span(out, name);
		buf_addc(out, ' ');
	} else if (way == 1) {
		buf_addf(out, "\"%.*s\" ", (int)name.n, name.p);
	}
	text = span_from(text, (size_t)(open - text.p));
	if (way == 4)
		text = (struct span){ text.p + 1, text.n - 2 };
	buf_add_span(out, text);
	return true;
}

static bool
strip_comment(struct span v, unsigned way, struct buf *out)
{
	struct span text = span_trim(v);

	(void)way;
	if (text.n == 0 || text.p[text.n - 1] != ')')
		return false;
	while (text.n > 0 && text.p[text.n - 1] != '(')
		text.n--;
	if (text.n == 0)
		return false;
	text.n--;
	buf_add_span(out, lead_of(v));
	buf_add_span(out, span_trim(text));
	return true;
}

/* 0 to 2: without the last parameters; then other quotes around them. */
static bool
other_parameters(struct span v, unsigned way, struct buf *out)
{
	struct span text = span_trim(v);
	bool any = false;

	for (unsigned i = 0; way < 3 && i <= way; i++) {
		while (text.n > 0 && text.p[text.n - 1] != ';')
			text.n--;
		if (text.n == 0)
			return false;
		text.n--;
	}
	buf_add_span(out, lead_of(v));
	for (size_t i = 0; i < text.n; i++) {
		bool quoted = i + 1 < text.n && text.p[i + 1] == '"';

		if (way == 3 && text.p[i] == '"')
			any = true;
		else
			buf_addc(out, text.p[i]);
		if (way != 4 || text.p[i] != '=' || quoted)
			continue;
		buf_addc(out, '"');
		while (i + 1 < text.n && text.p[i + 1] != ';' &&
		    !ascii_space(text.p[i + 1]))
			buf_addc(out, text.p[++i]);
		buf_addc(out, '"');
		any = true;
	}
	return any || way < 3;
}

static bool
other_charset(struct span v, unsigned way, struct buf *out)
{
	return way == 0 ? charset_latin1_to_utf8(v, out) :
			  charset_utf8_to_latin1(v, out);
}

const struct fieldchange fieldchanges[] = {
	{ "refolded", "the field was folded or spaced otherwise", FIELD_ANY, 13,
	    unfold },
	{ "subject-tag-added", "a [tag] was put into the subject",
	    FIELD_SUBJECT, 1, strip_tag },
	{ "subject-prefix-added", "a prefix such as Re: was put before it",
	    FIELD_SUBJECT, 2, strip_prefix },
	{ "subject-words-added", "words were put before it", FIELD_SUBJECT, 4,
	    strip_words },
	{ "subject-prefix-removed", "a prefix such as Re: was removed",
	    FIELD_SUBJECT, 9, add_prefix },
	{ "re-encoded", "the text was encoded otherwise (RFC 2047)", FIELD_ANY,
	    ENCODINGS + RAW, encode_again },
	{ "subject-tag-added", "a [tag] was put into the encoded subject",
	    FIELD_SUBJECT, ENCODINGS + RAW, strip_encoded_tag },
	{ "display-name-changed", "the display name was changed", FIELD_ADDRESS,
	    5, rewrite_name },
	{ "parameters-changed", "parameters were added, removed or quoted",
	    FIELD_MIME, 5, other_parameters },
	{ "comment-added", "a comment was added", FIELD_ANY, 1, strip_comment },
	{ "charset-changed", "8-bit text was converted to another charset",
	    FIELD_ANY, 2, other_charset },
	{ 0 },
};
