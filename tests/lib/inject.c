/*
 * Failure injection, to be preloaded (LD_PRELOAD) into a program under test:
 *	INJECT="CALL NUMBER HOW"
 * the NUMBERth CALL after main() began does not do what it should.  CALL is the
 * name of a function below, "alloc" for malloc, calloc and realloc, or "any" for
 * all but those.  HOW is an errno, "short" (half of what was asked for, in read,
 * write and pread), or a negative signal, raised just before the call.  NUMBER 0
 * does nothing; INJECT_COUNT names a file that gets the number of CALLs made.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *p, size_t n);

static bool armed;
static char call[20];
static long number, seen;
static int failure;    /* an errno, 0 for short */
static int count = -1; /* a descriptor */
static int (*real_main)(int, char **, char **);

/* Is it this one's turn?  Then 1 for a failure, 2 for less than all. */
static int
turn(const char *name)
{
	if (!armed ||
	    (strcmp(name, call) != 0 &&
		(strcmp(call, "any") != 0 || strcmp(name, "alloc") == 0)))
		return 0;
	if (++seen != number)
		return 0;
	if (failure < 0) {
		(void)raise(-failure);
		return 0;
	}
	errno = failure;
	return failure == 0 ? 2 : 1;
}

static void
tell(void)
{
	char text[24], *p = text + sizeof(text);

	if (count < 0 || !armed)
		return;
	armed = false;
	do
		*--p = (char)('0' + seen % 10);
	while ((seen /= 10) > 0);
	(void)syscall(SYS_write, count, p, (size_t)(text + sizeof(text) - p));
}

