#ifndef EXT_NEWFILE_H
#define EXT_NEWFILE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/span.h"

/*
 * A file that gets its name only when it is complete.  Until newfile_commit
 * nobody sees any of it under path, and nothing is left behind when the program
 * is stopped: where the system has O_TMPFILE it has no name at all before then,
 * elsewhere signals wait until it is closed.  So open it late.
 */
struct newfile {
	int fd;          /* write here */
	char *path;      /* what it will be called */
	char *temp;      /* its name until then, or NULL */
	bool blocked;    /* signals wait, for it has a name that must go */
	bool owned;      /* its owner and group are what they should be */
	bool unsynced;   /* its folder is left to newfile_sync */
	sigset_t before; /* the signal mask to go back to */
};

/*
 * EX_CANTCREAT when the folder of path takes no files.  EX_NOPERM for a set-id
 * program: path is the caller's word, the right to write there is not.
 */
ATTR_CHECK bool newfile_open(struct newfile *n, const char *path,
    struct fault *f);

/*
 * Gives the file its mode, whatever the umask, its group (a name, or NULL to
 * leave it), syncs it and gives it its name.  Without replace an existing file
 * of that name is left alone and this fails with EX_CANTCREAT; with replace it
 * is exchanged in one step, and unless a group is named or the file is owned those
 * who can read it, owner and group, can read this one (else EX_OSERR).
 */
ATTR_CHECK bool newfile_commit(struct newfile *n, mode_t mode,
    const char *group, bool replace, struct fault *f);

/* Forgets an uncommitted file; harmless after a commit. */
void newfile_close(struct newfile *n);

/* The three above for text that is at hand. */
ATTR_CHECK bool newfile_write(const char *path, mode_t mode, const char *group,
    bool replace, struct span text, struct fault *f);

/* The folder that path is in, to be freed. */
char *newfile_folder(const char *path);

/* Syncs the folder of path, so that the name lasts as well.  EX_IOERR. */
ATTR_CHECK bool newfile_sync(const char *path, struct fault *f);

/*
 * Makes path a symbolic link to target, instead of what was there, in one step.
 * EX_CANTCREAT, EX_IOERR.
 */
ATTR_CHECK bool newfile_link(const char *path, const char *target,
    struct fault *f);

#endif
