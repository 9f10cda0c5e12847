#ifndef EXT_FOLDER_H
#define EXT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/fault.h"

struct found {
	char *path;
	bool maildir; /* in a Maildir, so it is one message */
};

/* Files found, each path in its own storage.  {0} is a valid empty list. */
struct paths {
	struct found *v;
	size_t n;
};

void paths_add(struct paths *p, const char *path, bool maildir);
void paths_free(struct paths *p);

bool folder_is(const char *path);

/*
 * Adds the messages of a folder: of a Maildir, which has new/ and cur/, the files
 * in these two, and the Maildirs anywhere below it; of any other folder its files,
 * and what is in the folders below it.  All are sorted by name, files before
 * folders.  Left out: what begins with a dot, unless it is a Maildir; links to
 * folders; what is neither file nor folder.  A folder that cannot be read to its
 * end or is LIMIT_FOLDER_DEPTH deep is added itself, so that opening it fails; so is
 * a name that cannot be looked at.  EX_DATAERR beyond LIMIT_FOLDER.
 */
ATTR_CHECK bool folder_list(const char *path, struct paths *out,
    struct fault *f);

#endif
