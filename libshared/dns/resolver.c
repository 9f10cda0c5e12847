#include "dns/resolver.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dns/answershare.h"
#include "dns/dnsdata.h"
#include "dns/dnsparse.h"
#include "dns/dnsquery.h"
#include "dns/nameserver.h"
#include "ext/clock.h"
#include "ext/file.h"

struct known {
	struct dnsquestion question;
	struct answer answer;
	bool decided;
	struct dnsquery *query; /* while it is under way */
	bool waits;             /* for another process to give the answer */
	bool promised;          /* others wait for it, at place */
	size_t place;
};

struct resolver {
	bool offline;
	bool signatures;
	bool iterative;
	struct dnsdata zone;
	struct nameservers servers;
	struct dnstime time;
	int64_t limit;    /* that a message begins with, in milliseconds */
	int64_t end;      /* of the clock, whatever is left; 0 for none */
	struct known **v; /* in the order of asking; their numbers */
	size_t n;
	size_t cap;
	size_t begun; /* of them; the others wait for a socket */
	struct known *active[LIMIT_LOOKUPS];
	size_t actives;
	struct answershare *share; /* or NULL */
};

bool
resolver_server_ok(const char *server)
{
	struct nameserver ignored;

	return nameserver_parse(&ignored, server);
}

struct resolver *
resolver_network(const char *const *servers, size_t n, unsigned seconds,
    struct fault *f)
{
	struct resolver *r = mem_alloc(sizeof(*r));

	r->limit = (int64_t)seconds * 1000;
	r->time.left = r->limit;
	if (n == 0) {
		nameservers_system(&r->servers);
	} else if (!nameservers_given(&r->servers, servers, n, f)) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

struct resolver *
resolver_zone(const char *path, struct fault *f)
{
	struct resolver *r = mem_alloc(sizeof(*r));
	struct buf text = { 0 };
	bool right = false;

	r->offline = true;
	if (file_slurp(path, FILE_PUBLIC, LIMIT_ZONE_FILE, &text, f) ==
	    FILE_READ)
		right = dnsparse_zone(&r->zone, buf_span(&text), path, f);
	buf_free(&text);
	if (!right) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

static void
keep_promise(struct resolver *r, struct known *k, const struct answer *answer)
{
	if (k->promised)
		answershare_give(r->share, k->place, answer);
	k->promised = false;
}

static void
forget(struct resolver *r, struct known *k)
{
	keep_promise(r, k, NULL);
	dnsquery_free(k->query);
	for (size_t i = 0; i < k->answer.n; i++)
		buf_free(&k->answer.v[i]);
	free(k->answer.v);
	buf_free(&k->answer.target);
	free(k);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		forget(r, r->v[i]);
	free(r->v);
	dnsdata_free(&r->zone);
	answershare_free(r->share);
	free(r);
}

static void
decide(struct resolver *r, struct known *k)
{
	dnsquery_free(k->query);
	k->query = NULL;
	k->decided = true;
	k->waits = false;
	keep_promise(r, k, &k->answer);
}

static void
begin(struct resolver *r, struct known *k)
{
	k->waits = false;
	k->query = dnsquery_new(&k->question, &r->servers, &r->time,
	    &k->answer);
	if (dnsquery_begin(k->query))
		decide(r, k);
	else
		r->active[r->actives++] = k;
}

/* Begins what was asked, as far as sockets go. */
static void
begin_some(struct resolver *r)
{
	while (r->begun < r->n && r->actives < LIMIT_LOOKUPS) {
		struct known *k = r->v[r->begun++];

		if (!k->decided && !k->waits)
			begin(r, k);
	}
}

/* What another process is to ask it may have by now, or have left to us. */
static void
look_again(struct resolver *r, struct known *k)
{
	enum share share = answershare_take(r->share, &k->question, &k->place,
	    &k->answer);

	k->promised = share == SHARE_ASK;
	k->waits = share == SHARE_WAIT;
	if (share == SHARE_KNOWN)
		decide(r, k);
}

/*
 * Those that wait for others; false when there were none.  What has not come for
 * half of the time is asked for all the same: a process may be dead, or busy with
 * a long message.
 */
static bool
look_at_share(struct resolver *r)
{
	bool any = false;

	for (size_t i = 0; r->share != NULL && i < r->n; i++) {
		struct known *k = r->v[i];

		if (!k->waits)
			continue;
		any = true;
		if (!k->promised)
			look_again(r, k);
		if (k->waits && !k->promised)
			k->promised = r->time.left < r->limit / 2;
		/* Without a socket to spare its turn comes later. */
		if (!k->decided && (k->promised || !k->waits)) {
			k->waits = r->actives == LIMIT_LOOKUPS;
			if (!k->waits)
				begin(r, k);
		}
	}
	return any;
}

static bool
find(const struct resolver *r, const struct dnsquestion *q, size_t *number)
{
	for (size_t i = 0; i < r->n; i++)
		if (dnsquestion_eq(&r->v[i]->question, q)) {
			*number = i;
			return true;
		}
	return false;
}

void
resolver_inspect(struct resolver *r, bool recursive)
{
	r->signatures = true;
	r->iterative = !recursive;
}

/* No more is left than until the end, which draws near between waits, too. */
static void
look_at_clock(struct resolver *r)
{
	r->time.now = clock_ms();
	if (r->end != 0 && r->end - r->time.now < r->time.left)
		r->time.left = r->end - r->time.now;
}

void
resolver_until(struct resolver *r, int64_t end)
{
	r->end = end;
	look_at_clock(r);
}

static void
answer_offline(struct resolver *r, struct known *k)
{
	dnsdata_answer(&r->zone, &k->question.name, k->question.type, true,
	    &k->answer);
	decide(r, k);
}

void
resolver_share(struct resolver *r)
{
	if (!r->offline && r->share == NULL)
		r->share = answershare_new();
}

size_t
resolver_ask(struct resolver *r, struct span name)
{
	return resolver_ask_for(r, name, RECORD_TXT);
}

size_t
resolver_ask_for(struct resolver *r, struct span name, enum record_type type)
{
	struct dnsquestion wanted = { .type = type,
		.signatures = r->signatures,
		.iterative = r->iterative };
	bool right = dnsname_text(&wanted.name, name);
	struct known *k;
	size_t number;

	if (right && find(r, &wanted, &number))
		return number;
	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 16;
		r->v = mem_grow(r->v, r->cap, sizeof(*r->v));
	}
	k = mem_alloc(sizeof(*k));
	k->question = wanted;
	r->v[r->n] = k;
	if (!right) {
		k->answer.status = LOOKUP_BROKEN;
		k->answer.why = "not a domain name";
		decide(r, k);
	} else if (r->offline) {
		answer_offline(r, k);
	} else if (r->share != NULL) {
		look_again(r, k);
	}
	number = r->n++;
	look_at_clock(r);
	begin_some(r);
	return number;
}

/* Until the next try is to be given up, for poll. */
static int
patience(const struct resolver *r, int64_t longest)
{
	for (size_t i = 0; i < r->actives; i++) {
		int64_t left = dnsquery_due(r->active[i]->query) - r->time.now;

		longest = left < longest ? left : longest;
	}
	return longest < 0 ? 0 : longest > INT_MAX ? INT_MAX : (int)longest;
}

/* Everything that waits has waited long enough. */
static void
expire(struct resolver *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i]->decided)
			continue;
		r->v[i]->answer.status = LOOKUP_TIMEOUT;
		r->v[i]->answer.why = "no answer from DNS in time";
		decide(r, r->v[i]);
	}
	r->begun = r->n;
	r->actives = 0;
}

