#include "ext/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/platform.h"

enum { PIECE = 4096 };

static bool
mode_ok(const char *path, const struct stat *st, struct fault *f)
{
	unsigned mode = (unsigned)st->st_mode & 07777;

	if ((mode & 0027) == 0)
		return true;
	return fault_set(f, EX_NOPERM,
	    "%s: mode %04o lets others at the private key (chmod %04o %s)",
	    path, mode, mode & ~0027u, path);
}

bool
file_is_private(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_errno(f, EX_IOERR, "%s", path);
	return mode_ok(path, &st, f);
}

/* The group by its name, or by its number where it has none. */
static void
add_group(gid_t gid, struct buf *out)
{
	const struct group *g;

	platform_groups();
	g = getgrgid(gid);
	if (g != NULL)
		buf_adds(out, g->gr_name);
	else
		buf_addf(out, "%lu", (unsigned long)gid);
	buf_addc(out, '\0');
}

bool
file_readers_kept(const char *old, const char *new, struct fault *f)
{
	struct stat a, b;
	struct buf group = { 0 };
	bool shared;

	if (stat(old, &a) != 0)
		return errno == ENOENT || fault_errno(f, EX_NOINPUT, "%s", old);
	if (stat(new, &b) != 0)
		return fault_errno(f, EX_NOINPUT, "%s", new);
	shared = (b.st_mode & S_IRGRP) != 0 && b.st_gid == a.st_gid;
	if (((a.st_mode & S_IRGRP) != 0 && !shared)) {
		add_group(a.st_gid, &group);
		(void)fault_set(f, EX_NOPERM,
		    "%s: group %s, which can read the key in use, cannot "
		    "(chgrp %s %s && chmod 0640 %s)",
		    new, group.p, group.p, new, new);
		buf_free(&group);
		return false;
	}
	/* Root can read everything. */
	if (a.st_uid != 0 && b.st_uid != a.st_uid && !shared)
		return fault_set(f, EX_NOPERM,
		    "%s: user %lu, whose key is in use, cannot read it "
		    "(chown %lu %s)",
		    new, (unsigned long)a.st_uid, (unsigned long)a.st_uid, new);
	return true;
}

bool
file_slurp_fd(int fd, const char *name, size_t max, struct buf *out,
    struct fault *f)
{
	size_t start = out->n;

	for (;;) {
		ssize_t got;

		buf_reserve(out, PIECE);
		got = read(fd, out->p + out->n, PIECE);
		if (got == 0)
			return true;
		if (got < 0 && file_try_again(fd, POLLIN))
			continue;
		if (got < 0)
			return fault_errno(f, EX_IOERR, "%s", name);
		out->n += (size_t)got;
		if (out->n - start > max)
			return fault_set(f, EX_CONFIG,
			    "%s: longer than %zu octets", name, max);
	}
}

/* All of it at once: growing would leave parts of a secret behind. */
static bool
room_for(struct buf *out, size_t n)
{
	buf_reserve(out, n + 2 * PIECE);
	return true;
}

bool
file_missing(const char *path)
{
	struct stat st;
	char *above = mem_strndup(path, strlen(path)), *slash;
	bool missing = lstat(path, &st) != 0 && errno == ENOENT;

	/* The nearest part of the path that is there. */
	while (missing && (slash = strrchr(above, '/')) != NULL &&
	    slash > above) {
		*slash = '\0';
		if (lstat(above, &st) == 0) {
			missing = stat(above, &st) == 0;
			break;
		}
	}
	free(above);
	return missing;
}

enum file_state
file_slurp(const char *path, enum file_secrecy secrecy, size_t max,
    struct buf *out, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum file_state state = FILE_FAILED;
	struct stat st;

	if (fd < 0) {
		(void)fault_errno(f, EX_NOINPUT, "%s", path);
		return errno == ENAMETOOLONG ||
			(errno == ENOENT && file_missing(path)) ?
		    FILE_MISSING :
		    FILE_FAILED;
	}
	if (fstat(fd, &st) != 0)
		(void)fault_errno(f, EX_IOERR, "%s", path);
	else if (!S_ISREG(st.st_mode))
		(void)fault_set(f, EX_NOINPUT, "%s: not a regular file", path);
	else if ((uintmax_t)st.st_size > max)
		(void)fault_set(f, EX_CONFIG, "%s: longer than %zu octets",
		    path, max);
	else if ((secrecy == FILE_PUBLIC || mode_ok(path, &st, f)) &&
	    room_for(out, (size_t)st.st_size) &&
	    file_slurp_fd(fd, path, max, out, f))
		state = FILE_READ;
	(void)close(fd);
	return state;
}

