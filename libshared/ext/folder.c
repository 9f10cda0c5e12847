#include "ext/folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

void
paths_add(struct paths *p, const char *path)
{
	/* Room doubles at every power of two. */
	if ((p->n & (p->n - 1)) == 0)
		p->v = mem_grow(p->v, p->n > 0 ? 2 * p->n : 1, sizeof(*p->v));
	p->v[p->n++] = mem_strndup(path, strlen(path));
}

void
paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	free(p->v);
	*p = (struct paths){ 0 };
}

bool
folder_is(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *
join(const char *folder, const char *name)
{
	size_t n = strlen(folder);
	struct buf path = { 0 };

	buf_addf(&path, "%s%s%s", folder,
	    n > 0 && folder[n - 1] == '/' ? "" : "/", name);
	buf_addc(&path, '\0');
	return path.p;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
list_files(const char *path, struct paths *out, struct fault *f)
{
	size_t first = out->n;
	const struct dirent *entry;
	DIR *d = opendir(path);

	if (d == NULL)
		return fault_errno(f, EX_NOINPUT, "%s", path);
	while ((entry = readdir(d)) != NULL && out->n < LIMIT_FOLDER) {
		char *file;

		if (entry->d_name[0] == '.')
			continue;
		file = join(path, entry->d_name);
		if (!folder_is(file))
			paths_add(out, file);
		free(file);
	}
	(void)closedir(d);
	if (out->n >= LIMIT_FOLDER)
		return fault_set(f, EX_DATAERR, "%s: too many files", path);
	if (out->n > first)
		qsort(out->v + first, out->n - first, sizeof(*out->v), by_name);
	return true;
}

bool
folder_list(const char *path, struct paths *out, struct fault *f)
{
	char *fresh = join(path, "new"), *seen = join(path, "cur");
	bool ok;

	if (folder_is(fresh) && folder_is(seen))
		ok = list_files(fresh, out, f) && list_files(seen, out, f);
	else
		ok = list_files(path, out, f);
	free(fresh);
	free(seen);
	return ok;
}
