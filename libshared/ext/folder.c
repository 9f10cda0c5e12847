#include "ext/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

/* A folder that is still to be looked into. */
struct pending {
	char *path;
	size_t depth;
	bool files, folders; /* what is wanted of it */
	bool maildir;        /* it is one, or a part of one */
	bool below_maildir;
};

/* One folder is open at a time, whatever their depth. */
struct search {
	struct paths *out;
	struct pending *v; /* the next one is the last */
	size_t n;
};

/* Room doubles at every power of two. */
static void *
room(void *v, size_t n, size_t each)
{
	return (n & (n - 1)) == 0 ? mem_grow(v, n > 0 ? 2 * n : 1, each) : v;
}

void
paths_add(struct paths *p, const char *path, bool maildir)
{
	p->v = room(p->v, p->n, sizeof(*p->v));
	p->v[p->n++] = (struct found){ .path = mem_strndup(path, strlen(path)),
		.maildir = maildir };
}

void
paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].path);
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

static bool
is_maildir(const char *path)
{
	char *fresh = join(path, "new"), *seen = join(path, "cur");
	bool is = folder_is(fresh) && folder_is(seen);

	free(fresh);
	free(seen);
	return is;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->path,
	    ((const struct found *)b)->path);
}

static int
by_path_backwards(const void *a, const void *b)
{
	return strcmp(((const struct pending *)b)->path,
	    ((const struct pending *)a)->path);
}

static void
push(struct search *s, char *path, size_t depth, bool below_maildir)
{
	s->v = room(s->v, s->n, sizeof(*s->v));
	s->v[s->n++] = (struct pending){ .path = path,
		.depth = depth,
		.folders = true,
		.below_maildir = below_maildir };
}

/* A file, or a link to one; one that leads nowhere is for its reader to report. */
static bool
is_file(const char *path, const struct stat *st)
{
	struct stat target;

	return S_ISREG(st->st_mode) ||
	    (S_ISLNK(st->st_mode) &&
		(stat(path, &target) != 0 || S_ISREG(target.st_mode)));
}

/*
 * A name in the folder: a file, a folder for later, or nothing.  What may be
 * either, because nobody lets us look, is for its reader to report.
 */
static void
sort_in(struct search *s, const struct pending *in, const char *name)
{
	char *path = join(in->path, name);
	bool hidden = name[0] == '.';
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT)
			paths_add(s->out, path, in->maildir);
	} else if (S_ISDIR(st.st_mode) && in->folders &&
	    (!hidden || is_maildir(path))) {
		push(s, path, in->depth + 1, in->below_maildir);
		return;
	} else if (in->files && !hidden && is_file(path, &st)) {
		paths_add(s->out, path, in->maildir);
	}
	free(path);
}

static bool
any_of(const char *name, const char *const names[])
{
	while (*names != NULL && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

static bool
full(const struct search *s)
{
	return s->out->n > LIMIT_FOLDER || s->n > LIMIT_FOLDER;
}

static void
read_folder(struct search *s, const struct pending *in)
{
	static const char *const own[] = { ".", "..", NULL };
	static const char *const parts[] = { "new", "cur", "tmp", NULL };
	size_t first = s->out->n, later = s->n;
	const struct dirent *entry;
	DIR *d = in->depth < LIMIT_FOLDER_DEPTH ? opendir(in->path) : NULL;

	if (d == NULL) {
		paths_add(s->out, in->path, in->maildir);
		return;
	}
	while (!full(s) && (errno = 0, (entry = readdir(d)) != NULL))
		if (!any_of(entry->d_name, own) &&
		    !(in->maildir && in->folders &&
			any_of(entry->d_name, parts)))
			sort_in(s, in, entry->d_name);
	if (!full(s) && errno != 0)
		paths_add(s->out, in->path, in->maildir);
	(void)closedir(d);
	if (s->out->n > first)
		qsort(s->out->v + first, s->out->n - first, sizeof(*s->out->v),
		    by_path);
	if (s->n > later)
		qsort(s->v + later, s->n - later, sizeof(*s->v),
		    by_path_backwards);
}

static void
read_part(struct search *s, const struct pending *in, const char *name)
{
	struct pending part = { .path = join(in->path, name),
		.depth = in->depth,
		.files = true,
		.maildir = true };

	read_folder(s, &part);
	free(part.path);
}

static void
look_into(struct search *s, struct pending *in)
{
	in->maildir = is_maildir(in->path);
	if (in->maildir) {
		read_part(s, in, "new");
		read_part(s, in, "cur");
		in->below_maildir = true;
	}
	in->files = !in->below_maildir;
	read_folder(s, in);
}

bool
folder_list(const char *path, struct paths *out, struct fault *f)
{
	struct search s = { .out = out };
	bool ok;

	push(&s, mem_strndup(path, strlen(path)), 0, false);
	while (s.n > 0 && !full(&s)) {
		struct pending in = s.v[--s.n];

		look_into(&s, &in);
		free(in.path);
	}
	ok = !full(&s) || fault_set(f, EX_DATAERR, "%s: too many files", path);
	while (s.n > 0)
		free(s.v[--s.n].path);
	free(s.v);
	return ok;
}
