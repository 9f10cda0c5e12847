#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ext/newfile.h"
#include "ext/sandbox.h"

/*
 * Where a command writes: standard output, a regular file that appears whole, or
 * something else that has a name, such as a FIFO or a device.
 */
struct output {
	int fd;           /* write here */
	const char *name; /* for faults */
	bool is_file;     /* file is in use */
	struct newfile file;
};

/*
 * path NULL or "-" is standard output.  What path links to is what counts.  To
 * be called when there is something to write: see newfile.h.
 */
ATTR_CHECK bool output_open(struct output *o, const char *path,
    struct fault *f);

/* Says that output_open will be called with path, or with each of n paths. */
void output_plan(const char *path, struct sandbox *s);
void output_plan_all(char *const paths[], size_t n, struct sandbox *s);

/* What becomes of a file that is there already. */
enum output_old {
	OUTPUT_REPLACE, /* gone, in one step */
	OUTPUT_KEEP     /* stays, and this fails */
};

/*
 * The file gets its name.  like is the file it is made from, or NULL.  One that
 * replaces it gets its mode, owner and time of change; a new one its mode, as far
 * as the umask allows.
 *
 * Then the name is synced as well, that is its folder; with several files to come
 * *folder keeps that in mind, NULL at first, until one goes into another folder or
 * output_sync is called.  A folder without names to come: NULL.
 */
ATTR_CHECK bool output_commit(struct output *o, enum output_old old,
    const struct stat *like, char **folder, struct fault *f);
ATTR_CHECK bool output_sync(char **folder, struct fault *f);
void output_close(struct output *o); /* nothing appears without a commit */

#endif
