#ifndef DNS_DNSPARSE_H
#define DNS_DNSPARSE_H

/* The only door to ldns: dnsparse.c alone includes <ldns/...>. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/span.h"
#include "dns/dnsdata.h"

struct dnsreply {
	unsigned rcode;        /* with the upper bits that EDNS adds */
	struct dnsdata answer; /* the answer section, sorted */
	bool signatures;       /* RRSIG records among it */
};

/*
 * Takes a reply apart.  Whether it belongs to the query is the caller's
 * concern.  False, with nothing to free, when it is not well-formed.
 */
ATTR_CHECK bool dnsparse_reply(struct dnsreply *reply, const unsigned char *p,
    size_t n);

/*
 * Reads a master file (RFC 1035 section 5) that needs no SOA; names are
 * relative to the root until $ORIGIN says otherwise.  Only $ORIGIN and $TTL are
 * known.  EX_CONFIG on anything that is not right, naming path and line but
 * never the text there; *zone is to be freed all the same.
 */
ATTR_CHECK bool dnsparse_zone(struct dnsdata *zone, struct span text,
    const char *path, struct fault *f);

#endif
