#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/fault.h"
#include "ext/newfile.h"

/* Where a command writes: standard output, or a file that appears whole. */
struct output {
	int fd;           /* write here */
	const char *name; /* for faults */
	bool is_file;
	struct newfile file;
};

/* path NULL or "-" is standard output. */
ATTR_CHECK bool output_open(struct output *o, const char *path,
    struct fault *f);

/*
 * The file gets its name, replacing one that is there.  like: give it that
 * file's mode and owner; NULL: what the umask says.
 */
ATTR_CHECK bool output_commit(struct output *o, const struct stat *like,
    struct fault *f);
void output_close(struct output *o); /* nothing appears without a commit */

#endif
