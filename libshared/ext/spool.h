#ifndef EXT_SPOOL_H
#define EXT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/fault.h"

/*
 * Keeps octets until they are wanted again: up to LIMIT_SPOOL_MEMORY in memory,
 * all of them in a temporary file without a name beyond that.  Adding cannot
 * fail for the caller: the first error sticks and comes out of spool_copy.
 */
struct spool;

struct spool *spool_new(void);
void spool_add(struct spool *s, const void *p, size_t n);
/* Writes the n octets from offset on to the descriptor. */
ATTR_CHECK bool spool_copy(struct spool *s, uint64_t offset, uint64_t n, int to,
    const char *to_name, struct fault *f);
/* As input_again. */
ATTR_CHECK ssize_t spool_read(struct spool *s, uint64_t offset, void *p,
    size_t n, struct fault *f);
/* Whether everything added so far is safe; the fault says why not. */
ATTR_CHECK bool spool_ok(const struct spool *s, struct fault *f);
void spool_free(struct spool *s);

#endif
