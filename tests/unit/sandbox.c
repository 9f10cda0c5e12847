/*
 * A program gone wrong: enters the sandbox and then does what it should not.
 *	sandbox NEEDS ACT [PATH]
 * NEEDS: letters of "snfx" (SANDBOX_SPOOL, NET, FORK, EXEC), "r=PATH" and
 * "w=PATH" (sandbox_read, sandbox_write), with commas between them; "-" for none.
 * Says what is in force, then "done" or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "ext/file.h"
#include "ext/newfile.h"
#include "ext/sandbox.h"

/* Memory that can be executed, in one step or in two. */
static int
map_code(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *p;

	/* Refused it is by another name in musl, so errno is of the second. */
	if (mmap(NULL, 4096, rw | PROT_EXEC, flags, -1, 0) != MAP_FAILED)
		return 0;
	p = mmap(NULL, 4096, rw, flags, -1, 0);
	return p == MAP_FAILED ? -1 : mprotect(p, 4096, rw | PROT_EXEC);
}

static int
act(const char *what, const char *path)
{
	struct fault f = { 0 };
	char *const argv[] = { (char[]){ "true" }, NULL };

	if (strcmp(what, "read") == 0)
		return open(path, O_RDONLY);
	if (strcmp(what, "overwrite") == 0)
		return open(path, O_WRONLY | O_TRUNC);
	if (strcmp(what, "append") == 0)
		return open(path, O_WRONLY | O_APPEND);
	if (strcmp(what, "create") == 0)
		return open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (strcmp(what, "spool") == 0)
		return file_temporary(&f);
	if (strcmp(what, "newfile") == 0)
		return newfile_write(path, 0600, NULL, true, SPAN("x"), &f) ?
		    0 :
		    -1;
	if (strcmp(what, "inet") == 0)
		return socket(AF_INET, SOCK_DGRAM, 0);
	if (strcmp(what, "unix") == 0)
		return socket(AF_UNIX, SOCK_STREAM, 0);
	if (strcmp(what, "fork") == 0)
		return fork() < 0 ? -1 : 0;
	if (strcmp(what, "exec") == 0)
		return execv(path, argv);
	if (strcmp(what, "code") == 0)
		return map_code();
	if (strcmp(what, "chmod") == 0)
		return chmod(path, 0777);
	if (strcmp(what, "unlink") == 0)
		return unlink(path);
	return 0;
}

static unsigned
bit(char letter)
{
	return letter == 's' ? SANDBOX_SPOOL :
	    letter == 'n'    ? SANDBOX_NET :
	    letter == 'f'    ? SANDBOX_FORK :
	    letter == 'x'    ? SANDBOX_EXEC :
			       0;
}

static const char *
enter(const char *text)
{
	char *words = strdup(text), *word, *rest;
	struct sandbox s;
	unsigned needs = 0;

	if (words == NULL)
		exit(1);
	for (const char *p = words; *p != '\0' && strchr(",rw", *p) == NULL;
	     p++)
		needs |= bit(*p);
	sandbox_plan(&s, needs);
	for (word = strtok_r(words, ",", &rest); word != NULL;
	     word = strtok_r(NULL, ",", &rest)) {
		if (strncmp(word, "r=", 2) == 0)
			sandbox_read(&s, word + 2);
		if (strncmp(word, "w=", 2) == 0)
			sandbox_write(&s, word + 2);
	}
	free(words);
	return sandbox_enter(&s);
}

/* The microseconds that entering takes. */
static void
measure(const char *needs)
{
	struct timespec a, b;

	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	(void)enter(needs);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%ld\n",
	    (long)((b.tv_sec - a.tv_sec) * 1000000 +
		(b.tv_nsec - a.tv_nsec) / 1000));
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		return 64;
	if (strcmp(argv[2], "measure") == 0) {
		measure(argv[1]);
		return 0;
	}
	printf("%s: ", enter(argv[1]));
	(void)fflush(stdout);
	errno = 0;
	if (act(argv[2], argc > 3 ? argv[3] : "") < 0)
		printf("%s\n",
		    errno == EPERM || errno == EACCES ? "refused" :
							strerror(errno));
	else
		printf("done\n");
	return 0;
}
