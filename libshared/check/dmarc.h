#ifndef CHECK_DMARC_H
#define CHECK_DMARC_H

#include "base/buf.h"
#include "dns/resolver.h"

/* Where the DMARC policy of a domain stands (RFC 9989 section 4.10). */
enum dmarc_state {
	DMARC_ABSENT,
	DMARC_FOUND,
	DMARC_UNKNOWN /* DNS did not tell */
};

struct dmarc {
	enum dmarc_state state;
	bool several; /* a name had more than one, which voids them */
	struct buf organization;  /* the Organizational Domain */
	struct buf at;            /* the domain whose policy it is */
	struct buf record;        /* its text */
	struct buf unknown;       /* the name of which DNS did not tell */
	const struct answer *why; /* owned by the resolver */
};

/* A tree walk of at most eight queries, one after the other. */
void dmarc_find(struct dmarc *d, struct span domain, struct resolver *dns);
void dmarc_free(struct dmarc *d);

#endif
