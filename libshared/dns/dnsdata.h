#ifndef DNS_DNSDATA_H
#define DNS_DNSDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/span.h"
#include "dns/resolver.h" /* struct answer */

/*
 * DNS records that are at hand - the answer section of a reply, or a whole
 * master file - and the lookup among them.
 */

/* RFC 1035 section 2.3.4: 255 octets in a message, less the root's. */
enum { DNSNAME_MAX = 254 };

/*
 * A domain name: its labels from the root down, each behind its length,
 * lower-case.  So the octets of a name begin those of every name below it.
 * The root has none.  Plain data, compared with memcmp.
 */
struct dnsname {
	size_t n;
	unsigned char k[DNSNAME_MAX];
};

/* From "a.example.com", without a dot at the end; no escapes. */
ATTR_CHECK bool dnsname_text(struct dnsname *name, struct span text);

/* From and to the uncompressed form of RFC 1035 section 3.1. */
ATTR_CHECK bool dnsname_wire(struct dnsname *name, const unsigned char *p,
    size_t n);
void dnsname_put(const struct dnsname *name, struct buf *out);

/* "a.example.com"; false, with out as it was, for octets no host name has. */
ATTR_CHECK bool dnsname_print(const struct dnsname *name, struct buf *out);

/* {0} is a valid empty one. */
struct dnsdata {
	struct dnsrecord *v;
	size_t n;
	size_t cap;
};

/*
 * Copies what it is given.  data: of RECORD_CNAME the octets of a struct dnsname,
 * of RECORD_OTHER none, else as in struct answer.  Of a TXT record only so much is
 * kept that it is still seen to be longer than LIMIT_KEY_RECORD.
 */
void dnsdata_add(struct dnsdata *d, const struct dnsname *owner,
    enum record_type type, uint32_t ttl, struct span data);

/* After the last dnsdata_add, before the first lookup. */
void dnsdata_sort(struct dnsdata *d);

/*
 * Fills *a with the records of name, or of the end of the CNAME chain that
 * begins there.  wildcards: the data is a zone, whose wildcards apply (RFC 4592
 * section 3.3); names in a reply stand for themselves.
 */
void dnsdata_answer(const struct dnsdata *d, const struct dnsname *name,
    enum record_type type, bool wildcards, struct answer *a);
void dnsdata_free(struct dnsdata *d);

#endif
