/*
 * A program gone wrong, to be preloaded (LD_PRELOAD): at the first read from
 * standard input, which is where a message begins, it tries what it should not,
 * and tells descriptor 9 a word for each that it was allowed.  MISBEHAVE=exec
 * starts another program instead.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
tell(int rc, const char *what)
{
	if (rc >= 0)
		(void)syscall(SYS_write, 9, what, strlen(what));
}

static void
misbehave(void)
{
	static char name[] = "true";
	char *const argv[] = { name, NULL }, *const env[] = { NULL };
	const char *how = getenv("MISBEHAVE");
	int rc;

	(void)syscall(SYS_write, 9, "begun ", 6);
	if (how != NULL && strcmp(how, "exec") == 0)
		tell(execve("/bin/true", argv, env), "exec ");
	tell(open("secret", O_RDONLY), "read ");
	tell(open("secret", O_WRONLY | O_TRUNC), "overwrite ");
	tell(open("new", O_WRONLY | O_CREAT | O_EXCL, 0600), "create ");
	tell(unlink("secret"), "unlink ");
	tell(socket(AF_INET, SOCK_STREAM, 0), "inet ");
	tell(socket(AF_UNIX, SOCK_STREAM, 0), "unix ");
	rc = fork();
	if (rc == 0)
		_exit(0);
	tell(rc, "fork ");
}

ssize_t
read(int fd, void *p, size_t n)
{
	static int begun;

	if (fd == STDIN_FILENO && begun++ == 0)
		misbehave();
	return syscall(SYS_read, fd, p, n);
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
ssize_t
__read_chk(int fd, void *p, size_t n, size_t room)
{
	(void)room;
	return read(fd, p, n);
}
