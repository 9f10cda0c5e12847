#include "ext/platform.h"

#include <errno.h>
#if defined(STATIC) && defined(__GLIBC__)
#include <nss.h>
#endif
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

const char *
platform_program(void)
{
#ifdef __linux__
	return program_invocation_short_name;
#else
	return getprogname();
#endif
}

void
platform_groups(void)
{
#if defined(STATIC) && defined(__GLIBC__)
	(void)__nss_configure_lookup("group", "files");
#endif
}

uint32_t
platform_random(void)
{
	uint32_t number;

	/* It fails only where the system is in no state to go on. */
	if (getentropy(&number, sizeof(number)) != 0)
		mem_exhausted();
	return number;
}
