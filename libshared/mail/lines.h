#ifndef MAIL_LINES_H
#define MAIL_LINES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Looks in passing for what relays change (RFC 6376 section 5.3, RFC 5322
 * section 2.1.1).  {0} is a valid beginning.
 */
struct lines {
	size_t longest; /* octets, line ends left out */
	size_t current;
	bool cr;        /* the octet before was a CR */
	bool bare_cr;   /* there was one without LF */
	bool eight_bit; /* there was an octet over 127 */
};

void lines_add(struct lines *l, const void *p, size_t n);

#endif
