#ifndef EXT_CLOCK_H
#define EXT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Milliseconds of a clock that never goes back, whoever sets the time of day.
 * For moments when something has to be over; they mean nothing elsewhere.
 */
int64_t clock_ms(void);

/*
 * Milliseconds of processor time that this process has used: what bounds work
 * by it gives the same result on a busy machine as on an idle one.
 */
int64_t clock_worked_ms(void);

/* The moment when the first of n, at least 1, has had its share until end. */
int64_t clock_share(int64_t end, size_t n);

#endif
