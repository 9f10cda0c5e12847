#ifndef REPORT_DUMP_H
#define REPORT_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/fault.h"
#include "mail/header.h"

/*
 * --dump: the octets that are hashed, so that two implementations can be
 * compared with cmp(1).  For signature S of message M, both counted from 1, the
 * files M-S.header, M-S.body and M-S.hash in a folder; the last holds the hex of
 * the two hashes.  A signature that cannot be read that far has none.
 */
struct dump;

/*
 * The header parts are written at once.  NULL and EX_CANTCREAT when a file is
 * there already or cannot be made; dir has to exist.
 */
ATTR_CHECK struct dump *dump_begin(const char *dir, size_t message,
    const struct header *header, struct fault *f);
void dump_add(void *d, const void *p, size_t n); /* a message_sink */
/* The body files get their names; false also for what failed before. */
ATTR_CHECK bool dump_end(struct dump *d, struct fault *f);
void dump_free(struct dump *d); /* d may be NULL */

#endif
