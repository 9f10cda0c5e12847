#ifndef REPORT_DKVERIFY_H
#define REPORT_DKVERIFY_H

#include <stdbool.h>

#include "base/attr.h"
#include "dkim/domainkeys.h"
#include "report/outcome.h"

/*
 * qmail's policy string, as in DKVERIFY=DEGIJKfh,CGHIJMQRkl: the letters of
 * DomainKeys results, a comma, the letters of DKIM results (dkim-verify(1) has
 * the tables).  Upper case refuses for good, lower case for now, what is not
 * listed is accepted.
 */
struct dkverify {
	struct span domainkeys, dkim; /* in the text that was parsed */
};

/* False for a letter that stands for no result, and without the comma. */
ATTR_CHECK bool dkverify_parse(const char *text, struct dkverify *out);

enum dkverify_action { DKVERIFY_ACCEPT, DKVERIFY_DEFER, DKVERIFY_REFUSE };

/* domainkeys is NULL where the message was not looked at for that. */
enum dkverify_action dkverify_judge(const struct dkverify *p,
    const struct verdicts *v, const struct acceptance *a,
    const struct domainkeys_result *domainkeys);

#endif
