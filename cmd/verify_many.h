#ifndef CMD_VERIFY_MANY_H
#define CMD_VERIFY_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ext/folder.h"
#include "ext/input.h"
#include "ext/workers.h"

/*
 * Goes through files, folders and mailboxes, message by message, alone or with
 * workers.  On a terminal a bar on standard error shows how far it is once that
 * has taken a second.
 */
struct many {
	bool mbox;   /* files are mailboxes */
	bool keep;   /* as for input_open */
	bool bar;    /* a bar is wanted */
	size_t jobs; /* processes that share the work */
	void *arg;
	/*
	 * The message of this number, from 1 on; name is NULL for standard input.
	 * Closes in.  In a worker what comes of it goes to many_pass_on.
	 */
	bool (*one)(void *arg, struct input *in, const char *name,
	    size_t number, struct fault *f);
	/* In the parent, in the order of the messages: what was passed on. */
	bool (*take)(void *arg, int status, struct span text, struct fault *f);
	/* One of several could not be done; the others go on. */
	void (*failed)(void *arg, const struct fault *f);

	struct paths files;
	bool folders; /* some of them were found in one */
	bool single;  /* it is one file, and named */
	struct workers workers;
	size_t number; /* of the message at hand */

	/* For the bar. */
	size_t done, total; /* 0: not known */
	int64_t began, shown;
	bool visible;
};

/* Folders become what is in them; what cannot be listed goes to failed. */
void many_list(struct many *m, char *paths[], size_t n);

/* False for the fault of a single file; those of others go to failed. */
ATTR_CHECK bool many_run(struct many *m, struct fault *f);

/* Is this a worker?  It has nothing more to do after many_run. */
bool many_is_worker(const struct many *m);
void many_pass_on(struct many *m, int status, struct span text);

#endif
