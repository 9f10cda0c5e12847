#include "mail/lines.h"

void
lines_add(struct lines *l, const void *data, size_t n)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i++) {
		if (l->cr && p[i] != '\n')
			l->bare_cr = true;
		l->eight_bit = l->eight_bit || p[i] > 0x7f;
		if (p[i] == '\n')
			l->current = 0;
		else if (++l->current - (p[i] == '\r') > l->longest)
			l->longest = l->current - (p[i] == '\r');
		l->cr = p[i] == '\r';
	}
}
