#include "dkim/qp.h"

#include <string.h>

static bool
safe(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '=' && c != ';';
}

void
qp_encode(struct buf *out, struct span text, const char *also)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (safe(c) && strchr(also, c) == NULL)
			buf_addc(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
	}
}

static int
hex_value(char c)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(hex, c) : NULL;

	return at != NULL ? (int)(at - hex) : -1;
}

bool
qp_decode(struct buf *out, struct span text)
{
	size_t before = out->n;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int high, low;

		if (ascii_space(c))
			continue;
		if (c != '=') {
			/* RFC 8616 section 4 lets UTF-8 stand as it is. */
			if (!safe((unsigned char)c) && (unsigned char)c < 0x80)
				goto bad;
			buf_addc(out, c);
			continue;
		}
		if (text.n - i < 3 || (high = hex_value(text.p[i + 1])) < 0 ||
		    (low = hex_value(text.p[i + 2])) < 0)
			goto bad;
		buf_addc(out, (char)(high << 4 | low));
		i += 2;
	}
	return true;
bad:
	out->n = before;
	return false;
}
