#include "why/claim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ext/clock.h"

void
claims_begin(struct claims *c, int64_t milliseconds)
{
	*c = (struct claims){ .until = clock_worked_ms() + milliseconds };
}

void
claims_extend(struct claims *c, int64_t milliseconds)
{
	c->until = clock_worked_ms() + milliseconds;
	c->late = false;
}

bool
claims_late(struct claims *c)
{
	c->late = c->late || clock_worked_ms() >= c->until;
	c->stopped = c->stopped || c->late;
	return c->late;
}

struct claim *
claims_add(struct claims *c, enum half half, bool verified, const char *code,
    const char *text)
{
	c->v = mem_grow(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n] = (struct claim){
		.half = half, .verified = verified, .code = code, .text = text
	};
	return &c->v[c->n++];
}

size_t
claims_about(const struct claims *c, enum half half)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].half == half && c->v[i].verified;
	return n;
}

void
claims_free(struct claims *c)
{
	for (size_t i = 0; i < c->n; i++)
		buf_free(&c->v[i].detail);
	free(c->v);
	*c = (struct claims){ 0 };
}