static int
our_main(int argc, char **argv, char **env)
{
	const char *what = getenv("INJECT");
	char *end;
	size_t n = 0;

	if (what == NULL)
		return real_main(argc, argv, env);
	while (what[n] != ' ' && what[n] != '\0' && n + 1 < sizeof(call)) {
		call[n] = what[n];
		n++;
	}
	number = strtol(what + n, &end, 10);
	failure = (int)strtol(end, NULL, 10); /* "short" is 0 */
	/* Open from the start: later the program may have given up that right. */
	if (getenv("INJECT_COUNT") != NULL)
		count = (int)syscall(SYS_openat, AT_FDCWD,
		    getenv("INJECT_COUNT"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)unsetenv("LD_PRELOAD"); /* those that it starts are not meant */
	armed = true;
	return real_main(argc, argv, env);
}

int __libc_start_main(int (*m)(int, char **, char **), int argc, char **argv,
    void (*a)(void), void (*b)(void), void (*c)(void), void *d);
int
__libc_start_main(int (*m)(int, char **, char **), int argc, char **argv,
    void (*a)(void), void (*b)(void), void (*c)(void), void *d)
{
	int (*next)(int (*)(int, char **, char **), int, char **,
	    void (*)(void), void (*)(void), void (*)(void), void *);

	*(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
	real_main = m;
	return next(our_main, argc, argv, a, b, c, d);
}

__attribute__((__destructor__)) static void
at_end(void)
{
	tell();
}

void
_exit(int status)
{
	tell();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}

void *
malloc(size_t n)
{
	return turn("alloc") ? NULL : __libc_malloc(n);
}

void *
calloc(size_t count, size_t n)
{
	return turn("alloc") ? NULL : __libc_calloc(count, n);
}

void *
realloc(void *p, size_t n)
{
	return turn("alloc") ? NULL : __libc_realloc(p, n);
}

/* Half of n, but something. */
static size_t
half(size_t n, int how)
{
	return how == 2 && n > 1 ? n / 2 : n;
}

ssize_t
read(int fd, void *p, size_t n)
{
	int how = turn("read");

	return how == 1 ? -1 : syscall(SYS_read, fd, p, half(n, how));
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
ssize_t
__read_chk(int fd, void *p, size_t n, size_t room)
{
	(void)room;
	return read(fd, p, n);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	int how = turn("pread");

	return how == 1 ? -1 : syscall(SYS_pread64, fd, p, half(n, how), at);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at);
ssize_t
pread64(int fd, void *p, size_t n, off_t at)
{
	return pread(fd, p, n, at);
}

ssize_t __pread_chk(int fd, void *p, size_t n, off_t at, size_t room);
ssize_t
__pread_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
	(void)room;
	return pread(fd, p, n, at);
}

ssize_t __pread64_chk(int fd, void *p, size_t n, off_t at, size_t room);
ssize_t
__pread64_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
	(void)room;
	return pread(fd, p, n, at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	int how = turn("write");

	return how == 1 ? -1 : syscall(SYS_write, fd, p, half(n, how));
}

static int
open_any(int folder, const char *path, int flags, mode_t mode)
{
	return turn("open") ?
	    -1 :
	    (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE \
	mode_t mode = 0; \
	va_list ap; \
\
	if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
	}

int
open(const char *path, int flags, ...)
{
	MODE return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...);
int
open64(const char *path, int flags, ...)
{
	MODE return open_any(AT_FDCWD, path, flags, mode);
}

int
openat(int folder, const char *path, int flags, ...)
{
	MODE return open_any(folder, path, flags, mode);
}

int __open_2(const char *path, int flags);
int
__open_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags);
int
__open64_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

int
mkostemp(char *path, int flags)
{
	int (*next)(char *, int);

	*(void **)&next = dlsym(RTLD_NEXT, "mkostemp");
	return turn("open") ? -1 : next(path, flags);
}

int
close(int fd)
{
	/* A close that fails has closed all the same. */
	int how = turn("close");

	return (int)syscall(SYS_close, fd) != 0 || how != 0 ?
	    (errno = how != 0 ? failure : errno, -1) :
	    0;
}

off_t
lseek(int fd, off_t at, int whence)
{
	return turn("lseek") ? -1 : syscall(SYS_lseek, fd, at, whence);
}

int
fsync(int fd)
{
	return turn("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int
ftruncate(int fd, off_t n)
{
	return turn("ftruncate") ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int
rename(const char *from, const char *to)
{
	return turn("rename") ?
	    -1 :
	    (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
link(const char *from, const char *to)
{
	return turn("link") ?
	    -1 :
	    (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	return turn("link") ? -1 :
			      (int)syscall(SYS_linkat, a, from, b, to, flags);
}

int
unlink(const char *path)
{
	return turn("unlink") ? -1 :
				(int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int
mkdir(const char *path, mode_t mode)
{
	return turn("mkdir") ? -1 :
			       (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int
fchmod(int fd, mode_t mode)
{
	return turn("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int
fstat(int fd, struct stat *st)
{
	int (*next)(int, struct stat *);

	*(void **)&next = dlsym(RTLD_NEXT, "fstat");
	return turn("fstat") ? -1 : next(fd, st);
}

int
stat(const char *path, struct stat *st)
{
	int (*next)(const char *, struct stat *);

	*(void **)&next = dlsym(RTLD_NEXT, "stat");
	return turn("stat") ? -1 : next(path, st);
}

int
poll(struct pollfd *v, nfds_t n, int wait)
{
	int (*next)(struct pollfd *, nfds_t, int);

	*(void **)&next = dlsym(RTLD_NEXT, "poll");
	return turn("poll") ? -1 : next(v, n, wait);
}

/* What is as it is everywhere else: the next one of that name does it. */
#define PASS_ON(word, type, failing, name, parameters, arguments) \
	type name parameters \
	{ \
		type(*next) parameters; \
\
		*(void **)&next = dlsym(RTLD_NEXT, #name); \
		return turn(word) ? failing : next arguments; \
	}

PASS_ON("symlink", int, -1, symlink, (const char *to, const char *path),
    (to, path))
PASS_ON("readlink", ssize_t, -1, readlink,
    (const char *path, char *p, size_t n), (path, p, n))
PASS_ON("opendir", DIR *, NULL, opendir, (const char *path), (path))
PASS_ON("readdir", struct dirent *, NULL, readdir, (DIR * folder), (folder))
PASS_ON("readdir", struct dirent64 *, NULL, readdir64, (DIR * folder), (folder))
PASS_ON("pipe", int, -1, pipe2, (int fd[2], int flags), (fd, flags))
PASS_ON("dup", int, -1, dup2, (int from, int to), (from, to))
PASS_ON("spawn", int, errno, posix_spawnp,
    (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *how, char *const argv[], char *const env[]),
    (pid, file, actions, how, argv, env))
PASS_ON("wait", pid_t, -1, waitpid, (pid_t pid, int *status, int flags),
    (pid, status, flags))
PASS_ON("socket", int, -1, socket, (int family, int type, int protocol),
    (family, type, protocol))
PASS_ON("connect", int, -1, connect,
    (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n))
PASS_ON("send", ssize_t, -1, send, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))
PASS_ON("recv", ssize_t, -1, recv, (int fd, void *p, size_t n, int flags),
    (fd, p, n, flags))

/* The count has to be told here, for nobody comes back. */
int
execvp(const char *file, char *const argv[])
{
	int (*next)(const char *, char *const[]);

	*(void **)&next = dlsym(RTLD_NEXT, "execvp");
	if (turn("exec"))
		return -1;
	tell();
	return next(file, argv);
}
