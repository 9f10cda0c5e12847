#include "keys/signtable.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

/* The ranks of a plain table: each parent has two, of at most 127 parents. */
enum { RANK_ADDRESS, RANK_DOMAIN, RANK_PARENT, RANK_LAST = 1000, NO_RANK };

void
matches_free(struct matches *m)
{
	for (size_t i = 0; i < m->n; i++) {
		buf_free(&m->v[i].name);
		buf_free(&m->v[i].identity);
	}
	free(m->v);
	*m = (struct matches){ 0 };
}

const char *
signtable_parse(const struct row *row, struct span *name, struct span *identity)
{
	struct span rest = row->value;

	*identity = SPAN("");
	(void)span_cut(&rest, ':', name);
	*name = span_trim(*name);
	if (rest.p != NULL)
		*identity = span_trim(rest);
	if (name->n == 0)
		return "no key is named";
	for (size_t i = 0; i < name->n; i++)
		if (ascii_wsp(name->p[i]))
			return "more than a key and an identity";
	for (size_t i = 0; i < identity->n; i++)
		if (ascii_wsp(identity->p[i]))
			return "more than a key and an identity";
	return NULL;
}

static bool
add(struct matches *m, const struct table *t, const struct row *row,
    const struct author *author, size_t rank, struct fault *f)
{
	struct span name, identity;
	const char *why = signtable_parse(row, &name, &identity);
	struct match *new;

	if (why == NULL && m->n == LIMIT_CHOSEN_KEYS)
		why = "too many rows match";
	if (why != NULL)
		return table_fault(t, row, f, why);
	m->v = mem_grow(m->v, m->n + 1, sizeof(*m->v));
	new = &m->v[m->n++];
	*new = (struct match){ .rank = rank,
		.row = { .at = row->at, .line = row->line } };
	buf_add_span(&new->name,
	    span_eq(name, SPAN("%")) ? author->domain : name);
	/* Some write a bare "%". */
	if (identity.n > 0 && memchr(identity.p, '@', identity.n) == NULL)
		buf_addc(&new->identity, '@');
	table_fill(identity, author->domain, &new->identity);
	return true;
}

/* Where "." and what follows lie in domain when they are a parent of it. */
static bool
parent(struct span domain, struct span tail, size_t *depth)
{
	size_t before;

	if (tail.n == 0 || tail.p[0] != '.' || tail.n >= domain.n)
		return false;
	before = domain.n - tail.n;
	if (!span_eq_nocase(span_from(domain, before), tail))
		return false;
	*depth = 0;
	for (size_t i = 0; i < before; i++)
		*depth += domain.p[i] == '.';
	return true;
}

/* Which of the forms above a key is for this author. */
static size_t
rank_of(struct span key, const struct author *a)
{
	const char *at = key.n > 0 ? memrchr(key.p, '@', key.n) : NULL;
	struct span user = { key.p, at != NULL ? (size_t)(at - key.p) : 0 };
	struct span host = at != NULL ? span_from(key, user.n + 1) : key;
	size_t depth;

	if (at != NULL && !span_eq_nocase(user, a->local))
		return NO_RANK;
	if (span_eq_nocase(host, a->domain))
		return at != NULL ? RANK_ADDRESS : RANK_DOMAIN;
	if (span_eq(host, SPAN("*")))
		return RANK_LAST - (at != NULL);
	if (parent(a->domain, host, &depth))
		return RANK_PARENT + 2 * depth + (at == NULL);
	return NO_RANK;
}

static int
by_rank(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->row.at < y->row.at ? -1 : 1;
}

static void
keep_first(struct matches *m)
{
	while (m->n > 1) {
		m->n--;
		buf_free(&m->v[m->n].name);
		buf_free(&m->v[m->n].identity);
	}
}

/* A row that is not for this author has to be one, too. */
static bool
sound(const struct table *t, const struct row *row, struct fault *f)
{
	struct span name, identity;
	const char *why = signtable_parse(row, &name, &identity);

	return why == NULL || table_fault(t, row, f, why);
}

