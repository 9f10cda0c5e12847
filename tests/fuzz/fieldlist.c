/* The lists of -H and -O, and the h= that comes of them. */
#include "dkim/fieldlist.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char block[] = "From: a@b.example\nTo: c\nTo: d\nX-A: 1\n";
	struct buf text = { 0 }, out = { 0 };
	struct fieldlist l = { 0 };
	struct fault f = { 0 };
	struct header h;
	char *half;

	buf_add(&text, data, size);
	buf_addc(&text, '\0');
	l.signed_names = text.p;
	half = memchr(text.p, '|', text.n);
	if (half != NULL) {
		*half = '\0';
		l.oversigned = half + 1;
	}
	header_split(&h, SPAN(block));
	if (!fieldlist_check(&l, &f))
		MUST(printable(f.text));
	else if (fieldlist_make(&l, &h, &out, &f))
		MUST(out.n >= 4 && memchr(out.p, '\n', out.n) == NULL);
	header_free(&h);
	buf_free(&out);
	buf_free(&text);
	return 0;
}
