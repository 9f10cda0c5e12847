#include "tool/output.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

bool
output_open(struct output *o, const char *path, struct fault *f)
{
	*o = (struct output){ .fd = STDOUT_FILENO, .name = "stdout" };
	if (path == NULL || strcmp(path, "-") == 0)
		return true;
	if (!newfile_open(&o->file, path, f))
		return false;
	o->is_file = true;
	o->fd = o->file.fd;
	o->name = path;
	return true;
}

static mode_t
default_mode(void)
{
	mode_t mask = umask(077);

	(void)umask(mask);
	return 0666 & ~mask;
}

bool
output_commit(struct output *o, const struct stat *like, struct fault *f)
{
	if (!o->is_file)
		return true;
	if (like != NULL &&
	    (like->st_uid != geteuid() || like->st_gid != getegid()) &&
	    fchown(o->fd, like->st_uid, like->st_gid) != 0)
		return fault_errno(f, EX_CANTCREAT, "%s: owner", o->name);
	return newfile_commit(&o->file,
	    like != NULL ? like->st_mode & 07777 : default_mode(), NULL, true,
	    f);
}

void
output_close(struct output *o)
{
	if (o->is_file)
		newfile_close(&o->file);
	o->is_file = false;
}
