#include "ext/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "ext/file.h"

struct spool {
	struct buf memory;
	int fd; /* -1 while all is in memory */
	bool failed;
	struct fault fault;
};

struct spool *
spool_new(void)
{
	struct spool *s = mem_alloc(sizeof(*s));

	s->fd = -1;
	return s;
}

static bool
move_to_file(struct spool *s)
{
	s->fd = file_temporary(&s->fault);
	if (s->fd < 0 ||
	    !file_write(s->fd, "temporary file", s->memory.p, s->memory.n,
		&s->fault))
		return false;
	buf_free(&s->memory);
	return true;
}

void
spool_add(struct spool *s, const void *p, size_t n)
{
	if (s->failed)
		return;
	if (s->fd < 0 && s->memory.n + n <= LIMIT_SPOOL_MEMORY)
		buf_add(&s->memory, p, n);
	else
		s->failed = (s->fd < 0 && !move_to_file(s)) ||
		    !file_write(s->fd, "temporary file", p, n, &s->fault);
}

bool
spool_ok(const struct spool *s, struct fault *f)
{
	if (s->failed)
		*f = s->fault;
	return !s->failed;
}

bool
spool_copy(struct spool *s, uint64_t offset, uint64_t n, int to,
    const char *to_name, struct fault *f)
{
	if (!spool_ok(s, f))
		return false;
	if (s->fd >= 0)
		return file_copy(s->fd, "temporary file", offset, n, to,
		    to_name, f);
	if (offset > s->memory.n || n > s->memory.n - offset)
		return fault_set(f, EX_SOFTWARE, "spool: out of range");
	return file_write(to, to_name, s->memory.p + offset, (size_t)n, f);
}

ssize_t
spool_read(struct spool *s, uint64_t offset, void *p, size_t n, struct fault *f)
{
	size_t left;

	if (!spool_ok(s, f))
		return -1;
	if (s->fd >= 0)
		return file_read_at(s->fd, "temporary file", offset, p, n, f);
	left = offset < s->memory.n ? s->memory.n - (size_t)offset : 0;
	n = n < left ? n : left;
	if (n > 0)
		memcpy(p, s->memory.p + offset, n);
	return (ssize_t)n;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	buf_free(&s->memory);
	free(s);
}
