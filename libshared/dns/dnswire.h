#ifndef DNS_DNSWIRE_H
#define DNS_DNSWIRE_H

#include <stddef.h>

/*
 * The octets of all TXT records in the answer of a reply, lengths of strings and
 * all, as the packet itself counts them; 0 for what is no reply.
 */
size_t dnswire_txt_octets(const unsigned char *p, size_t n);

#endif
