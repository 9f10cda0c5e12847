/* A tag list, of either kind, and the lists with colons in it. */
#include "dkim/taglist.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = all_of(data, size), rest, item;
	struct taglist t;

	for (int kind = TAGLIST_FIELD; kind <= TAGLIST_RECORD; kind++) {
		if (taglist_parse(&t, text, (enum taglist_kind)kind) !=
		    TAGLIST_OK)
			continue;
		MUST(t.n <= LIMIT_TAGS);
		for (size_t i = 0; i < t.n; i++) {
			MUST(lies_in(t.v[i].name, text) && t.v[i].name.n > 0);
			MUST(lies_in(t.v[i].value, t.v[i].raw));
			MUST(lies_in(t.v[i].raw, text));
			for (size_t j = 0; j < i; j++)
				MUST(!span_eq(t.v[i].name, t.v[j].name));
			rest = t.v[i].value;
			while (taglist_item(&rest, &item))
				MUST(lies_in(item, t.v[i].value));
		}
	}
	return 0;
}
