#include "ext/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/file.h"

struct worker {
	pid_t pid; /* -1 when there is none any more */
	int in;    /* its notes; -1 likewise */
	struct fault why;
};

/* A worker keeps no end of another's pipe: its end would not be seen. */
static void
become_worker(struct workers *w, size_t k, int out)
{
	for (size_t i = 0; i <= k; i++)
		if (w->v[i].in >= 0)
			(void)close(w->v[i].in);
	free(w->v);
	*w = (struct workers){
		.n = w->n, .child = true, .self = k, .out = out
	};
}

static bool
start_one(struct workers *w, size_t k, struct fault *f)
{
	struct worker *own = &w->v[k];
	int ends[2];

	own->pid = own->in = -1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(f, EX_OSERR, "pipe");
	own->in = ends[0];
	own->pid = fork();
	if (own->pid == 0) {
		become_worker(w, k, ends[1]);
		return true;
	}
	(void)close(ends[1]);
	return own->pid > 0 || fault_errno(f, EX_OSERR, "cannot be started");
}

void
workers_start(struct workers *w, size_t n)
{
	*w = (struct workers){ .n = n, .out = -1 };
	w->v = mem_grow(NULL, n, sizeof(*w->v));
	memset(w->v, 0, n * sizeof(*w->v));
	/* A caller that ignores SIGCHLD would leave no status to wait for. */
	(void)signal(SIGCHLD, SIG_DFL);
	for (size_t k = 0; k < n && !w->child; k++) {
		struct fault why = { 0 };

		if (!start_one(w, k, &why))
			w->v[k].why = why;
	}
}

bool
workers_tell(const struct workers *w, unsigned kind, int value,
    struct span text, struct fault *f)
{
	struct worker_note note;
	struct buf all = { 0 };
	bool ok;

	/* Its gaps are written, too. */
	memset(&note, 0, sizeof(note));
	note.kind = kind;
	note.value = value;
	note.n = text.n;
	buf_add(&all, &note, sizeof(note));
	buf_add_span(&all, text);
	ok = file_write(w->out, "parent process", all.p, all.n, f);
	buf_free(&all);
	if (!ok)
		f->text[0] = '\0';
	return ok;
}

/* False at the end, and where an end comes too early. */
static bool
read_all(int fd, void *p, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, (char *)p + have, n - have);

		if (got <= 0 && (got == 0 || !file_try_again(fd, POLLIN)))
			return false;
		have += (size_t)got;
	}
	return true;
}

static void
bury(struct worker *own)
{
	int status = 0;

	if (own->in >= 0)
		(void)close(own->in);
	own->in = -1;
	if (own->pid <= 0)
		return;
	while (waitpid(own->pid, &status, 0) < 0 && errno == EINTR)
		;
	own->pid = -1;
	if (WIFSIGNALED(status))
		(void)fault_set(&own->why, EX_TEMPFAIL, "ended by signal %d",
		    WTERMSIG(status));
	else
		(void)fault_set(&own->why, EX_TEMPFAIL, "exit status %d",
		    WEXITSTATUS(status));
}

bool
workers_hear(struct workers *w, size_t k, struct worker_note *note,
    struct buf *text, struct fault *f)
{
	struct worker *own = &w->v[k];

	text->n = 0;
	if (own->pid > 0 && read_all(own->in, note, sizeof(*note))) {
		buf_reserve(text, note->n + 1);
		if (read_all(own->in, text->p, note->n)) {
			text->n = note->n;
			return true;
		}
	}
	bury(own);
	*f = own->why;
	return false;
}

void
workers_end(struct workers *w)
{
	for (size_t k = 0; k < w->n && w->v != NULL; k++)
		bury(&w->v[k]);
	free(w->v);
	if (w->child)
		(void)close(w->out);
	*w = (struct workers){ .child = w->child, .out = -1 };
}
