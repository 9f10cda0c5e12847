#ifndef CHECK_MEANINGS_H
#define CHECK_MEANINGS_H

#include "check/findings.h"

enum severity { OK, NOTE, WARNING, ERROR, TEMPORARY };

struct meaning {
	enum severity severity;
	const char *code;   /* stable */
	const char *why;    /* it matters */
	const char *advice; /* NULL: nothing to do */
};

const struct meaning *meaning_of(enum finding_code code);

#endif
