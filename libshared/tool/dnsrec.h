#ifndef TOOL_DNSREC_H
#define TOOL_DNSREC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/* How a key record is written for whoever publishes it. */
enum dnsrec_format {
	DNSREC_ZONE,      /* RFC 1035 master file */
	DNSREC_VALUE,     /* the text alone, for a web form */
	DNSREC_TINYDNS,   /* a line of tinydns-data(8) */
	DNSREC_NSUPDATE,  /* commands of nsupdate(1) that replace the record */
	DNSREC_UNBOUND,   /* unbound.conf(5) */
	DNSREC_DNSMASQ,   /* dnsmasq.conf */
	DNSREC_JSON,      /* one object a line */
	DNSREC_ROUTE53,   /* a change batch of AWS Route 53 */
	DNSREC_CLOUDFLARE /* the body of a request to Cloudflare's API */
};

ATTR_CHECK bool dnsrec_format_parse(const char *text, enum dnsrec_format *out);
extern const char *const dnsrec_format_names; /* all of them, for people */

/*
 * One record.  domain and selector have passed domain_ok and selector_ok; value
 * is printable ASCII as keyrec_format writes it; ttl is in seconds.
 */
struct dnsrec {
	struct span domain, selector, value;
	uint32_t ttl;
};

/*
 * Writes n records, n at least 1.  EX_DATAERR, with out as it was, for one that
 * the program which reads the format would not take.
 */
ATTR_CHECK bool dnsrec_write(enum dnsrec_format format, const struct dnsrec *v,
    size_t n, struct buf *out, struct fault *f);

#endif
