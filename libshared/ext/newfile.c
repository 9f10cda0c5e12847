#include "ext/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ext/file.h"
#include "ext/platform.h"

char *
newfile_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? mem_strndup(".", 1) :
			       mem_strndup(path, (size_t)(slash - path) + 1);
}

/* A name beside path that nothing else uses: path, a dot, random letters. */
static char *
temporary_name(const char *path)
{
	struct buf name = { 0 };

	buf_addf(&name, "%s.XXXXXX", path);
	buf_addc(&name, '\0');
	return name.p;
}

#ifdef O_TMPFILE
static int
open_nameless(const char *folder)
{
	/* The name is given through /proc, so that has to be there. */
	if (access("/proc/self/fd", X_OK) != 0)
		return -1;
	return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

static int
link_nameless(int fd, const char *path)
{
	char self[64];

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}
#else
static int
open_nameless(const char *folder)
{
	(void)folder;
	return -1;
}

static int
link_nameless(int fd, const char *path)
{
	(void)fd;
	(void)path;
	return -1;
}
#endif

static void
block_signals(struct newfile *n)
{
	sigset_t all;

	if (n->blocked)
		return;
	(void)sigfillset(&all);
	n->blocked = sigprocmask(SIG_BLOCK, &all, &n->before) == 0;
}

static void
unblock_signals(struct newfile *n)
{
	if (n->blocked)
		(void)sigprocmask(SIG_SETMASK, &n->before, NULL);
	n->blocked = false;
}

bool
newfile_open(struct newfile *n, const char *path, struct fault *f)
{
	char *folder;

	if (geteuid() != getuid() || getegid() != getgid()) {
		*n = (struct newfile){ .fd = -1 };
		return fault_set(f, EX_NOPERM,
		    "%s: not written with rights that are not the caller's",
		    path);
	}
	folder = newfile_folder(path);
	*n = (struct newfile){ .path = mem_strndup(path, strlen(path)) };
	n->fd = open_nameless(folder);
	if (n->fd < 0) {
		block_signals(n);
		n->temp = temporary_name(path);
		n->fd = mkostemp(n->temp, O_CLOEXEC);
	}
	if (n->fd < 0) {
		(void)fault_errno(f, EX_CANTCREAT, "%s", path);
		free(n->temp);
		n->temp = NULL;
		newfile_close(n);
	}
	free(folder);
	return n->fd >= 0;
}

/* Whoever reads the file that this one replaces reads this one as well. */
static bool
keep_readers(const struct newfile *n, mode_t *mode, struct fault *f)
{
	struct stat old;
	bool shared;

	if (stat(n->path, &old) != 0)
		return errno == ENOENT ||
		    fault_errno(f, EX_CANTCREAT, "%s", n->path);
	shared = (old.st_mode & S_IRGRP) != 0;
	if (shared)
		*mode |= S_IRGRP;
	return fchown(n->fd, old.st_uid, shared ? old.st_gid : (gid_t)-1) ==
	    0 ||
	    fault_errno(f, EX_OSERR, "%s: its owner and group", n->path);
}

static bool
set_owner(const struct newfile *n, mode_t mode, const char *group,
    struct fault *f)
{
	if (group != NULL) {
		struct group *g;

		platform_groups();
		errno = 0;
		if ((g = getgrnam(group)) == NULL)
			return fault_set(f, EX_CONFIG, "group %s: %s", group,
			    errno != 0 ? strerror(errno) : "no such group");
		if (fchown(n->fd, (uid_t)-1, g->gr_gid) != 0)
			return fault_errno(f, EX_OSERR, "%s", n->path);
	}
	if (fchmod(n->fd, mode) != 0)
		return fault_errno(f, EX_OSERR, "%s", n->path);
	return true;
}

/* Another name beside path: rename(2) replaces, link(2) does not. */
static bool
name_beside(struct newfile *n)
{
	struct buf name = { 0 };
	int made;

	do {
		name.n = 0;
		buf_addf(&name, "%s.%08lx", n->path,
		    (unsigned long)platform_random());
		buf_addc(&name, '\0');
		made = link_nameless(n->fd, name.p);
	} while (made != 0 && errno == EEXIST);
	if (made == 0)
		n->temp = name.p;
	else
		free(name.p);
	return made == 0;
}

/* link(2) refuses an existing name, so of two writers only one wins. */
static bool
give_name(struct newfile *n, bool replace, struct fault *f)
{
	bool nameless = n->temp == NULL;
	int made;

	if (replace)
		made = nameless && !name_beside(n) ? -1 :
						     rename(n->temp, n->path);
	else
		made = nameless ? link_nameless(n->fd, n->path) :
				  link(n->temp, n->path);
	return made == 0 || fault_errno(f, EX_CANTCREAT, "%s", n->path);
}

bool
newfile_sync(const char *path, struct fault *f)
{
	char *folder = newfile_folder(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (!ok)
		(void)fault_errno(f, EX_IOERR, "%s", folder);
	if (fd >= 0)
		(void)close(fd);
	free(folder);
	return ok;
}

bool
newfile_commit(struct newfile *n, mode_t mode, const char *group, bool replace,
    struct fault *f)
{
	bool ok;

	if (replace && group == NULL && !n->owned && !keep_readers(n, &mode, f))
		return false;
	if (!set_owner(n, mode, group, f))
		return false;
	if (fsync(n->fd) != 0)
		return fault_errno(f, EX_IOERR, "%s", n->path);
	block_signals(n);
	ok = give_name(n, replace, f);
	if (n->temp != NULL && !(ok && replace))
		(void)unlink(n->temp);
	free(n->temp);
	n->temp = NULL;
	unblock_signals(n);
	return ok && (n->unsynced || newfile_sync(n->path, f));
}

void
newfile_close(struct newfile *n)
{
	if (n->fd >= 0)
		(void)close(n->fd);
	if (n->temp != NULL)
		(void)unlink(n->temp);
	unblock_signals(n);
	free(n->temp);
	free(n->path);
	*n = (struct newfile){ .fd = -1 };
}

bool
newfile_write(const char *path, mode_t mode, const char *group, bool replace,
    struct span text, struct fault *f)
{
	struct newfile n;
	bool ok;

	if (!newfile_open(&n, path, f))
		return false;
	ok = file_write(n.fd, path, text.p, text.n, f) &&
	    newfile_commit(&n, mode, group, replace, f);
	newfile_close(&n);
	return ok;
}

bool
newfile_link(const char *path, const char *target, struct fault *f)
{
	struct buf temp = { 0 };
	sigset_t all, before;
	int made;
	bool ok;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	do {
		temp.n = 0;
		buf_addf(&temp, "%s.%08lx", path,
		    (unsigned long)platform_random());
		buf_addc(&temp, '\0');
		made = symlink(target, temp.p);
	} while (made != 0 && errno == EEXIST);
	ok = made == 0 && rename(temp.p, path) == 0;
	if (!ok) {
		(void)fault_errno(f, EX_CANTCREAT, "%s", path);
		if (made == 0)
			(void)unlink(temp.p);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	buf_free(&temp);
	return ok && newfile_sync(path, f);
}
