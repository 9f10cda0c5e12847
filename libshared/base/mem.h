#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/attr.h"

/*
 * Allocation that does not fail: when memory runs out these print one line and
 * end the process with EX_TEMPFAIL (75), because a mail system should then keep
 * the message and try again.  They end it by quick_exit(3), so that a program
 * that owes its caller another answer can give it with at_quick_exit(3).  Nothing
 * else in libshared/ but tool/cli.c ends the process.
 */
void *mem_alloc(size_t n);                          /* zeroed */
void *mem_grow(void *p, size_t count, size_t each); /* overflow-checked */
char *mem_strndup(const char *s, size_t n);         /* adds the NUL */
ATTR_NORETURN void mem_exhausted(void);

#endif
