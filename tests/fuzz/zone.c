/* A master file, and a lookup in it. */
#include <sysexits.h>

#include "dns/dnsparse.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dnsdata zone = { 0 };
	struct answer a = { 0 };
	struct dnsname name;
	struct fault f = { 0 };

	if (!dnsparse_zone(&zone, all_of(data, size), "zone", &f))
		MUST(f.code == EX_CONFIG && printable(f.text));
	dnsdata_sort(&zone);
	if (dnsname_text(&name, SPAN("sel._domainkey.example.com"))) {
		dnsdata_answer(&zone, &name, RECORD_TXT, true, &a);
		MUST((a.status == LOOKUP_FOUND) == (a.n > 0));
		for (size_t i = 0; i < a.n; i++)
			buf_free(&a.v[i]);
		free(a.v);
		buf_free(&a.target);
	}
	dnsdata_free(&zone);
	return 0;
}
