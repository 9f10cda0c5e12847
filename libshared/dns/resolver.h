#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"

/*
 * Where TXT records come from: name servers, or a master file that stands in
 * for all of them.  Callers do not see which.
 */
struct resolver;

/*
 * servers: n strings "ADDR[@PORT]", IPv4 or IPv6; none means the nameserver
 * lines of /etc/resolv.conf.  EX_USAGE when one fails resolver_server_ok, or
 * when they are more than LIMIT_NAMESERVERS.  They are asked in turn, beginning
 * with the one that answered last.  seconds is the time that all lookups of one
 * message may spend in resolver_wait together.
 */
ATTR_CHECK struct resolver *resolver_network(const char *const *servers,
    size_t n, unsigned seconds, struct fault *f);
bool resolver_server_ok(const char *server);

/*
 * Answers from an RFC 1035 master file and from nothing else: what is not in it
 * does not exist.  It needs no SOA; $INCLUDE and $GENERATE are refused.
 * EX_NOINPUT when it cannot be opened or is no regular file, EX_IOERR when
 * reading fails, EX_CONFIG when it is too long or does not parse; the fault
 * names the line, never its text.
 */
ATTR_CHECK struct resolver *resolver_zone(const char *path, struct fault *f);
void resolver_free(struct resolver *r);

/*
 * To be called before fork(2): what one of the processes has asked the others do
 * not ask again.  Without memory for that each asks for itself.
 */
void resolver_share(struct resolver *r);

enum lookup {
	LOOKUP_FOUND,
	LOOKUP_NONE,     /* no such name, no TXT record, CNAME to nothing */
	LOOKUP_TIMEOUT,  /* the time of this message ran out */
	LOOKUP_SERVFAIL, /* no server had an answer to use, or none was there */
	LOOKUP_BROKEN    /* a chain without end, records beyond the limits */
};

/* By their numbers.  Only dkim-check needs more than TXT. */
enum record_type {
	RECORD_A = 1,
	RECORD_NS = 2,
	RECORD_TXT = 16,
	RECORD_AAAA = 28,
	/* Met, and never asked for. */
	RECORD_CNAME = 5,
	RECORD_OTHER = 0
};

struct answer {
	enum lookup status;
	const char *why; /* string constant, for people; NULL when found */
	/*
	 * One record each.  TXT: its strings joined (RFC 6376 section 3.6.2.2),
	 * any octets, at most LIMIT_KEY_RECORD.  NS: a name that passes
	 * selector_ok, in lower case.  A and AAAA: the address as text.
	 */
	struct buf *v;
	size_t n;          /* 1 to LIMIT_TXT_RECORDS when found, else 0 */
	uint32_t ttl;      /* seconds, the least along the chain */
	bool dnssec;       /* the server set AD */
	bool signatures;   /* there are RRSIG records in it */
	bool tcp;          /* it came over TCP, not fitting into UDP */
	bool nxdomain;     /* the name, or that at the chain's end, is none */
	bool no_ipv6;      /* not asked: this host has no way to its network */
	size_t links;      /* of the CNAME chain */
	struct buf target; /* the name at its end; empty without links */
};

/*
 * Begins to look up the TXT records of name, without waiting; the number names
 * the lookup to resolver_wait.  Asking again for a name that is known or under
 * way gives the same number.  name: A-labels, no dot at the end, syntax already
 * checked with domain_ok.
 */
size_t resolver_ask(struct resolver *r, struct span name);

/* The same for other types. */
size_t resolver_ask_for(struct resolver *r, struct span name,
    enum record_type type);

/* Asks for DNSSEC signatures too; recursive: false for a zone's own servers. */
void resolver_inspect(struct resolver *r, bool recursive);

/*
 * No lookup waits beyond this moment of clock_ms, however much of the time given
 * to resolver_network is left.
 */
void resolver_until(struct resolver *r, int64_t end);

/*
 * Lets the lookups go on until fd can be read or there are none: to be called
 * before each read of what they do not depend on.
 */
void resolver_meanwhile(struct resolver *r, int fd);

/*
 * Waits until the lookup is decided.  The answer belongs to r and lives until
 * resolver_next or resolver_free.  Only time spent in here counts against the
 * seconds given to resolver_network.
 */
const struct answer *resolver_wait(struct resolver *r, size_t number);

/*
 * Another message begins: its time is full again.  What was found, or found
 * missing, stays known, what failed is forgotten; numbers become invalid.
 */
void resolver_next(struct resolver *r);

#endif
