#ifndef TOOL_DNSREC_H
#define TOOL_DNSREC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

/* How a key record is written for whoever publishes it. */
enum dnsrec_format {
	DNSREC_ZONE, /* RFC 1035 master file */
	DNSREC_VALUE /* the text alone, for a web form */
};

ATTR_CHECK bool dnsrec_format_parse(const char *text, enum dnsrec_format *out);

/*
 * Appends one record.  domain and selector have passed domain_ok and
 * selector_ok; value is printable ASCII as keyrec_format writes it; ttl is in
 * seconds.
 */
void dnsrec_write(enum dnsrec_format format, struct span domain,
    struct span selector, struct span value, uint32_t ttl, struct buf *out);

#endif
