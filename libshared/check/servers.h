#ifndef CHECK_SERVERS_H
#define CHECK_SERVERS_H

#include <stddef.h>

#include "base/buf.h"
#include "check/probe.h"
#include "dns/resolver.h"

/* Name servers that are to be asked one by one; {0} is a valid empty list. */
struct servers {
	struct buf *names;     /* for people */
	struct buf *addresses; /* "ADDR@PORT", NUL at the end */
	size_t n;
};

/*
 * Adds the servers that the NS records of the zone in which name lies give, by
 * each of their addresses.  One that is among the n given, "ADDR[@PORT]", is
 * asked at the port given there, any other at port 53.
 */
void servers_of_zone(struct servers *s, struct span name,
    const char *const *given, size_t n, struct resolver *dns);

/* Adds those given. */
void servers_add(struct servers *s, const char *const *given, size_t n);
void servers_free(struct servers *s);

struct servers_how {
	struct span question; /* the name, or the end of its CNAME chain */
	bool recursive;       /* they are resolvers, not the zone's own */
	int64_t end;          /* of clock_ms, when all have had their time */
};

/*
 * Asks each of them and says where they differ; the answer of the first that
 * has one is judged as by probe_answer.  An IPv6 address counts for nothing
 * when this host has no way there and another server answers.
 */
void servers_probe(const struct servers *s, const struct servers_how *how,
    const struct probe *p, struct resolver *dns, struct findings *out);

#endif
