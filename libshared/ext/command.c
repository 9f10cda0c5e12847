#include "ext/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "ext/clock.h"

extern char **environ;

enum { COMPLAINT = 200 }; /* octets of its standard error that are quoted */

/* A program that runs, and our ends of its pipes, -1 for closed. */
struct running {
	const struct command *c;
	pid_t pid;
	int in, out, err;
	struct buf complaint;
	int64_t deadline; /* ms of the monotonic clock */
};

static void
shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Standard descriptors are open (file_guard_standard), so ours are above. */
static int
spawn(struct running *r, const int in[2], const int out[2], const int err[2])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t ignored;
	int why;

	if ((why = posix_spawn_file_actions_init(&files)) != 0)
		return why;
	if ((why = posix_spawnattr_init(&how)) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return why;
	}
	(void)sigemptyset(&ignored);
	(void)sigaddset(&ignored, SIGPIPE);
	(void)sigaddset(&ignored, SIGXFSZ);
	if ((why = posix_spawn_file_actions_adddup2(&files, in[0], 0)) == 0 &&
	    (why = posix_spawn_file_actions_adddup2(&files, out[1], 1)) == 0 &&
	    (why = posix_spawn_file_actions_adddup2(&files, err[1], 2)) == 0 &&
	    (why = posix_spawnattr_setsigdefault(&how, &ignored)) == 0 &&
	    (why = posix_spawnattr_setpgroup(&how, 0)) == 0 &&
	    (why = posix_spawnattr_setflags(&how,
		 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)) == 0)
		/* The prototype predates const; the words are not changed. */
		why = posix_spawnp(&r->pid, r->c->argv[0], &files, &how,
		    (char *const *)(uintptr_t)r->c->argv, environ);
	(void)posix_spawnattr_destroy(&how);
	(void)posix_spawn_file_actions_destroy(&files);
	return why;
}

static bool
start(struct running *r, struct fault *f)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	bool ok = false;
	int why;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
	    pipe2(err, O_CLOEXEC) != 0) {
		(void)fault_errno(f, EX_OSERR, "%s: pipe", r->c->argv[0]);
	} else if ((why = spawn(r, in, out, err)) != 0) {
		errno = why;
		(void)fault_errno(f, EX_UNAVAILABLE, "%s", r->c->argv[0]);
	} else {
		ok = true;
		r->in = in[1];
		r->out = out[0];
		r->err = err[0];
		in[1] = out[0] = err[0] = -1;
	}
	for (int i = 0; i < 2; i++) {
		shut(&in[i]);
		shut(&out[i]);
		shut(&err[i]);
	}
	return ok;
}

/*
 * A pipe takes 4096 octets at once.  A program that does not read them may well
 * know what it does; its status says so.
 */
static void
feed(struct running *r)
{
	ssize_t done;

	do {
		done = write(r->in, r->c->input.p, r->c->input.n);
	} while (done < 0 && errno == EINTR);
	shut(&r->in);
}

/* Reads a piece; at its end the descriptor is shut. */
static bool
drain(int *fd, struct buf *to)
{
	char piece[4096];
	ssize_t got = read(*fd, piece, sizeof(piece));

	if (got < 0)
		return errno == EINTR;
	if (got == 0)
		shut(fd);
	buf_add(to, piece, (size_t)got);
	explicit_bzero(piece, sizeof(piece));
	return true;
}

static bool
late(const struct running *r, struct fault *f)
{
	return fault_set(f, EX_TEMPFAIL, "%s: not finished after %lld s",
	    r->c->argv[0], (long long)r->c->seconds);
}

/* Until it has closed both outputs. */
static bool
collect(struct running *r, struct buf *out, struct fault *f)
{
	size_t before = out->n;

	while (r->out >= 0 || r->err >= 0) {
		struct pollfd p[2] = { { .fd = r->out, .events = POLLIN },
			{ .fd = r->err, .events = POLLIN } };
		int64_t left = r->deadline - clock_ms();

		if (left <= 0)
			return late(r, f);
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return fault_errno(f, EX_OSERR, "%s", r->c->argv[0]);
		if ((p[0].revents != 0 && !drain(&r->out, out)) ||
		    (p[1].revents != 0 && !drain(&r->err, &r->complaint)))
			return fault_errno(f, EX_IOERR, "%s", r->c->argv[0]);
		if (r->complaint.n > COMPLAINT)
			r->complaint.n = COMPLAINT;
		if (out->n - before > r->c->max)
			return fault_set(f, EX_CONFIG,
			    "%s: wrote more than %zu octets", r->c->argv[0],
			    r->c->max);
	}
	return true;
}

/* It has closed its outputs, so it is as good as finished. */
static bool
reap(struct running *r, int *status, struct fault *f)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (;;) {
		pid_t got = waitpid(r->pid, status, WNOHANG);

		if (got == r->pid) {
			r->pid = -1;
			return true;
		}
		if (got < 0 && errno != EINTR)
			return fault_errno(f, EX_OSERR, "%s", r->c->argv[0]);
		if (clock_ms() >= r->deadline)
			return late(r, f);
		(void)nanosleep(&pause, NULL);
	}
}

static bool
judge(const struct running *r, int status, struct fault *f)
{
	struct span rest = buf_span(&r->complaint), line = SPAN("");

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	(void)span_cut(&rest, '\n', &line);
	line = span_trim(line);
	if (WIFSIGNALED(status))
		return fault_set(f, EX_TEMPFAIL, "%s: ended by signal %d",
		    r->c->argv[0], WTERMSIG(status));
	return fault_set(f, EX_TEMPFAIL, "%s: exit status %d%s%.*s",
	    r->c->argv[0], WEXITSTATUS(status), line.n > 0 ? ": " : "",
	    (int)line.n, line.n > 0 ? line.p : "");
}

bool
command_run(const struct command *c, struct buf *out, struct fault *f)
{
	struct running r = {
		.c = c, .pid = -1, .in = -1, .out = -1, .err = -1
	};
	void (*sigchld)(int);
	int status = 0;
	bool ok;

	if (getuid() != geteuid() || getgid() != getegid())
		return fault_set(f, EX_NOPERM,
		    "%s: not run with the rights of another user", c->argv[0]);
	/* A caller that ignores SIGCHLD would leave no status to wait for. */
	sigchld = signal(SIGCHLD, SIG_DFL);
	if (!start(&r, f)) {
		(void)signal(SIGCHLD, sigchld);
		return false;
	}
	r.deadline = clock_ms() + c->seconds * 1000;
	feed(&r);
	ok = collect(&r, out, f) && reap(&r, &status, f) &&
	    judge(&r, status, f);
	if (r.pid > 0) {
		(void)kill(-r.pid, SIGKILL);
		while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	(void)signal(SIGCHLD, sigchld);
	shut(&r.out);
	shut(&r.err);
	buf_free(&r.complaint);
	return ok;
}
