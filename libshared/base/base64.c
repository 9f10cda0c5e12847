#include "base/base64.h"

const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;

	const char *digits = base64_digits;

	for (; n > 0; p += n < 3 ? n : 3, n -= n < 3 ? n : 3) {
		unsigned v = (unsigned)p[0] << 16 |
		    (n > 1 ? (unsigned)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);

		buf_addc(out, digits[v >> 18]);
		buf_addc(out, digits[v >> 12 & 63]);
		buf_addc(out, n > 1 ? digits[v >> 6 & 63] : '=');
		buf_addc(out, n > 2 ? digits[v & 63] : '=');
	}
}

/* What the octets from '+' to 'z' stand for. */
static const signed char values[] = { 62, -1, -1, -1, 63, 52, 53, 54, 55, 56,
	57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7,
	8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	-1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37,
	38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51 };

static int
digit_value(char c)
{
	size_t i = (size_t)(unsigned char)c - '+';

	return i < sizeof(values) ? values[i] : -1;
}

/* The octets of the last group: bits holds n digits, pad equals signs follow. */
static bool
last_group(struct buf *out, unsigned bits, unsigned n, unsigned pad)
{
	if (n == 0)
		return pad == 0;
	if (n == 1 || (pad > 0 && n + pad != 4))
		return false;
	bits <<= 6 * (4 - n);
	if ((bits & (n == 2 ? 0xffffu : 0xffu)) != 0)
		return false;
	buf_addc(out, (char)(bits >> 16));
	if (n == 3)
		buf_addc(out, (char)(bits >> 8));
	return true;
}

bool
base64_decode(struct buf *out, struct span text)
{
	size_t before = out->n;
	char *to;
	unsigned bits = 0, n = 0, pad = 0;

	buf_reserve(out, text.n / 4 * 3 + 3);
	to = out->p + before;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int v = digit_value(c);

		if (v < 0 && ascii_space(c))
			continue;
		if (c == '=' && pad < 2) {
			pad++;
			continue;
		}
		if (v < 0 || pad > 0)
			goto bad;
		bits = bits << 6 | (unsigned)v;
		if (++n < 4)
			continue;
		*to++ = (char)(bits >> 16);
		*to++ = (char)(bits >> 8);
		*to++ = (char)bits;
		bits = n = 0;
	}
	out->n = (size_t)(to - out->p);
	if (last_group(out, bits, n, pad))
		return true;
bad:
	out->n = before;
	return false;
}
