#ifndef DKIM_DOMAINKEYS_H
#define DKIM_DOMAINKEYS_H

#include <stdbool.h>

#include "dkim/dksig.h"
#include "dns/resolver.h"

/*
 * DomainKeys (RFC 4870), DKIM's forerunner: what the topmost DomainKey-Signature
 * of an old message is worth.  It is rsa-sha1 always, and nothing said here
 * changes what DKIM says.
 */
struct domainkeys_result {
	const struct field *field; /* in the message's header; NULL: none */
	enum verdict verdict;
	struct dksig sig;
	unsigned key_bits; /* 0 when no key was seen */
	bool testing;      /* the key says t=y */
};

/* The word for it; a failing signature counts as neutral while testing. */
enum result domainkeys_result_of(const struct domainkeys_result *r);

/*
 *	d = domainkeys_begin(&m.header, min_key_bits, dns);
 *	message_body(&m, domainkeys_add, d, f);
 *	result = domainkeys_end(d);
 */
struct domainkeys;

struct domainkeys *domainkeys_begin(const struct header *header,
    unsigned min_key_bits, struct resolver *dns);
void domainkeys_add(void *d, const void *p, size_t n); /* a message_sink */
/* Waits for the key.  Owned by d. */
const struct domainkeys_result *domainkeys_end(struct domainkeys *d);
void domainkeys_free(struct domainkeys *d);

#endif
