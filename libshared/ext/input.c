#include "ext/input.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/file.h"
#include "ext/spool.h"

struct input {
	int fd;
	const char *name;
	struct stat st;
	uint64_t start; /* where in a regular file the message begins */
	uint64_t octets;
	struct spool *spool; /* of a pipe that has to be kept, or NULL */
};

bool
input_is_stdin(const char *path)
{
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0 ||
	    strcmp(path, "/dev/fd/0") == 0;
}

bool
input_among(char *const paths[], int n)
{
	for (int i = 0; i < n; i++)
		if (input_is_stdin(paths[i]))
			return true;
	return false;
}

struct input *
input_open(const char *path, bool keep, struct fault *f)
{
	bool standard = input_is_stdin(path);
	struct input *in = mem_alloc(sizeof(*in));
	off_t at;

	in->name = standard ? "stdin" : path;
	in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &in->st) != 0) {
		(void)fault_errno(f, EX_NOINPUT, "%s", in->name);
		input_close(in);
		return NULL;
	}
	at = S_ISREG(in->st.st_mode) ? lseek(in->fd, 0, SEEK_CUR) : -1;
	if (at >= 0)
		in->start = (uint64_t)at;
	else if (keep)
		in->spool = spool_new();
	return in;
}

struct input *
input_adopt(int fd, const char *name, struct fault *f)
{
	struct input *in = mem_alloc(sizeof(*in));

	in->name = name;
	in->fd = fd;
	if (lseek(fd, 0, SEEK_SET) == 0)
		return in;
	(void)fault_errno(f, EX_IOERR, "%s", name);
	input_close(in);
	return NULL;
}

ssize_t
input_read(struct input *in, void *p, size_t n, struct fault *f)
{
	ssize_t got;

	do
		got = read(in->fd, p, n);
	while (got < 0 && file_try_again(in->fd, POLLIN));
	if (got < 0) {
		(void)fault_errno(f, EX_IOERR, "%s", in->name);
		return -1;
	}
	in->octets += (size_t)got;
	if (in->spool != NULL)
		spool_add(in->spool, p, (size_t)got);
	return got;
}

uint64_t
input_octets(const struct input *in)
{
	return in->octets;
}

bool
input_kept(const struct input *in, struct fault *f)
{
	struct stat st;

	if (in->spool != NULL)
		return spool_ok(in->spool, f);
	if (fstat(in->fd, &st) != 0)
		return fault_errno(f, EX_IOERR, "%s", in->name);
	if ((uint64_t)st.st_size < in->start + in->octets)
		return fault_set(f, EX_IOERR, "%s: became shorter", in->name);
	return true;
}

bool
input_copy(struct input *in, uint64_t offset, uint64_t n, int to,
    const char *to_name, struct fault *f)
{
	if (in->spool != NULL)
		return spool_copy(in->spool, offset, n, to, to_name, f);
	return file_copy(in->fd, in->name, in->start + offset, n, to, to_name,
	    f);
}

ssize_t
input_again(struct input *in, uint64_t offset, void *p, size_t n,
    struct fault *f)
{
	if (in->spool != NULL)
		return spool_read(in->spool, offset, p, n, f);
	return file_read_at(in->fd, in->name, in->start + offset, p, n, f);
}

const struct stat *
input_stat(const struct input *in)
{
	return &in->st;
}

int
input_fd(const struct input *in)
{
	return in->fd;
}

const char *
input_name(const struct input *in)
{
	return in->name;
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	spool_free(in->spool);
	if (in->fd > STDIN_FILENO)
		(void)close(in->fd);
	free(in);
}

void
input_drain(void)
{
	enum { PATIENCE = 60000 }; /* milliseconds */
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	struct stat st;
	char piece[8192];

	if (fstat(STDIN_FILENO, &st) != 0 ||
	    !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		return;
	while (poll(&wait, 1, PATIENCE) == 1 &&
	    read(STDIN_FILENO, piece, sizeof(piece)) > 0)
		;
}

void
input_unused(void)
{
	int null = open("/dev/null", O_RDONLY);

	/* Where that fails nothing worse happens than a wait at the end. */
	if (null >= 0)
		(void)dup2(null, STDIN_FILENO);
	if (null > STDIN_FILENO)
		(void)close(null);
}
