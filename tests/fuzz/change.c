/*
 * The changes that --explain undoes, each by itself, and the conversions they
 * are made of: there and back again.
 */
#include "dkim/qp.h"
#include "fuzz.h"
#include "why/bodychange.h"
#include "why/boundary.h"
#include "why/charset.h"
#include "why/fieldchange.h"

static void
check_bodies(struct span text)
{
	struct buf body = { 0 }, out = { 0 };
	struct span boundary;

	bodychange_network(text, &body);
	for (size_t i = 0; i < body.n; i++)
		MUST(body.p[i] != '\n' || (i > 0 && body.p[i - 1] == '\r'));
	for (const struct bodychange *c = bodychanges; c->code != NULL; c++) {
		out.n = 0;
		(void)c->undo(buf_span(&body), &out);
	}
	for (const struct bodychange *c = bodyquirks; c->code != NULL; c++) {
		out.n = 0;
		(void)c->undo(buf_span(&body), &out);
	}
	out.n = 0;
	if (boundary_in(buf_span(&body), &boundary))
		(void)boundary_replace(buf_span(&body), boundary, SPAN("other"),
		    &out);
	if (boundary_of(text, &boundary))
		MUST(lies_in(boundary, text));
	buf_free(&body);
	buf_free(&out);
}

static void
check_fields(struct span text)
{
	struct buf out = { 0 };

	for (const struct fieldchange *c = fieldchanges; c->code != NULL; c++)
		for (unsigned way = 0; way < c->ways; way++) {
			out.n = 0;
			(void)c->undo(text, way, &out);
		}
	buf_free(&out);
}

static void
check_words(struct span text)
{
	static const char encodings[] = "BbQq";
	struct buf words = { 0 }, out = { 0 };

	for (size_t i = 0; i < 8; i++) {
		struct charset_style style = { "UTF-8", encodings[i / 2],
			i % 2 != 0 };

		words.n = out.n = 0;
		charset_words_encode(text, &style, &words);
		if (text.n > 0 && span_utf8(text) &&
		    charset_words_decode(buf_span(&words), &out))
			MUST(span_eq(buf_span(&out), text));
	}
	buf_free(&words);
	buf_free(&out);
}

static void
check_charsets(struct span text)
{
	struct buf there = { 0 }, back = { 0 };

	if (charset_latin1_to_utf8(text, &there)) {
		MUST(span_utf8(buf_span(&there)));
		MUST(charset_utf8_to_latin1(buf_span(&there), &back));
		MUST(span_eq(buf_span(&back), text));
	}
	there.n = back.n = 0;
	qp_encode(&there, text, ";");
	MUST(qp_decode(&back, buf_span(&there)));
	MUST(span_eq(buf_span(&back), text));
	back.n = 0;
	(void)qp_decode(&back, text);
	there.n = back.n = 0;
	(void)charset_qp_encode(text, &there);
	(void)charset_qp_decode_parts(buf_span(&there), &back);
	buf_free(&there);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = all_of(data, size);

	check_bodies(text);
	check_fields(text);
	check_words(text);
	check_charsets(text);
	return 0;
}
