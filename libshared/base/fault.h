#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * A fault is why the program itself cannot go on (cannot open, cannot parse the
 * message, no memory).  What is wrong with a signature is no fault: see
 * dkim/verdict.h.  Plain data, nothing to free; {0} means "none yet".
 */
struct fault {
	int code;       /* a <sysexits.h> code, 0 when there is no fault */
	char text[400]; /* "what: why", printable ASCII, one line */
};

/*
 * Each fills *f and returns false, so that a function fails in one line:
 *	return fault_set(f, EX_DATAERR, "%s: no From: field", name);
 * fault_errno adds ": " and strerror(errno).  fault_context puts "fmt: " before
 * the text that is there.  Octets outside 0x20..0x7e come out as \xNN, because
 * much of what is quoted comes from strangers.
 */
bool fault_set(struct fault *f, int code, const char *fmt, ...) ATTR_PRINTF(3);
bool fault_errno(struct fault *f, int code, const char *fmt, ...)
    ATTR_PRINTF(3);
bool fault_context(struct fault *f, const char *fmt, ...) ATTR_PRINTF(2);

#endif
