#include "tool/dnsrec.h"

#include <string.h>

enum { STRING = 255 }; /* RFC 1035 section 3.3 */

bool
dnsrec_format_parse(const char *text, enum dnsrec_format *out)
{
	static const char *const names[] = {
		[DNSREC_ZONE] = "zone",
		[DNSREC_VALUE] = "value",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], text) == 0) {
			*out = (enum dnsrec_format)i;
			return true;
		}
	return false;
}

/* A character-string; quoted, because ";" would begin a comment. */
static void
put_string(struct buf *out, struct span text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

static void
put_zone(struct span value, struct buf *out)
{
	const char *separator = value.n > STRING ? "(\n\t" : "";

	while (value.n > 0) {
		size_t n = value.n < STRING ? value.n : STRING;

		buf_adds(out, separator);
		put_string(out, (struct span){ value.p, n });
		value = span_from(value, n);
		separator = *separator != '\0' ? "\n\t" : "";
	}
}

void
dnsrec_write(enum dnsrec_format format, struct span domain,
    struct span selector, struct span value, uint32_t ttl, struct buf *out)
{
	if (format == DNSREC_VALUE) {
		buf_add_span(out, value);
	} else {
		buf_add_span(out, selector);
		buf_adds(out, "._domainkey.");
		buf_add_span(out, domain);
		buf_addf(out, ". %lu IN TXT ", (unsigned long)ttl);
		put_zone(value, out);
		if (value.n > STRING)
			buf_adds(out, " )");
	}
	buf_addc(out, '\n');
}
