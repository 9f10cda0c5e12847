#ifndef EXT_CHAIN_H
#define EXT_CHAIN_H

#include "base/fault.h"

/*
 * Chain loading: the program argv[0], looked for in PATH, takes over this process
 * and finds the file fd, from its beginning, on standard input.  Environment and
 * all other descriptors are as they were.  Comes back, with false, only when it
 * cannot be run: EX_UNAVAILABLE when there is no such program, EX_OSERR else.
 */
bool chain_exec(char *const argv[], int fd, struct fault *f);

#endif
