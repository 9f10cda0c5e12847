/* A DomainKey-Signature field, and the text of a record as its key. */
#include "dkim/dksig.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum verdict v = VERDICT_OPEN;
	struct buf block = { 0 };
	struct header h;
	struct dksig s;
	struct dkkey k;
	bool shaped;

	buf_adds(&block, "DomainKey-Signature:");
	buf_add(&block, data, size);
	buf_adds(&block, "\nFrom: a@b.example\nTo: c\n");
	header_split(&h, buf_span(&block));
	for (size_t i = 0; i < h.n; i++) {
		v = VERDICT_OPEN;
		dksig_parse(&s, &h.v[i], &v);
		if (v == VERDICT_OPEN)
			MUST(s.domain.n > 0 && s.selector.n > 0 &&
			    s.query.n > 0 && s.query.n <= 253 && s.b.n > 0);
		for (size_t k2 = i; k2 < h.n; k2++)
			(void)dksig_covers(&s, &h.v[i], &h.v[k2]);
		dksig_free(&s);
	}
	header_free(&h);
	buf_free(&block);
	v = VERDICT_OPEN;
	if (dkkey_parse(&k, all_of(data, size), &shaped, &v)) {
		MUST(shaped);
		dkkey_free(&k);
	} else {
		MUST(v != VERDICT_OPEN && v != VERDICT_OK);
	}
	return 0;
}
