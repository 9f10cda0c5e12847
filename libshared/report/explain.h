#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include <stddef.h>

#include "base/buf.h"
#include "tool/json.h"
#include "why/why.h"

/*
 * --explain for one message: keeps the body, up to LIMIT_EXPLAIN_BODY, while it
 * is read, and explains the signatures that do not pass, the first
 * LIMIT_SIGNATURES_JUDGED of them, within LIMIT_EXPLAIN_SECONDS for all.
 */
struct explain;

struct explain *explain_new(void);
void explain_add(void *e, const void *p, size_t n); /* a message_sink */
/* To be called once, after verifier_end; body of m is filled in here. */
void explain_run(struct explain *e, struct why_message *m);
void explain_free(struct explain *e); /* e may be NULL */

/* What there is to say of signature number i; nothing for a pass. */
void explain_text(const struct explain *e, size_t i, struct buf *out);
/* The value of the key "explain": an array. */
void explain_json(const struct explain *e, size_t i, struct json *j);

#endif
