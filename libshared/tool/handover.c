#include "tool/handover.h"

#include <unistd.h>

#include "ext/chain.h"
#include "ext/file.h"

bool
handover(const struct message *m, struct span top, char *const argv[],
    struct fault *f)
{
	int fd = file_temporary(f);

	if (fd < 0)
		return false;
	if (message_write(m, top, fd, "temporary file", f))
		(void)chain_exec(argv, fd, f);
	(void)close(fd);
	return false;
}
