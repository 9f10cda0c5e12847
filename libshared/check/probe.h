#ifndef CHECK_PROBE_H
#define CHECK_PROBE_H

#include <stdbool.h>

#include "check/findings.h"
#include "crypto/pubkey.h"
#include "dns/resolver.h"

/* A record to look for, and the key that it should hold. */
struct probe {
	struct span domain, selector; /* checked, as in mail/domain.h */
	bool compare;                 /* with these: */
	enum key_type type;
	struct span pub;     /* as for p= */
	const char *why_not; /* there is nothing to compare with; or NULL */
	bool offline;        /* a master file answers: nothing to say of DNS */
};

/*
 * Says everything about one answer to the question for that name.  dns is asked
 * for what the answer leaves open: is it a wildcard's, does the record stand
 * somewhere near?
 */
void probe_answer(const struct probe *p, const struct answer *a,
    struct resolver *dns, struct findings *out);

/* True when DNS did not tell, and that is said. */
bool probe_unknown(const struct answer *a, struct span name,
    struct findings *out);

/* Two servers say the same. */
bool probe_same(const struct answer *a, const struct answer *b);

#endif
