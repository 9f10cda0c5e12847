#include "tool/output.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* A FIFO or a device is written to, and never replaced. */
static bool
open_special(struct output *o, const char *path, struct fault *f)
{
	o->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return o->fd >= 0 || fault_errno(f, EX_CANTCREAT, "%s", path);
}

static bool
is_stdout(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* Many files of one folder: it is named once. */
void
output_plan_all(char *const paths[], size_t n, struct sandbox *s)
{
	const char *named = NULL;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		size_t length = folder_length(paths[i]);
		bool plain = lstat(paths[i], &st) == 0 && S_ISREG(st.st_mode);

		if (plain && named != NULL && folder_length(named) == length &&
		    memcmp(named, paths[i], length) == 0)
			continue;
		output_plan(paths[i], s);
		named = plain ? paths[i] : named;
	}
}

void
output_plan(const char *path, struct sandbox *s)
{
	char *target, *folder;
	struct stat st;

	if (is_stdout(path))
		return;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		sandbox_write(s, path);
		return;
	}
	target = realpath(path, NULL);
	folder = newfile_folder(target != NULL ? target : path);
	sandbox_write(s, folder);
	free(folder);
	free(target);
}

bool
output_open(struct output *o, const char *path, struct fault *f)
{
	char *target = NULL;
	bool found, link;
	struct stat st;

	*o = (struct output){ .fd = STDOUT_FILENO, .name = "stdout" };
	if (is_stdout(path))
		return true;
	o->name = path;
	found = lstat(path, &st) == 0;
	link = found && S_ISLNK(st.st_mode);
	if (link)
		found = stat(path, &st) == 0;
	if (found && !S_ISREG(st.st_mode))
		return open_special(o, path, f);
	/* What a link leads to is replaced, not the link. */
	if (link)
		target = realpath(path, NULL);
	o->is_file = newfile_open(&o->file, target != NULL ? target : path, f);
	o->fd = o->file.fd;
	free(target);
	return o->is_file;
}

static mode_t
allowed(mode_t mode)
{
	mode_t mask = umask(077);

	(void)umask(mask);
	return mode & ~mask & 0777;
}

/* Owner and time of the file that is replaced. */
static bool
take_over(const struct output *o, const struct stat *like, struct fault *f)
{
	const struct timespec times[2] = { like->st_atim, like->st_mtim };

	if ((like->st_uid != geteuid() || like->st_gid != getegid()) &&
	    fchown(o->fd, like->st_uid, like->st_gid) != 0)
		return fault_errno(f, EX_CANTCREAT, "%s: owner", o->name);
	if (futimens(o->fd, times) != 0)
		return fault_errno(f, EX_CANTCREAT, "%s: time", o->name);
	return true;
}

bool
output_sync(char **folder, struct fault *f)
{
	bool ok = *folder == NULL || newfile_sync(*folder, f);

	free(*folder);
	*folder = NULL;
	return ok;
}

/* The folder of path is the one to sync; another one is synced first. */
static bool
sync_later(const char *path, char **folder, struct fault *f)
{
	char *own = newfile_folder(path);
	bool ok = true;

	if (*folder == NULL || strcmp(*folder, own) != 0) {
		ok = output_sync(folder, f);
		*folder = own;
	} else {
		free(own);
	}
	return ok;
}

bool
output_commit(struct output *o, enum output_old old, const struct stat *like,
    char **folder, struct fault *f)
{
	mode_t mode;

	if (!o->is_file)
		return true;
	mode = like == NULL    ? allowed(0666) :
	    old == OUTPUT_KEEP ? allowed(like->st_mode) :
				 like->st_mode & 07777;
	if (like != NULL && old == OUTPUT_REPLACE && !take_over(o, like, f))
		return false;
	o->file.owned = like != NULL;
	o->file.unsynced = folder != NULL;
	return newfile_commit(&o->file, mode, NULL, old == OUTPUT_REPLACE, f) &&
	    (folder == NULL || sync_later(o->file.path, folder, f));
}

void
output_close(struct output *o)
{
	if (o->is_file)
		newfile_close(&o->file);
	else if (o->fd > STDOUT_FILENO)
		(void)close(o->fd);
	*o = (struct output){ .fd = -1 };
}
