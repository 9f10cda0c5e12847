/* The header block, and its fields in canonical form. */
#include "dkim/canon.h"
#include "fuzz.h"
#include "mail/header.h"

static void
check_field(const struct field *f, struct span block)
{
	struct buf out = { 0 };

	MUST(lies_in(f->raw, block) && lies_in(f->name, f->raw) &&
	    lies_in(f->value, f->raw));
	MUST(f->name.n > 0 && memchr(f->name.p, ':', f->name.n) == NULL);
	for (int c = CANON_SIMPLE; c <= CANON_RELAXED; c++) {
		out.n = 0;
		canon_field((enum canon)c, f, &out);
		MUST(out.n >= 3 && memcmp(out.p + out.n - 2, "\r\n", 2) == 0);
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span block = all_of(data, size);
	struct header_pick pick;
	struct header h;

	header_split(&h, block);
	for (size_t i = 0; i < h.n; i++) {
		check_field(&h.v[i], block);
		MUST(header_count(&h, h.v[i].name) >= 1);
		MUST(header_find(&h, h.v[i].name) <= &h.v[i]);
	}
	MUST(header_longest_line(&h) <= size);
	header_pick_begin(&pick, &h);
	for (size_t i = 0; i < h.n; i++)
		MUST(header_pick(&pick, h.v[i].name, NULL) != NULL);
	if (h.n > 0)
		MUST(header_pick(&pick, h.v[0].name, NULL) == NULL);
	header_pick_end(&pick);
	header_free(&h);
	return 0;
}
