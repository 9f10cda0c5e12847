#include "dkim/keycache.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

struct entry {
	struct buf record;
	struct cached_key key;
};

struct keycache {
	struct entry *v[LIMIT_CACHED_KEYS]; /* the one used last comes first */
	size_t n;
};

struct keycache *
keycache_new(void)
{
	return mem_alloc(sizeof(struct keycache));
}

static void
entry_free(struct entry *e)
{
	keyrec_free(&e->key.rec);
	key_free(e->key.key);
	buf_free(&e->record);
	free(e);
}

void
keycache_free(struct keycache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->v[i]);
	free(c);
}

static struct entry *
read_record(struct span record)
{
	struct entry *e = mem_alloc(sizeof(*e));
	struct cached_key *k = &e->key;

	buf_add_span(&e->record, record);
	if (keyrec_parse(&k->rec, record, &k->shaped, &k->verdict) &&
	    k->rec.known_type && k->rec.pub.n > 0)
		k->key = key_from_public(k->rec.type, buf_span(&k->rec.pub),
		    &k->why);
	return e;
}

/* Out of the cache; NULL when the record is not in it. */
static struct entry *
take(struct keycache *c, struct span record)
{
	struct entry *e = NULL;
	size_t i = 0;

	while (i < c->n && !span_eq(buf_span(&c->v[i]->record), record))
		i++;
	if (i == c->n)
		return NULL;
	e = c->v[i];
	c->n--;
	memmove(&c->v[i], &c->v[i + 1], (c->n - i) * sizeof(struct entry *));
	/* There may be memory for it now. */
	if (e->key.why == KEY_NOT_LOADED) {
		entry_free(e);
		return NULL;
	}
	return e;
}

const struct cached_key *
keycache_get(struct keycache *c, struct span record)
{
	struct entry *e = take(c, record);

	if (e == NULL)
		e = read_record(record);
	if (c->n == LIMIT_CACHED_KEYS)
		entry_free(c->v[--c->n]);
	memmove(&c->v[1], &c->v[0], c->n * sizeof(struct entry *));
	c->v[0] = e;
	c->n++;
	return &e->key;
}
