#include "mail/mbox.h"

#include <string.h>
#include <unistd.h>

#include "ext/file.h"

enum { PIECE = 64 << 10, MARK = 5 };

void
mbox_init(struct mbox *m, struct input *in)
{
	*m = (struct mbox){ .in = in, .blank = true };
}

/* At least n octets at at, unless the file ends before. */
static bool
fill(struct mbox *m, size_t n, struct fault *f)
{
	ssize_t got;

	while (!m->end && m->data.n - m->at < n) {
		if (m->at > 0)
			memmove(m->data.p, m->data.p + m->at,
			    m->data.n - m->at);
		m->data.n -= m->at;
		m->at = 0;
		buf_reserve(&m->data, PIECE);
		got = input_read(m->in, m->data.p + m->data.n, PIECE, f);
		if (got < 0)
			return false;
		m->data.n += (size_t)got;
		m->end = got == 0;
	}
	return true;
}

/* Does a message begin here, at the start of a line? */
static bool
begins(const struct mbox *m)
{
	return m->blank &&
	    span_begins(span_from(buf_span(&m->data), m->at), SPAN("From "));
}

/* The rest of the line goes to fd, or nowhere for -1. */
static bool
copy_line(struct mbox *m, int fd, const char *name, struct fault *f)
{
	size_t octets = 0;
	bool cr = false, done = false;

	while (!done && m->at < m->data.n) {
		const char *p = m->data.p + m->at;
		const char *lf = memchr(p, '\n', m->data.n - m->at);
		size_t n = lf != NULL ? (size_t)(lf - p) + 1 :
					m->data.n - m->at;

		if (fd >= 0 && !file_write(fd, name, p, n, f))
			return false;
		cr = p[0] == '\r';
		octets += n;
		m->at += n;
		done = lf != NULL;
		if (!done && !fill(m, 1, f))
			return false;
	}
	m->blank = octets == 1 || (octets == 2 && cr);
	return true;
}

static bool
copy_message(struct mbox *m, int fd, const char *name, struct fault *f)
{
	bool first = true;

	while (fill(m, MARK, f)) {
		if (m->at == m->data.n || (!first && begins(m)))
			return true;
		if (!copy_line(m, fd, name, f))
			return false;
		first = false;
	}
	return false;
}

struct input *
mbox_next(struct mbox *m, const char *name, struct fault *f)
{
	int fd;

	f->code = 0;
	if (!fill(m, 1, f) || m->at == m->data.n ||
	    (fd = file_temporary(f)) < 0)
		return NULL;
	if (!copy_message(m, fd, name, f)) {
		(void)close(fd);
		return NULL;
	}
	return input_adopt(fd, name, f);
}

bool
mbox_skip(struct mbox *m, struct fault *f)
{
	f->code = 0;
	return fill(m, 1, f) && m->at < m->data.n && copy_message(m, -1, "", f);
}

void
mbox_free(struct mbox *m)
{
	buf_free(&m->data);
}
