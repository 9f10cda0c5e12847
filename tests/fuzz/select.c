/*
 * Which fields a list of names selects, against the words of RFC 6376 section
 * 5.4.2: from the bottom up, each field once.  Up to the first NUL the list,
 * colons between the names; behind it the header.
 */
#include "fuzz.h"
#include "mail/header.h"

static const struct field *
naive_pick(const struct header *h, bool *used, struct span name)
{
	for (size_t i = h->n; i > 0; i--)
		if (!used[i - 1] && span_eq_nocase(h->v[i - 1].name, name)) {
			used[i - 1] = true;
			return &h->v[i - 1];
		}
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	struct span list, name;
	struct header_pick pick;
	struct header h;
	bool *used;

	if (nul == NULL)
		return 0;
	list = all_of(data, (size_t)(nul - data));
	header_split(&h, all_of(nul + 1, size - (size_t)(nul - data) - 1));
	used = calloc(h.n + 1, sizeof(*used));
	MUST(used != NULL);
	header_pick_begin(&pick, &h);
	while (span_cut(&list, ':', &name)) {
		size_t count = 0;

		MUST(header_pick(&pick, name, NULL) ==
		    naive_pick(&h, used, name));
		for (size_t i = 0; i < h.n; i++)
			count += span_eq_nocase(h.v[i].name, name);
		MUST(header_count(&h, name) == count);
	}
	header_pick_end(&pick);
	free(used);
	header_free(&h);
	return 0;
}
