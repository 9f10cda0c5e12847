/* A DNS reply. */
#include "base/limits.h"
#include "dns/dnsparse.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer a = { 0 };
	struct dnsreply reply;
	struct dnsname name;

	if (!dnsparse_reply(&reply, data, size))
		return 0;
	MUST(reply.rcode < 4096);
	if (dnsname_text(&name, SPAN("sel._domainkey.example.com"))) {
		dnsdata_answer(&reply.answer, &name, RECORD_TXT, false, &a);
		MUST((a.status == LOOKUP_FOUND) == (a.n > 0));
		MUST(a.n <= LIMIT_TXT_RECORDS);
		for (size_t i = 0; i < a.n; i++) {
			MUST(a.v[i].n <= LIMIT_KEY_RECORD);
			buf_free(&a.v[i]);
		}
		free(a.v);
		buf_free(&a.target);
	}
	dnsdata_free(&reply.answer);
	return 0;
}
