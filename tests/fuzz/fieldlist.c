/* The lists of -H and -O, and the h= that comes of them. */
#include "dkim/fieldlist.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char block[] = "From: a@b.example\nTo: c\nTo: d\nX-A: 1\n";
	struct buf text = { 0 }, out = { 0 };
	const char *oversigned = NULL;
	struct fieldlist l;
	struct fault f = { 0 };
	struct header h;
	char *half;

	buf_add(&text, data, size);
	buf_addc(&text, '\0');
	half = memchr(text.p, '|', text.n);
	if (half != NULL) {
		*half = '\0';
		oversigned = half + 1;
	}
	header_split(&h, SPAN(block));
	if (!fieldlist_read(&l, text.p, oversigned, &f))
		MUST(printable(f.text));
	else if (fieldlist_make(&l, &h, &out, &f))
		MUST(out.n >= 4 && memchr(out.p, '\n', out.n) == NULL);
	fieldlist_free(&l);
	header_free(&h);
	buf_free(&out);
	buf_free(&text);
	return 0;
}