/*
 * Waits for one event, and lets all lookups go on.  fd, unless it is -1, is
 * waited for, too; true when that can be read.
 */
static bool
take_turn(struct resolver *r, int fd, int64_t longest)
{
	enum { LOOK = 2 }; /* for what others ask, every so many milliseconds */
	struct pollfd fds[LIMIT_LOOKUPS + 1];
	bool waits = look_at_share(r);
	size_t n = r->actives, left = 0;

	longest = patience(r, waits && longest > LOOK ? LOOK : longest);
	for (size_t i = 0; i < n; i++)
		fds[i] = dnsquery_poll(r->active[i]->query);
	fds[n] = (struct pollfd){ .fd = fd, .events = POLLIN };
	if (poll(fds, n + 1, (int)longest) < 0)
		for (size_t i = 0; i <= n; i++)
			fds[i].revents = 0;
	r->time.now = clock_ms();
	for (size_t i = 0; i < n; i++) {
		struct known *k = r->active[i];

		if (dnsquery_step(k->query, fds[i].revents != 0))
			decide(r, k);
		else
			r->active[left++] = k;
	}
	r->actives = left;
	begin_some(r);
	return fds[n].revents != 0;
}

void
resolver_meanwhile(struct resolver *r, int fd)
{
	while (r->actives > 0 && !take_turn(r, fd, INT_MAX))
		;
}

const struct answer *
resolver_wait(struct resolver *r, size_t number)
{
	struct known *k = r->v[number];

	look_at_clock(r);
	while (!k->decided) {
		int64_t before = r->time.now;

		(void)take_turn(r, -1, r->time.left);
		r->time.left -= r->time.now - before;
		if (r->time.left <= 0 && !k->decided)
			expire(r);
	}
	return &k->answer;
}

void
resolver_next(struct resolver *r)
{
	bool full = r->n > LIMIT_KNOWN_NAMES;
	size_t left = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct known *k = r->v[i];

		if (!full && k->decided &&
		    (k->answer.status == LOOKUP_FOUND ||
			k->answer.status == LOOKUP_NONE))
			r->v[left++] = k;
		else
			forget(r, k);
	}
	r->n = left;
	r->begun = left;
	r->actives = 0;
	r->time.left = r->limit;
}
