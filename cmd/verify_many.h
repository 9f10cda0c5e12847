#ifndef CMD_VERIFY_MANY_H
#define CMD_VERIFY_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ext/input.h"

/*
 * Goes through files, folders and mailboxes, message by message.  On a terminal
 * a bar on standard error shows how far it is once that has taken a second.
 */
struct many {
	bool mbox; /* files are mailboxes */
	bool keep; /* as for input_open */
	bool bar;  /* a bar is wanted */
	void *arg;
	/* One message; name is NULL for standard input.  Closes in. */
	bool (*one)(void *arg, struct input *in, const char *name,
	    struct fault *f);
	/* One of several could not be done; the others go on. */
	void (*failed)(void *arg, const struct fault *f);

	/* For the bar. */
	size_t done, total; /* 0: not known */
	int64_t began, shown;
	bool visible;
};

/* False for the fault of a single file; those of others go to failed. */
ATTR_CHECK bool many_run(struct many *m, char *paths[], size_t n,
    struct fault *f);

#endif
