#ifndef EXT_INPUT_H
#define EXT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/fault.h"

/*
 * A message as it comes in: read once from front to back, and any part of it
 * written out again afterwards.  A regular file is read from its current offset
 * and not copied; what comes through a pipe is kept in a spool.  Offsets count
 * from the first octet read.
 */
struct input;

/* "-", or the name that the system has for standard input. */
bool input_is_stdin(const char *path);
/* It is one of the n paths. */
bool input_among(char *const paths[], int n);

/*
 * keep says that input_copy will be used.
 * EX_NOINPUT when it cannot be opened.
 */
ATTR_CHECK struct input *input_open(const char *path, bool keep,
    struct fault *f);

/*
 * A regular file that is open already, from its beginning; the input closes fd,
 * also when this fails.  name has to outlive it.
 */
ATTR_CHECK struct input *input_adopt(int fd, const char *name, struct fault *f);

/* As read(2), tried again until there is an answer; -1 and EX_IOERR on an error. */
ATTR_CHECK ssize_t input_read(struct input *in, void *p, size_t n,
    struct fault *f);

/* How many octets have been read. */
uint64_t input_octets(const struct input *in);

/*
 * Whether input_copy can be relied on; to be asked before the first octet is
 * written.  EX_IOERR or EX_CANTCREAT.
 */
ATTR_CHECK bool input_kept(const struct input *in, struct fault *f);
/* Writes the n octets at offset to a descriptor.  EX_IOERR. */
ATTR_CHECK bool input_copy(struct input *in, uint64_t offset, uint64_t n,
    int to, const char *to_name, struct fault *f);

/* Reads a part again; 0 only at the end.  -1 and EX_IOERR on an error. */
ATTR_CHECK ssize_t input_again(struct input *in, uint64_t offset, void *p,
    size_t n, struct fault *f);

/* What it was when it was opened. */
const struct stat *input_stat(const struct input *in);

int input_fd(const struct input *in);           /* to poll before input_read */
const char *input_name(const struct input *in); /* a path or "stdin" */
void input_close(struct input *in);

/*
 * Reads what is left of standard input when that is a pipe or a socket, until it
 * ends or nothing has come for a minute.
 */
void input_drain(void);

/* Standard input is not the message: nothing more is read from it. */
void input_unused(void);

#endif
