/* The date of a Received field, and the numbers of t= and x=. */
#include "fuzz.h"
#include "mail/date.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = all_of(data, size);
	const int64_t far = 400000000000; /* the year 14600 */
	uint64_t n;
	int64_t t;

	if (date_parse(text, &t))
		MUST(t > -far && t < far);
	if (date_received(text, &t))
		MUST(t > -far && t < far);
	if (span_u64(text, 12, &n))
		MUST(n <= 999999999999 && text.n <= 12);
	return 0;
}
