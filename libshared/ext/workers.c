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
	struct buf heard;
	size_t at; /* in heard, behind what was handed out */
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

void
workers_tell(struct workers *w, unsigned kind, int value, struct span text)
{
	struct worker_note note;

	/* Its gaps are written, too. */
	memset(&note, 0, sizeof(note));
	note.kind = kind;
	note.value = value;
	note.n = text.n;
	buf_add(&w->untold, &note, sizeof(note));
	buf_add_span(&w->untold, text);
}

bool
workers_send(struct workers *w, struct fault *f)
{
	bool ok = file_write(w->out, "parent process", w->untold.p, w->untold.n,
	    f);

	w->untold.n = 0;
	if (!ok)
		f->text[0] = '\0';
	return ok;
}

/* At least n octets heard and not handed out; false where an end comes first. */
static bool
listen_for(struct worker *own, size_t n)
{
	enum { PIECE = 64 << 10 };

	while (own->heard.n - own->at < n) {
		ssize_t got;

		if (own->at > 0)
			memmove(own->heard.p, own->heard.p + own->at,
			    own->heard.n - own->at);
		own->heard.n -= own->at;
		own->at = 0;
		buf_reserve(&own->heard, PIECE);
		got = read(own->in, own->heard.p + own->heard.n, PIECE);
		if (got > 0)
			own->heard.n += (size_t)got;
		else if (got == 0 || !file_try_again(own->in, POLLIN))
			return false;
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
	if (own->pid > 0 && listen_for(own, sizeof(*note))) {
		memcpy(note, own->heard.p + own->at, sizeof(*note));
		own->at += sizeof(*note);
		if (listen_for(own, note->n)) {
			buf_add(text, own->heard.p + own->at, note->n);
			own->at += note->n;
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
	for (size_t k = 0; k < w->n && w->v != NULL; k++) {
		bury(&w->v[k]);
		buf_free(&w->v[k].heard);
	}
	buf_free(&w->untold);
	free(w->v);
	if (w->child)
		(void)close(w->out);
	*w = (struct workers){ .child = w->child, .out = -1 };
}
