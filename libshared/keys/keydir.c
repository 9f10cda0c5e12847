#include "keys/keydir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "dkim/algorithm.h"
#include "ext/file.h"
#include "ext/newfile.h"
#include "mail/domain.h"

const char *
keydir_default(void)
{
	const char *dir = getenv("DKIM_KEYDIR");

	return dir != NULL && *dir != '\0' ? dir : SYSCONFDIR "/dkim/keys";
}

static void
terminate(struct buf *b)
{
	buf_addc(b, '\0');
	b->n--;
}

static void
folder_path(const char *dir, struct span domain, struct buf *out)
{
	buf_adds(out, dir);
	buf_addc(out, '/');
	buf_add_span(out, domain);
	terminate(out);
}

void
keydir_path(const char *dir, struct span domain, struct span selector,
    struct buf *out)
{
	folder_path(dir, domain, out);
	buf_addc(out, '/');
	buf_add_span(out, selector);
	buf_adds(out, ".pem");
	terminate(out);
}

static void
link_path(const char *dir, struct span domain, enum key_type type,
    struct buf *out)
{
	folder_path(dir, domain, out);
	buf_addf(out, "/current.%s", key_type_name(type));
	terminate(out);
}

/* The keys in a folder guard themselves: it is for all to look at. */
static bool
make_folder(const char *path, struct fault *f)
{
	if (mkdir(path, 0755) == 0)
		return (chmod(path, 0755) == 0 ||
			   fault_errno(f, EX_CANTCREAT, "%s", path)) &&
		    newfile_sync(path, f);
	return errno == EEXIST || fault_errno(f, EX_CANTCREAT, "%s", path);
}

/* Of the default nothing else makes what is above it. */
static bool
make_above(const char *dir, struct fault *f)
{
	char *above = newfile_folder(dir);
	size_t n = strlen(above);
	bool ok;

	if (n > 1 && above[n - 1] == '/')
		above[n - 1] = '\0';
	ok = access(above, F_OK) == 0 || make_folder(above, f);
	free(above);
	return ok;
}

bool
keydir_make(const char *dir, struct span domain, struct fault *f)
{
	struct buf path = { 0 };
	bool ok;

	folder_path(dir, domain, &path);
	ok = make_above(dir, f) && make_folder(dir, f) &&
	    make_folder(path.p, f);
	buf_free(&path);
	return ok;
}

/*
 * The selector that a link names, appended to out.  Nothing but a key file in
 * the same folder will do: where a link points elsewhere, the name of the
 * target says nothing about the record that was published.
 */
static enum key_found
read_link(const char *path, struct buf *out, struct fault *f)
{
	char target[NAME_MAX + 1];
	ssize_t n = readlink(path, target, sizeof(target));
	struct span name;

	if (n < 0) {
		bool file = errno == EINVAL, no_folder = errno == ENOTDIR;

		(void)fault_errno(f, EX_NOINPUT, "%s", path);
		if (file)
			(void)fault_set(f, EX_CONFIG, "%s: not a symbolic link",
			    path);
		return no_folder || file_missing(path) ? KEY_ABSENT :
							 KEY_FAILED;
	}
	name = (struct span){ target, (size_t)n };
	if (name.n > 4 && span_eq(span_from(name, name.n - 4), SPAN(".pem")) &&
	    selector_ok((struct span){ name.p, name.n - 4 })) {
		buf_add(out, name.p, name.n - 4);
		return KEY_FOUND;
	}
	(void)fault_set(f, EX_CONFIG,
	    "%s: does not point to a SELECTOR.pem in the same folder", path);
	return KEY_FAILED;
}

bool
keydir_in_use(const char *dir, struct span domain, struct span selector)
{
	bool used = false;

	for (enum key_type type = KEY_RSA; type <= KEY_ED25519; type++) {
		struct buf link = { 0 }, target = { 0 };
		struct fault f;

		link_path(dir, domain, type, &link);
		if (read_link(link.p, &target, &f) == KEY_FOUND &&
		    span_eq(buf_span(&target), selector))
			used = true;
		buf_free(&link);
		buf_free(&target);
	}
	return used;
}

enum key_found
keydir_linked(const char *dir, struct span domain, enum key_type type,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	struct buf path = { 0 }, link = { 0 }, selector = { 0 };
	struct key *key = NULL;
	enum key_found found;

	link_path(dir, domain, type, &link);
	found = read_link(link.p, &selector, f);
	if (found != KEY_FOUND)
		goto done;
	/* Not through the link, which may be another one by now. */
	keydir_path(dir, domain, buf_span(&selector), &path);
	found = keysource_read(path.p, access, &key, f);
	if (found == KEY_ABSENT) {
		(void)fault_context(f, "%s", link.p);
		found = KEY_FAILED;
	}
	if (found == KEY_FOUND && key_type(key) != type) {
		(void)fault_set(f, EX_CONFIG, "%s: not a key of type %s",
		    link.p, key_type_name(type));
		key_free(key);
		found = KEY_FAILED;
	}
	if (found == KEY_FOUND)
		keyset_add(out, domain, buf_span(&selector), key);
done:
	buf_free(&path);
	buf_free(&link);
	buf_free(&selector);
	return found;
}

