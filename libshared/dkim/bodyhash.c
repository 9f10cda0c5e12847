#include "dkim/bodyhash.h"

#include <stdlib.h>

#include "base/mem.h"

struct slot {
	enum canon canon;
	enum hash hash;
	uint64_t limit;
	struct digest *digest;
	unsigned char value[DIGEST_MAX];
	size_t n;
};

/* One canonicalization of the body and the slots that it feeds. */
struct stream {
	struct bodyhashes *owner;
	struct canon_body canon;
	bool wanted;
	uint64_t octets;
};

struct bodyhashes {
	struct stream stream[CANON_RELAXED + 1];
	struct slot *v;
	size_t n;
};

static void
put(void *arg, const void *p, size_t n)
{
	struct stream *s = arg;
	const struct bodyhashes *b = s->owner;

	for (size_t i = 0; i < b->n; i++) {
		const struct slot *slot = &b->v[i];
		uint64_t left = slot->limit > s->octets ?
		    slot->limit - s->octets :
		    0;

		if (slot->canon == s->canon.mode && left > 0)
			digest_add(slot->digest, p,
			    left < n ? (size_t)left : n);
	}
	s->octets += n;
}

struct bodyhashes *
bodyhashes_new(void)
{
	/* Not cleared: it is large, and one of the two streams is all most use. */
	struct bodyhashes *b = mem_grow(NULL, 1, sizeof(*b));

	b->v = NULL;
	b->n = 0;
	for (enum canon c = CANON_SIMPLE; c <= CANON_RELAXED; c++) {
		b->stream[c].owner = b;
		b->stream[c].wanted = false;
		b->stream[c].octets = 0;
		canon_body_init(&b->stream[c].canon, c, put, &b->stream[c]);
	}
	return b;
}

size_t
bodyhashes_want(struct bodyhashes *b, enum canon canon, enum hash hash,
    uint64_t limit)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].canon == canon && b->v[i].hash == hash &&
		    b->v[i].limit == limit)
			return i;
	b->v = mem_grow(b->v, b->n + 1, sizeof(*b->v));
	b->v[b->n] = (struct slot){ .canon = canon,
		.hash = hash,
		.limit = limit,
		.digest = digest_new(hash) };
	b->stream[canon].wanted = true;
	return b->n++;
}

void
bodyhashes_add(void *arg, const void *p, size_t n)
{
	struct bodyhashes *b = arg;

	for (enum canon c = CANON_SIMPLE; c <= CANON_RELAXED; c++)
		if (b->stream[c].wanted)
			canon_body_add(&b->stream[c].canon, p, n);
}

bool
bodyhashes_end(struct bodyhashes *b)
{
	bool ok = true;

	for (enum canon c = CANON_SIMPLE; c <= CANON_RELAXED; c++)
		canon_body_end(&b->stream[c].canon);
	for (size_t i = 0; i < b->n; i++) {
		b->v[i].n = digest_end(b->v[i].digest, b->v[i].value);
		ok = ok && b->v[i].n > 0;
	}
	return ok;
}

struct span
bodyhashes_value(const struct bodyhashes *b, size_t number, uint64_t *octets)
{
	const struct slot *slot = &b->v[number];

	*octets = b->stream[slot->canon].octets;
	return (struct span){ (const char *)slot->value, slot->n };
}

void
bodyhashes_free(struct bodyhashes *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		digest_free(b->v[i].digest);
	free(b->v);
	free(b);
}