/* The whole table: a better row may stand at its very end. */
static bool
scan_words(struct table *t, const struct author *author, bool all,
    struct matches *out, struct fault *f)
{
	size_t best = NO_RANK;
	enum table_got got;
	struct row row;

	while ((got = table_next(t, &row, f)) == TABLE_ROW) {
		size_t rank = rank_of(row.key, author);

		if (rank == NO_RANK || (!all && rank >= best)) {
			if (!sound(t, &row, f))
				return false;
			continue;
		}
		if (!all)
			matches_free(out);
		best = rank;
		if (!add(out, t, &row, author, rank, f))
			return false;
	}
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_rank);
	return got == TABLE_END;
}

static bool
scan_patterns(struct table *t, const struct author *author, bool all,
    struct matches *out, struct fault *f)
{
	struct buf address = { 0 };
	enum table_got got = TABLE_END;
	bool ok = true;
	struct row row;

	buf_add_span(&address, author->local);
	buf_addc(&address, '@');
	buf_add_span(&address, author->domain);
	while (ok && (got = table_next(t, &row, f)) == TABLE_ROW)
		if ((all || out->n == 0) &&
		    table_match(t, row.key, buf_span(&address)))
			ok = add(out, t, &row, author, 0, f);
		else
			ok = sound(t, &row, f);
	buf_free(&address);
	return ok && got == TABLE_END;
}

/* The rows of one key of a sorted table. */
static bool
take_key(struct table *t, struct span key, const struct author *author,
    struct matches *out, struct fault *f)
{
	enum table_got got;
	struct row row;

	if (!table_seek(t, key, f))
		return false;
	while ((got = table_next(t, &row, f)) == TABLE_ROW &&
	    span_eq(row.key, key))
		if (!add(out, t, &row, author, out->n, f))
			return false;
	if (got == TABLE_ROW && span_cmp(row.key, key) < 0)
		return table_fault(t, &row, f, TABLE_DISORDER);
	return got == TABLE_ROW || got == TABLE_END;
}

/* One form of key: user, "@" and host; or host alone. */
static bool
search_one(struct table *t, bool user, struct span host,
    const struct author *author, bool all, struct matches *out, struct fault *f)
{
	struct buf key = { 0 };
	bool ok;

	if (out->n > 0 && !all)
		return true;
	if (user) {
		buf_add_lower(&key, author->local);
		buf_addc(&key, '@');
	}
	buf_add_lower(&key, host);
	ok = take_key(t, buf_span(&key), author, out, f);
	buf_free(&key);
	return ok;
}

/* From "a.example.com" to ".example.com", and on to ".com". */
static bool
next_parent(struct span *host)
{
	struct span rest = host->p[0] == '.' ? span_from(*host, 1) : *host;
	const char *dot = memchr(rest.p, '.', rest.n);

	if (dot == NULL)
		return false;
	*host = span_from(rest, (size_t)(dot - rest.p));
	return true;
}

static bool
search(struct table *t, const struct author *a, bool all, struct matches *out,
    struct fault *f)
{
	struct span host;

	if (!search_one(t, true, a->domain, a, all, out, f) ||
	    !search_one(t, false, a->domain, a, all, out, f))
		return false;
	for (host = a->domain; next_parent(&host);)
		if (!search_one(t, true, host, a, all, out, f) ||
		    !search_one(t, false, host, a, all, out, f))
			return false;
	return search_one(t, true, SPAN("*"), a, all, out, f) &&
	    search_one(t, false, SPAN("*"), a, all, out, f);
}

bool
signtable_find(const char *spec, const struct author *author, bool all,
    struct matches *out, struct fault *f)
{
	struct table t;
	bool ok = table_open(&t, spec, f);

	if (ok && t.kind == TABLE_PATTERNS)
		ok = scan_patterns(&t, author, all, out, f);
	else if (ok && t.kind == TABLE_SORTED)
		ok = search(&t, author, all, out, f);
	else if (ok)
		ok = scan_words(&t, author, all, out, f);
	table_close(&t);
	if (ok && !all)
		keep_first(out);
	return ok;
}