bool
file_try_again(int fd, short events)
{
	struct pollfd wait = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&wait, 1, -1) == 1 || errno == EINTR;
}

bool
file_write(int fd, const char *name, const void *data, size_t n,
    struct fault *f)
{
	const char *p = data;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && file_try_again(fd, POLLOUT))
			continue;
		if (done < 0 && errno == EPIPE) {
			*f = (struct fault){ .code = EX_IOERR };
			return false;
		}
		if (done < 0)
			return fault_errno(f, EX_IOERR, "%s", name);
		p += done;
		n -= (size_t)done;
	}
	return true;
}

ssize_t
file_read_at(int fd, const char *name, uint64_t offset, void *p, size_t n,
    struct fault *f)
{
	ssize_t got;

	do
		got = pread(fd, p, n, (off_t)offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		(void)fault_errno(f, EX_IOERR, "%s", name);
	return got;
}

/*
 * As much as the kernel moves by itself.  Any trouble is left to read and write,
 * to be met again there.
 */
static void
send_part(int from, uint64_t *offset, uint64_t *n, int to)
{
#ifdef __linux__
	enum { CHUNK = 1 << 24 };
	off_t at = (off_t)*offset;

	while (*n > 0) {
		size_t want = *n < CHUNK ? (size_t)*n : CHUNK;
		ssize_t sent = sendfile(to, from, &at, want);

		if (sent <= 0)
			break;
		*offset += (uint64_t)sent;
		*n -= (uint64_t)sent;
	}
#else
	(void)from;
	(void)offset;
	(void)n;
	(void)to;
#endif
}

bool
file_copy(int from, const char *from_name, uint64_t offset, uint64_t n, int to,
    const char *to_name, struct fault *f)
{
	enum { CHUNK = 64 << 10 };
	char *piece;
	bool ok = true;

	send_part(from, &offset, &n, to);
	piece = mem_grow(NULL, CHUNK, 1);
	while (ok && n > 0) {
		size_t want = n < CHUNK ? (size_t)n : CHUNK;
		ssize_t got = file_read_at(from, from_name, offset, piece, want,
		    f);

		if (got < 0)
			ok = false;
		else if (got == 0)
			ok = fault_set(f, EX_IOERR, "%s: became shorter",
			    from_name);
		else
			ok = file_write(to, to_name, piece, (size_t)got, f);
		offset += ok ? (uint64_t)got : 0;
		n -= ok ? (uint64_t)got : 0;
	}
	free(piece);
	return ok;
}

/* For file systems without O_TMPFILE; no signal falls between the two calls. */
static int
named_then_unlinked(const char *folder)
{
	struct buf path = { 0 };
	sigset_t all, before;
	int fd, why;

	buf_addf(&path, "%s/dkim.XXXXXX", folder);
	buf_addc(&path, '\0');
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	fd = mkostemp(path.p, O_CLOEXEC);
	why = errno;
	if (fd >= 0)
		(void)unlink(path.p);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	buf_free(&path);
	errno = why;
	return fd;
}

const char *
file_temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

int
file_temporary(struct fault *f)
{
	const char *folder = file_temporary_folder();
	int fd = -1;

#ifdef O_TMPFILE
	fd = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
#endif
	if (fd < 0)
		fd = named_then_unlinked(folder);
	if (fd < 0)
		(void)fault_errno(f, EX_CANTCREAT, "temporary file in %s",
		    folder);
	return fd;
}

bool
file_guard_standard(struct fault *f)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		/* The lowest free descriptor is fd, as those below are open. */
		if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return fault_errno(f, EX_OSERR, "descriptor %d", fd);
	}
	return true;
}
