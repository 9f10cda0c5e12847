#ifndef DNS_DNSWIRE_H
#define DNS_DNSWIRE_H

#include <stddef.h>

#include "base/buf.h"
#include "dns/resolver.h" /* enum record_type */

/* What packets have in common (RFC 1035 section 4.1). */
enum {
	DNSWIRE_HEADER = 12, /* octets */
	DNSWIRE_OPT = 11     /* octets of an OPT record, RFC 6891 6.1.2 */
};

static inline unsigned
dnswire_u16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline void
dnswire_add_u16(struct buf *b, unsigned v)
{
	buf_addc(b, (char)(v >> 8 & 0xff));
	buf_addc(b, (char)(v & 0xff));
}

/*
 * The octets of all TXT records in the answer of a reply, lengths of strings and
 * all, as the packet itself counts them; 0 for what is no reply.
 */
size_t dnswire_txt_octets(const unsigned char *p, size_t n);

#endif
