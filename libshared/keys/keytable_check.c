#include "keys/keytable.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "ext/file.h"
#include "keys/signtable.h"

/* A name of the key table: where it lies in the octets of all of them. */
struct name {
	size_t at, n;
};

struct check {
	const struct key_access *access;
	keytable_tell *tell;
	void *arg;
	size_t findings;
	struct buf octets; /* the names, each with a NUL */
	struct name *v;
	size_t n;
	bool patterns;   /* the names are patterns */
	struct buf last; /* key of the row before, in a sorted table */
};

static void
finding(struct check *c, const struct fault *f)
{
	c->findings++;
	c->tell(c->arg, f);
}

static void
bad_row(struct check *c, const struct table *t, const struct row *row,
    const char *why)
{
	struct fault f;

	(void)table_fault(t, row, &f, why);
	finding(c, &f);
}

/* A sorted table that is not: some of its rows are never found. */
static void
check_order(struct check *c, const struct table *t, const struct row *row)
{
	if (t->kind != TABLE_SORTED)
		return;
	if (table_compare(buf_span(&c->last), row->key) > 0)
		bad_row(c, t, row, TABLE_DISORDER);
	c->last.n = 0;
	buf_add_lower(&c->last, row->key);
	if (!span_eq(buf_span(&c->last), row->key))
		bad_row(c, t, row, "upper case is not found in a sorted table");
	c->last.n = 0;
	buf_add_span(&c->last, row->key);
}

static void
check_key(struct check *c, struct table *t, const struct row *row)
{
	struct keytable_row k;
	const char *why = keytable_parse(row, &k);
	struct key *key = NULL;
	struct fault f;

	if (why != NULL) {
		bad_row(c, t, row, why);
	} else if (!keytable_read(t, row, &k, SPAN(""), c->access, &key, &f)) {
		finding(c, &f);
	}
	key_free(key);
}

static void
add_name(struct check *c, struct span name)
{
	if (c->n % 1024 == 0)
		c->v = mem_grow(c->v, c->n + 1024, sizeof(*c->v));
	c->v[c->n++] = (struct name){ c->octets.n, name.n };
	buf_add_lower(&c->octets, name);
	buf_addc(&c->octets, '\0');
}

static void
check_keys(struct check *c, const char *spec)
{
	enum table_got got = TABLE_FAILED;
	struct table t;
	struct row row;
	struct fault f;

	if (table_open(&t, spec, &f)) {
		c->patterns = t.kind == TABLE_PATTERNS;
		while ((got = table_next(&t, &row, &f)) == TABLE_ROW ||
		    got == TABLE_BAD) {
			if (got == TABLE_BAD) {
				finding(c, &f);
				continue;
			}
			check_order(c, &t, &row);
			add_name(c, row.key);
			check_key(c, &t, &row);
		}
	}
	if (got == TABLE_FAILED)
		finding(c, &f);
	table_close(&t);
	c->last.n = 0;
}

static int
by_name(const void *a, const void *b, void *octets)
{
	const struct name *x = a, *y = b;
	const char *base = octets;

	return strcmp(base + x->at, base + y->at);
}

/* Is there a key of this name? */
static bool
known(struct check *c, const struct table *keys, struct span name)
{
	size_t before = c->octets.n;
	struct name wanted = { before, name.n };
	bool found = false;

	if (c->patterns) {
		for (size_t i = 0; !found && i < c->n; i++)
			found = table_match(keys,
			    (struct span){
				c->octets.p + c->v[i].at, c->v[i].n },
			    name);
		return found;
	}
	buf_add_lower(&c->octets, name);
	buf_addc(&c->octets, '\0');
	for (size_t low = 0, high = c->n; !found && low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = by_name(&c->v[middle], &wanted, c->octets.p);

		found = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	c->octets.n = before;
	return found;
}

/* A WHO that can match nobody. */
static const char *
who_defect(const struct table *t, struct span who)
{
	bool star = memchr(who.p, '*', who.n) != NULL;
	const char *at = memrchr(who.p, '@', who.n);

	if (t->kind == TABLE_PATTERNS)
		return !star && at == NULL ?
		    "matches no address (*@ before the domain?)" :
		    NULL;
	if (star && !span_eq(who, SPAN("*")) &&
	    !(at != NULL && at == who.p + who.n - 2 && at[1] == '*'))
		return "a pattern, which only refile: tables have";
	return NULL;
}

static void
check_who(struct check *c, const struct table *t, const struct table *keys,
    const struct row *row)
{
	struct span name, identity;
	const char *why = signtable_parse(row, &name, &identity);
	struct fault f;

	if (why == NULL)
		why = who_defect(t, row->key);
	if (why != NULL) {
		bad_row(c, t, row, why);
	} else if (!span_eq(name, SPAN("%")) && !known(c, keys, name)) {
		(void)fault_set(&f, EX_CONFIG, "key %.*s is not in %s",
		    (int)name.n, name.p, keys->path);
		(void)table_context(t, row, &f);
		finding(c, &f);
	}
}

static void
check_authors(struct check *c, const struct keytables *tables)
{
	enum table_got got = TABLE_FAILED;
	struct table t, keys;
	struct row row;
	struct fault f;
	bool have_keys = table_open(&keys, tables->keys, &f);

	if (table_open(&t, tables->signing, &f)) {
		while ((got = table_next(&t, &row, &f)) == TABLE_ROW ||
		    got == TABLE_BAD) {
			if (got == TABLE_BAD) {
				finding(c, &f);
				continue;
			}
			check_order(c, &t, &row);
			if (have_keys)
				check_who(c, &t, &keys, &row);
		}
	}
	if (got == TABLE_FAILED)
		finding(c, &f);
	table_close(&t);
	table_close(&keys);
}

size_t
keytable_check(const struct keytables *tables, const struct key_access *access,
    keytable_tell *tell, void *arg)
{
	struct check c = { .access = access, .tell = tell, .arg = arg };

	check_keys(&c, tables->keys);
	if (c.n > 0 && !c.patterns)
		qsort_r(c.v, c.n, sizeof(*c.v), by_name, c.octets.p);
	check_authors(&c, tables);
	buf_free(&c.octets);
	buf_free(&c.last);
	free(c.v);
	return c.findings;
}
