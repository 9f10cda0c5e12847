#ifndef REPORT_OUTCOME_H
#define REPORT_OUTCOME_H

#include <stdbool.h>

#include "dkim/verifier.h"

/* Which passes count: --require, --strict-alignment. */
struct acceptance {
	struct span
	    domain;   /* d= has to be this one, in A-labels; empty for any */
	bool aligned; /* d= has to agree with From: */
	bool strict;  /* as strict alignment has it */
};

/* What is said of a message that has no signature to judge. */
enum verdict outcome_unsigned(const struct verdicts *v);

bool outcome_counts(const struct result_one *r, const struct acceptance *a);

/*
 * One word for the message: pass if any signature passes that counts, else
 * temperror if there is any, else what the first signature has, but policy when
 * that is a pass that does not count.
 */
enum result outcome_of(const struct verdicts *v, const struct acceptance *a);

#endif
