#include "ext/chain.h"

#include <errno.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

bool
chain_exec(char *const argv[], int fd, struct fault *f)
{
	if (lseek(fd, 0, SEEK_SET) != 0 || dup2(fd, STDIN_FILENO) < 0)
		return fault_errno(f, EX_OSERR, "temporary file");
	/* What is ignored stays ignored over exec; the others are reset. */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)execvp(argv[0], argv);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	return fault_errno(f, errno == ENOENT ? EX_UNAVAILABLE : EX_OSERR, "%s",
	    argv[0]);
}
