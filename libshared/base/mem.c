#include "base/mem.h"

#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

void
mem_exhausted(void)
{
	errno = ENOMEM;
	warn("memory");
	quick_exit(EX_TEMPFAIL);
}

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		mem_exhausted();
	return p;
}

void *
mem_grow(void *p, size_t count, size_t each)
{
	if (each != 0 && count > SIZE_MAX / each)
		mem_exhausted();
	p = realloc(p, count * each > 0 ? count * each : 1);
	if (p == NULL)
		mem_exhausted();
	return p;
}

char *
mem_strndup(const char *s, size_t n)
{
	char *copy = mem_grow(NULL, n + 1, 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}
