#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "dkim/domainkeys.h"
#include "dkim/verifier.h"
#include "report/explain.h"
#include "report/outcome.h"

/* One verified message, for output. */
struct report {
	const char *file; /* NULL for standard input */
	const struct verdicts *verdicts;
	const struct domainkeys_result *domainkeys; /* NULL: not asked for */
	const struct header *header;
	const struct acceptance *acceptance;
	const struct explain *explain; /* NULL without --explain */
	int64_t now;                   /* what was taken for the time */
	bool colour;                   /* report_text may use colours */
};

/*
 * Each appends one form of it, lines ended by LF.  All of them are plain ASCII,
 * or UTF-8 where json allows it; nothing from outside can end a line or a
 * string.
 */
void report_json(const struct report *r, struct buf *out); /* one line */
void report_kv(const struct report *r, struct buf *out);   /* a line each */
void report_tsv(const struct report *r, struct buf *out);  /* a line each */
void report_text(const struct report *r, struct buf *out); /* for people */

/* The line that names the columns of report_tsv. */
void report_tsv_head(struct buf *out);

/* "relaxed/simple"; nothing when the field was not read that far. */
void report_canonicalization(const struct sig *s, struct buf *out);

#endif
