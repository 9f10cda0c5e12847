#ifndef EXT_COMMAND_H
#define EXT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/*
 * Another program, run without a shell: what stands in an argument stays one
 * argument, whatever octets it has.
 */
struct command {
	const char *const
	    *argv;         /* NULL behind the last; argv[0] as execvp(3) */
	struct span input; /* its standard input, at most 4096 octets */
	size_t max;        /* octets of output taken */
	int64_t seconds;   /* it has to be finished by then */
};

/*
 * Appends what it writes to out.  The program is a process group of its own,
 * which is killed, and waited for, when this gives up on it.
 *
 * EX_UNAVAILABLE when it cannot be run; EX_TEMPFAIL when it exits with another
 * status than 0, with the first line of its standard error in the text, ends by
 * a signal, or takes too long; EX_CONFIG when it writes too much; EX_NOPERM in
 * a process with the rights of two users.
 */
ATTR_CHECK bool command_run(const struct command *c, struct buf *out,
    struct fault *f);

#endif
