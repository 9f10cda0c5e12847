#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/*
 * What the harnesses share.  Each takes any octets, must neither crash nor
 * read where it should not, and aborts when a promise of a header is broken.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) \
	do { \
		if (!(truth)) { \
			(void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #truth); \
			abort(); \
		} \
	} while (0)

static inline struct span
all_of(const uint8_t *data, size_t size)
{
	return (struct span){ (const char *)data, size };
}

static inline bool
lies_in(struct span part, struct span whole)
{
	return part.n == 0 ||
	    (part.p >= whole.p && part.n <= whole.n &&
		(size_t)(part.p - whole.p) <= whole.n - part.n);
}

/* A file in memory that holds text, and its path; the caller closes it. */
enum { FILE_PATH = 32 };
static inline int
file_of(struct span text, char path[static FILE_PATH])
{
	int fd = memfd_create("fuzz", 0);

	MUST(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	(void)snprintf(path, FILE_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

static inline void
must_equal(const struct buf *got, const struct buf *want)
{
	MUST(got->n == want->n);
	MUST(got->n == 0 || memcmp(got->p, want->p, got->n) == 0);
}

/* One line of printable ASCII, as a fault promises. */
static inline bool
printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

#endif
