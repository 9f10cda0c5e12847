/* What dkim-check says of the text of a record, against what verifying says. */
#include "check/lint.h"
#include "dkim/keyrec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = all_of(data, size);
	struct findings all = { 0 };
	enum verdict v = VERDICT_OPEN;
	struct linted key = { 0 };
	struct buf out = { 0 };
	struct keyrec k;
	bool usable, shaped;

	usable = lint_record(text, SPAN("name"), &key, &all);
	if (keyrec_parse(&k, text, &shaped, &v))
		keyrec_free(&k);
	else
		MUST(!usable);
	if (!usable)
		MUST(all.n > 0);
	findings_text(&all, &out);
	for (size_t i = 0; i < out.n; i++)
		MUST(out.p[i] == '\n' || (out.p[i] >= ' ' && out.p[i] <= '~'));
	out.n = 0;
	findings_json(&all, &out);
	MUST(span_utf8(buf_span(&out)));
	buf_free(&out);
	linted_free(&key);
	findings_free(&all);
	return 0;
}
