#include "dns/answershare.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"

enum { SLOTS = 1024, PROBES = 16, ROOM = 6 << 10 };

enum state {
	FREE,
	NAMING, /* for an instant, until the question is written */
	ASKING,
	OPEN, /* it was asked in vain, and nobody does now */
	GIVING,
	KNOWN,
	TOO_LONG /* never kept */
};

/* Neither question nor answer change once they are to be seen. */
struct slot {
	_Atomic int state;
	struct dnsquestion question;
	struct answer answer; /* without its pointers */
	char octets[ROOM];    /* its strings, each behind its length */
};

struct answershare {
	struct slot v[SLOTS];
};

struct answershare *
answershare_new(void)
{
	void *p = mmap(NULL, sizeof(struct answershare), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED ? p : NULL; /* all zero, so every slot is FREE */
}

void
answershare_free(struct answershare *s)
{
	if (s != NULL)
		(void)munmap(s, sizeof(*s));
}

static size_t
hash(const struct dnsquestion *q)
{
	size_t h = (size_t)q->type;

	for (size_t i = 0; i < q->name.n; i++)
		h = h * 31 + q->name.k[i];
	return h;
}

static void
copy_out(const struct slot *s, struct answer *a)
{
	size_t at = 0;

	*a = s->answer;
	a->v = a->n > 0 ? mem_grow(NULL, a->n, sizeof(*a->v)) : NULL;
	for (size_t i = 0; i <= a->n; i++) {
		struct buf *b = i < a->n ? &a->v[i] : &a->target;
		size_t n;

		memcpy(&n, s->octets + at, sizeof(n));
		*b = (struct buf){ 0 };
		buf_add(b, s->octets + at + sizeof(n), n);
		at += sizeof(n) + n;
	}
}

static bool
copy_in(struct slot *s, const struct answer *a)
{
	size_t at = 0;

	for (size_t i = 0; i <= a->n; i++) {
		const struct buf *b = i < a->n ? &a->v[i] : &a->target;

		if (ROOM - at < sizeof(b->n) || ROOM - at - sizeof(b->n) < b->n)
			return false;
		memcpy(s->octets + at, &b->n, sizeof(b->n));
		if (b->n > 0)
			memcpy(s->octets + at + sizeof(b->n), b->p, b->n);
		at += sizeof(b->n) + b->n;
	}
	s->answer = *a;
	s->answer.v = NULL;
	s->answer.target = (struct buf){ 0 };
	return true;
}

static bool
change(struct slot *s, enum state from, enum state to)
{
	int expected = (int)from;

	return atomic_compare_exchange_strong(&s->state, &expected, (int)to);
}

/* One that dies while it writes the question leaves a slot of no use. */
static enum state
settled(struct slot *s)
{
	enum { PATIENCE = 10000 };

	for (int i = 0; i < PATIENCE; i++) {
		int state = atomic_load(&s->state);

		if (state != NAMING)
			return (enum state)state;
		(void)sched_yield();
	}
	return NAMING;
}

/* The slot of the question, which may have become so just now; or NULL. */
static struct slot *
slot_of(struct answershare *s, const struct dnsquestion *q, bool *fresh)
{
	size_t first = hash(q);

	*fresh = false;
	for (size_t i = 0; i < PROBES; i++) {
		struct slot *slot = &s->v[(first + i) % SLOTS];

		if (change(slot, FREE, NAMING)) {
			slot->question = *q;
			atomic_store(&slot->state, ASKING);
			*fresh = true;
			return slot;
		}
		if (settled(slot) != NAMING &&
		    dnsquestion_eq(&slot->question, q))
			return slot;
	}
	return NULL;
}

enum share
answershare_take(struct answershare *s, const struct dnsquestion *q,
    size_t *place, struct answer *answer)
{
	bool fresh;
	struct slot *slot = slot_of(s, q, &fresh);

	if (slot == NULL)
		return SHARE_NONE;
	*place = (size_t)(slot - s->v);
	if (fresh || change(slot, OPEN, ASKING))
		return SHARE_ASK;
	switch (atomic_load(&slot->state)) {
	case KNOWN: copy_out(slot, answer); return SHARE_KNOWN;
	case TOO_LONG: return SHARE_NONE;
	default: return SHARE_WAIT;
	}
}

void
answershare_give(struct answershare *s, size_t place,
    const struct answer *answer)
{
	struct slot *slot = &s->v[place];
	bool keep = answer != NULL &&
	    (answer->status == LOOKUP_FOUND || answer->status == LOOKUP_NONE);

	if (!keep)
		(void)change(slot, ASKING, OPEN);
	else if (change(slot, ASKING, GIVING))
		atomic_store(&slot->state,
		    copy_in(slot, answer) ? KNOWN : TOO_LONG);
}
