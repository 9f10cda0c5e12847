/* Authentication-Results: who claims to have written it. */
#include "fuzz.h"
#include "report/authres.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span whole = all_of(data, size);
	struct field f = { .raw = whole,
		.name = SPAN("Authentication-Results"),
		.value = whole };
	struct buf ours = { 0 };

	(void)authres_forged(&f, "mx.example.net");
	/* Whatever stands behind it, what begins with our name is ours. */
	buf_adds(&ours, " (c) MX.example.net ");
	buf_add(&ours, data, size);
	f.value = buf_span(&ours);
	if (size == 0 || data[0] == ';' || data[0] == '(')
		MUST(authres_forged(&f, "mx.example.net"));
	f.name = SPAN("Authentication-Result");
	MUST(!authres_forged(&f, "mx.example.net"));
	buf_free(&ours);
	return 0;
}
