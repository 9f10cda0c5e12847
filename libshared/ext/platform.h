#ifndef EXT_PLATFORM_H
#define EXT_PLATFORM_H

#include <stdint.h>

/* The name this program was called by, without folders. */
const char *platform_program(void);

/*
 * To be called before getgrnam(3) and getgrgid(3).  A program that is linked
 * statically then looks into /etc/group alone: glibc would load libraries for it,
 * and that of systemd crashes there.
 */
void platform_groups(void);

/* From the kernel; nobody can guess it. */
uint32_t platform_random(void);

#endif
