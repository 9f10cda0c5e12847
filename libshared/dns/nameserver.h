#ifndef DNS_NAMESERVER_H
#define DNS_NAMESERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/limits.h"

/* An address to send queries to.  Plain data. */
struct nameserver {
	struct sockaddr_storage address;
	socklen_t length;
};

struct nameservers {
	struct nameserver v[LIMIT_NAMESERVERS];
	size_t n;
	size_t first; /* the one to ask first: it was the last to answer */
};

/*
 * "ADDR" or "ADDR@PORT": IPv4 in four decimal numbers, or IPv6, where
 * "%INTERFACE" may follow; the port is 53 unless given.
 */
ATTR_CHECK bool nameserver_parse(struct nameserver *s, const char *text);

/* EX_USAGE when one of the n is no address, or when they are too many. */
ATTR_CHECK bool nameservers_given(struct nameservers *s,
    const char *const *text, size_t n, struct fault *f);

/*
 * The nameserver lines of /etc/resolv.conf.  Lines that are not understood are
 * passed over; where none is left it is 127.0.0.1, as in resolv.conf(5).
 */
void nameservers_system(struct nameservers *s);

#endif
