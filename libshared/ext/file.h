#ifndef EXT_FILE_H
#define EXT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/* Who may read a file that is read whole. */
enum file_secrecy {
	FILE_PUBLIC,
	FILE_PRIVATE /* refuse what others may read or write, or a group write */
};

enum file_state {
	FILE_READ,
	FILE_MISSING, /* no such name: the fault is set too */
	FILE_FAILED
};

/*
 * Is there nothing of this name?  A link that leads nowhere is something, be it
 * a folder in the path.
 */
bool file_missing(const char *path);

/*
 * Appends the whole of a regular file of at most max octets to out.  Never
 * waits (a FIFO or a device is refused).  EX_NOINPUT when it cannot be opened,
 * EX_NOPERM when its mode gives a secret away, EX_CONFIG when it is too long,
 * EX_IOERR when reading fails.
 */
ATTR_CHECK enum file_state file_slurp(const char *path,
    enum file_secrecy secrecy, size_t max, struct buf *out, struct fault *f);

/*
 * What FILE_PRIVATE asks, of a file that is open already.  EX_NOPERM, naming the
 * chmod(1) that mends it, or EX_IOERR.
 */
ATTR_CHECK bool file_is_private(int fd, const char *path, struct fault *f);

/*
 * Can those who can read the file old, by its mode and owner, read the file new
 * as well?  True, too, when old is not there.  EX_NOPERM, naming what mends it,
 * or EX_NOINPUT.
 */
ATTR_CHECK bool file_readers_kept(const char *old, const char *new,
    struct fault *f);

/* As file_slurp from a descriptor, to its end.  name is for the fault. */
ATTR_CHECK bool file_slurp_fd(int fd, const char *name, size_t max,
    struct buf *out, struct fault *f);

/*
 * For a descriptor that others may have made non-blocking: after read(2) or
 * write(2) failed, true when it should be tried again, which is once it is ready.
 */
bool file_try_again(int fd, short events);

/* Writes all of it.  EX_IOERR otherwise, with no text for a broken pipe. */
ATTR_CHECK bool file_write(int fd, const char *name, const void *p, size_t n,
    struct fault *f);

/* As pread(2).  -1 and EX_IOERR on an error. */
ATTR_CHECK ssize_t file_read_at(int fd, const char *name, uint64_t offset,
    void *p, size_t n, struct fault *f);

/*
 * Copies n octets at offset of a regular file.  EX_IOERR, among others when the
 * file has become shorter.
 */
ATTR_CHECK bool file_copy(int from, const char *from_name, uint64_t offset,
    uint64_t n, int to, const char *to_name, struct fault *f);

/* $TMPDIR, or /tmp. */
const char *file_temporary_folder(void);

/*
 * A file without a name in that folder, open for reading and writing.
 * -1 and EX_CANTCREAT when there can be none.
 */
ATTR_CHECK int file_temporary(struct fault *f);

/*
 * Descriptors 0 to 2 that are closed become ones that can be neither read nor
 * written usefully, so that no file opened later takes their place.
 */
ATTR_CHECK bool file_guard_standard(struct fault *f);

#endif