enum key_found
keydir_current(const char *dir, struct span domain,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	enum key_found all = KEY_ABSENT, one;

	for (enum key_type type = KEY_RSA; type <= KEY_ED25519; type++) {
		one = keydir_linked(dir, domain, type, access, out, f);
		if (one == KEY_FAILED)
			return KEY_FAILED;
		if (one == KEY_FOUND)
			all = KEY_FOUND;
	}
	if (all == KEY_ABSENT)
		(void)fault_set(f, EX_NOINPUT, "%s/%.*s: no key in use", dir,
		    (int)domain.n, domain.p);
	return all;
}

enum key_found
keydir_choose(const char *dir, struct span domain,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	enum key_found found;

	do
		found = keydir_current(dir, domain, access, out, f);
	while (found == KEY_ABSENT && domain_parent(domain, &domain));
	return found == KEY_ABSENT ? keysource_absent(dir, f) : found;
}

/* A file where the link belongs may be somebody's only copy of a key. */
static bool
link_or_nothing(const char *path, struct fault *f)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ||
		    fault_errno(f, EX_CANTCREAT, "%s", path);
	return S_ISLNK(st.st_mode) ||
	    fault_set(f, EX_CANTCREAT, "%s: not a symbolic link", path);
}

/* Whoever signs with a key in use can read the one at path, too. */
static bool
readers_kept(const char *dir, struct span domain, enum key_type type,
    const char *path, struct fault *f)
{
	enum key_type other = type == KEY_RSA ? KEY_ED25519 : KEY_RSA;
	struct buf link = { 0 };
	struct stat st;
	bool kept;

	link_path(dir, domain, type, &link);
	if (stat(link.p, &st) != 0) {
		link.n = 0;
		link_path(dir, domain, other, &link);
	}
	kept = file_readers_kept(link.p, path, f);
	buf_free(&link);
	return kept;
}

enum key_found
keydir_activate(const char *dir, struct span domain, struct span selector,
    const struct key_access *access, struct fault *f)
{
	struct buf path = { 0 }, link = { 0 };
	struct key *key = NULL;
	enum key_found found;

	keydir_path(dir, domain, selector, &path);
	found = keysource_read(path.p, access, &key, f);
	if (found != KEY_FOUND)
		goto done;
	link_path(dir, domain, key_type(key), &link);
	if (!link_or_nothing(link.p, f) ||
	    !readers_kept(dir, domain, key_type(key), path.p, f) ||
	    !newfile_link(link.p, strrchr(path.p, '/') + 1, f))
		found = KEY_FAILED;
done:
	key_free(key);
	buf_free(&path);
	buf_free(&link);
	return found;
}

static int
order(const void *left, const void *right)
{
	const struct buf *a = left, *b = right;

	return span_cmp_nocase(buf_span(a), buf_span(b));
}

static bool
is_folder(const char *dir, struct span name)
{
	struct buf path = { 0 };
	struct stat st;
	bool is;

	folder_path(dir, name, &path);
	/* A link that leads nowhere is one that dkim-sign waits for. */
	is = stat(path.p, &st) == 0 ? S_ISDIR(st.st_mode) : errno == ENOENT;
	buf_free(&path);
	return is;
}

/* As this project writes them: in lower case. */
static bool
domain_name(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (ascii_lower(name.p[i]) != name.p[i])
			return false;
	return domain_ok(name);
}

bool
keydir_domains(const char *dir, struct keydir_domains *out, struct fault *f)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool ok;

	*out = (struct keydir_domains){ 0 };
	if (d == NULL)
		return fault_errno(f, EX_NOINPUT, "%s", dir);
	while (errno = 0, (e = readdir(d)) != NULL) {
		struct span name = span_str(e->d_name);

		if (!domain_name(name) || !is_folder(dir, name))
			continue;
		out->v = mem_grow(out->v, out->n + 1, sizeof(*out->v));
		out->v[out->n] = (struct buf){ 0 };
		buf_add_span(&out->v[out->n++], name);
	}
	ok = errno == 0 || fault_errno(f, EX_IOERR, "%s", dir);
	(void)closedir(d);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), order);
	return ok;
}

void
keydir_domains_free(struct keydir_domains *d)
{
	for (size_t i = 0; i < d->n; i++)
		buf_free(&d->v[i]);
	free(d->v);
	*d = (struct keydir_domains){ 0 };
}
