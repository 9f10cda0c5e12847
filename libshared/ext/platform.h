#ifndef EXT_PLATFORM_H
#define EXT_PLATFORM_H

#include <stdint.h>

/*
 * What libbsd brings where the C library does not, and costs each process the
 * loading of two libraries for.
 */

/* The name this program was called by, without folders. */
const char *platform_program(void);

/* From the kernel; nobody can guess it. */
uint32_t platform_random(void);

#endif
