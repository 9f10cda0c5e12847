#ifndef DNS_DNSQUERY_H
#define DNS_DNSQUERY_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "dns/dnsdata.h"
#include "dns/nameserver.h"
#include "dns/resolver.h" /* struct answer */

/*
 * One question, put to the servers one after the other until
 * one answers, over UDP and where the reply does not fit over TCP (RFC 7766).
 * Each server gets the query from a new socket, connected, with a random id, so
 * that nobody else's packets are taken for the reply (RFC 5452).  It never waits: the
 * caller polls.
 */
struct dnsquery;

/* The caller's, in milliseconds.  left stands still while nobody waits. */
struct dnstime {
	int64_t now;  /* of clock_ms, when last looked at */
	int64_t left; /* for waiting, until all is over */
};

struct dnsquestion {
	struct dnsname name;
	enum record_type type;
	bool
	    signatures; /* DO: DNSSEC signatures too (RFC 4035 section 3.2.1) */
	bool iterative; /* RD clear: the server is to know by itself */
};

static inline bool
dnsquestion_eq(const struct dnsquestion *a, const struct dnsquestion *b)
{
	return a->type == b->type && a->signatures == b->signatures &&
	    a->iterative == b->iterative && a->name.n == b->name.n &&
	    memcmp(a->name.k, b->name.k, b->name.n) == 0;
}

/* All but the question are borrowed; *answer is {0}. */
struct dnsquery *dnsquery_new(const struct dnsquestion *question,
    struct nameservers *servers, const struct dnstime *time,
    struct answer *answer);
void dnsquery_free(struct dnsquery *q);

/* Sends the first packet.  True when *answer is decided already. */
ATTR_CHECK bool dnsquery_begin(struct dnsquery *q);

/* What to poll for, and when dnsquery_step is due whatever poll says. */
struct pollfd dnsquery_poll(const struct dnsquery *q);
int64_t dnsquery_due(const struct dnsquery *q);

/* ready: the socket can be read or written.  True when *answer is decided. */
ATTR_CHECK bool dnsquery_step(struct dnsquery *q, bool ready);

#endif
