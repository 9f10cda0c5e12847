#include "ext/clock.h"

#include <time.h>

static int64_t
read_ms(clockid_t clock)
{
	struct timespec t = { 0 };

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
clock_worked_ms(void)
{
	return read_ms(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
clock_share(int64_t end, size_t n)
{
	int64_t now = clock_ms();

	return now + (end - now) / (int64_t)n;
}
