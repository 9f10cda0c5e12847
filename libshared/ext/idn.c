#include "ext/idn.h"

#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#include "base/mem.h"

bool
idn_ascii(struct span name, enum idn_input input, struct buf *out)
{
	int flags = input == IDN_TYPED ? IDN2_NONTRANSITIONAL : IDN2_NO_TR46;
	uint8_t *ascii = NULL;
	char *text;
	int rc;

	if (name.n == 0 || memchr(name.p, '\0', name.n) != NULL)
		return false;
	text = mem_strndup(name.p, name.n);
	rc = idn2_lookup_u8((const uint8_t *)text, &ascii,
	    flags | IDN2_NFC_INPUT);
	free(text);
	if (rc == IDN2_MALLOC)
		mem_exhausted();
	if (rc != IDN2_OK)
		return false;
	buf_add_lower(out, span_str((const char *)ascii));
	idn2_free(ascii);
	return true;
}

bool
idn_punycode_ok(struct span name)
{
	char *text = mem_strndup(name.p, name.n);
	char *decoded = NULL;
	int rc = idn2_to_unicode_8z8z(text, &decoded, 0);

	free(text);
	idn2_free(decoded);
	if (rc == IDN2_MALLOC)
		mem_exhausted();
	return rc == IDN2_OK;
}
