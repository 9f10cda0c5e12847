#ifndef EXT_SANDBOX_FILTER_H
#define EXT_SANDBOX_FILTER_H

#include <stdbool.h>

/*
 * For sandbox.c: the seccomp filter.  needs: of ext/sandbox.h.  False where there
 * is none: another system, another processor, a kernel without it.
 */
bool sandbox_filter(unsigned needs);

#endif
