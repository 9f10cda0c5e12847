/* A DKIM-Signature field. */
#include "base/limits.h"
#include "dkim/sig.h"
#include "crypto/crypto.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "DKIM-Signature:";
	enum verdict v = VERDICT_OPEN;
	unsigned char hash[DIGEST_MAX];
	struct buf block = { 0 };
	struct header h;
	struct sig s;

	buf_adds(&block, name);
	buf_add(&block, data, size);
	buf_adds(&block, "\nFrom: a@b.example\nTo: c\n");
	header_split(&h, buf_span(&block));
	for (size_t i = 0; i < h.n; i++) {
		v = VERDICT_OPEN;
		sig_parse(&s, &h.v[i], &v);
		if (v == VERDICT_OPEN) {
			struct digest *d = digest_new(HASH_SHA256);

			MUST(s.domain.n > 0 && s.selector.n > 0);
			MUST(s.query.n > 0 && s.query.n <= 253);
			MUST(s.nfields > 0 && s.nfields <= LIMIT_SIGNED_NAMES);
			MUST(sig_covers(&s, SPAN("from")) > 0);
			MUST(s.bh.n == 32 || s.bh.n == 20);
			sig_hash_header(&s, &h, &h.v[i], d);
			MUST(digest_end(d, hash) == 32);
			digest_free(d);
		}
		for (size_t k = 0; k < s.domain.n; k++)
			MUST(strchr("\r\n;\"(", s.domain.p[k]) == NULL);
		sig_free(&s);
	}
	header_free(&h);
	buf_free(&block);
	return 0;
}
