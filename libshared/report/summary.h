#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "report/report.h"

/*
 * How often each result was met: a line for each domain, selector and code.
 * Beyond LIMIT_SUMMARY of them domain and selector are "*".  {0} is a valid
 * empty one.
 */
struct summary {
	struct summary_line *v; /* sorted by text */
	size_t n;
	uint64_t messages;
	uint64_t results[RESULT_PERMERROR + 1]; /* of messages */
};

/*
 * What is to be counted of a message, as lines, so that another process can do
 * it: its result, then a line for each signature.
 */
void summary_lines(const struct report *r, struct buf *out);
void summary_count(struct summary *s, struct span lines);
void summary_free(struct summary *s);

/* Each appends one form of it, lines ended by LF. */
void summary_text(const struct summary *s, struct buf *out);
void summary_tsv(const struct summary *s, struct buf *out);
void summary_json(const struct summary *s, struct buf *out);

#endif
