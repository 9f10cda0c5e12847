/* The author in From:, and what became of the domain. */
#include "fuzz.h"
#include "mail/address.h"
#include "mail/domain.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = all_of(data, size), up;
	struct mailbox m = { 0 };
	const char *why = NULL;

	if (address_author(value, &m, &why)) {
		MUST(domain_ok(buf_span(&m.domain)));
		up = buf_span(&m.domain);
		while (domain_parent(up, &up))
			MUST(domain_within(buf_span(&m.domain), up));
		mailbox_free(&m);
	} else {
		MUST(why != NULL && printable(why));
		MUST(m.domain.n == 0 && m.local.n == 0);
	}
	(void)domain_ok(value);
	(void)selector_ok(value);
	return 0;
}
