#ifndef EXT_FOLDER_H
#define EXT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/fault.h"

/* Paths, each in its own storage. */
struct paths {
	char **v;
	size_t n;
};

void paths_add(struct paths *p, const char *path);
void paths_free(struct paths *p);

bool folder_is(const char *path);

/*
 * Adds the messages of a Maildir, which are the files in its new/ and cur/, or
 * of any other folder, which are its files; sorted by name, without those that
 * begin with a dot and without folders in it.  EX_NOINPUT when it cannot be
 * read, EX_DATAERR beyond LIMIT_FOLDER.
 */
ATTR_CHECK bool folder_list(const char *path, struct paths *out,
    struct fault *f);

#endif
