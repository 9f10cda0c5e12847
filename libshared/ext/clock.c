#include "ext/clock.h"

#include <time.h>

int64_t
clock_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_share(int64_t end, size_t n)
{
	int64_t now = clock_ms();

	return now + (end - now) / (int64_t)n;
}
