#include "keys/keytable.h"

#include <string.h>
#include <sysexits.h>

#include "keys/names.h"
#include "keys/signtable.h"
#include "mail/domain.h"

struct check {
	const struct keytables *tables;
	const struct key_access *access;
	const struct keytable_tell *tell;
	size_t findings;
	struct names authors, keys;
	struct buf last;      /* first word of the row before */
	struct buf last_path; /* of the key that was read last */
	struct buf
	    last_hash;       /* of its public half; empty where there is none */
	struct names hashes; /* each name of a record with that of its key */
	bool have_keys;      /* the key table could be read */
	bool own_name;       /* some author's key is named like the domain */
};

static void
finding(struct check *c, enum keytable_finding what, const struct fault *f)
{
	c->findings += what != KEYTABLE_UNUSED;
	c->tell->row(c->tell->arg, what, f);
}

static void
bad_row(struct check *c, const struct table *t, const struct row *row,
    const char *why)
{
	struct fault f;

	(void)table_fault(t, row, &f, why);
	finding(c, KEYTABLE_WRONG, &f);
}

/* A sorted table that is not: some of its rows are never found. */
static void
check_order(struct check *c, const struct table *t, const struct row *row)
{
	if (t->kind != TABLE_SORTED)
		return;
	if (span_cmp(buf_span(&c->last), row->key) > 0)
		bad_row(c, t, row, TABLE_DISORDER);
	c->last.n = 0;
	buf_add_lower(&c->last, row->key);
	if (!span_eq(buf_span(&c->last), row->key))
		bad_row(c, t, row, "upper case is not found in a sorted table");
	c->last.n = 0;
	buf_add_span(&c->last, row->key);
}

static void
check_shadow(struct check *c, const struct table *t, const struct row *row,
    const struct names *names)
{
	const struct name *first = names_first(names, row->key);
	struct fault f;

	if (first == NULL || first->line >= row->line)
		return;
	(void)fault_set(&f, EX_CONFIG,
	    "never used: line %llu takes all that it is for",
	    (unsigned long long)first->line);
	(void)table_context(t, row, &f);
	finding(c, KEYTABLE_SHADOWED, &f);
}

static void
tell_key(struct check *c, const struct table *t, const struct row *row,
    const struct key *key)
{
	struct fault where;

	(void)fault_set(&where, EX_OK, "%s", "the key");
	(void)table_context(t, row, &where);
	c->tell->key(c->tell->arg, where.text, key);
}

static void
hash_key(const struct key *key, struct buf *out)
{
	unsigned char octets[DIGEST_MAX];
	struct digest *d = digest_new(HASH_SHA256);
	struct buf pub = { 0 };

	key_public(key, &pub);
	digest_add(d, pub.p, pub.n);
	buf_add(out, octets, digest_end(d, octets));
	digest_free(d);
	buf_free(&pub);
}

static void
read_key(struct check *c, const struct table *t, const struct row *row,
    const struct keytable_row *k)
{
	struct key *key = NULL;
	struct fault f;

	c->last_path.n = c->last_hash.n = 0;
	if (!keytable_read(t, row, k, SPAN(""), c->access, &key, &f))
		finding(c, KEYTABLE_WRONG, &f);
	else if (k->is_path)
		buf_add_span(&c->last_path, k->key);
	if (key != NULL)
		hash_key(key, &c->last_hash);
	if (key != NULL && c->tell->key != NULL)
		tell_key(c, t, row, key);
	key_free(key);
}

/* Many rows in a row may have one key: it is read once. */
static void
check_key(struct check *c, const struct table *t, const struct row *row)
{
	const struct span any = SPAN("%");
	struct keytable_row k;
	const char *why = keytable_parse(row, &k);
	struct buf both = { 0 };

	if (why != NULL) {
		bad_row(c, t, row, why);
		return;
	}
	if (!k.is_path || !span_eq(k.key, buf_span(&c->last_path)))
		read_key(c, t, row, &k);
	if (c->last_hash.n != DIGEST_MAX || span_eq(k.domain, any) ||
	    span_eq(k.selector, any))
		return;
	buf_addf(&both, "%.*s:%.*s ", (int)k.domain.n, k.domain.p,
	    (int)k.selector.n, k.selector.p);
	buf_add_span(&both, buf_span(&c->last_hash));
	names_add(&c->hashes, buf_span(&both), row->line);
	buf_free(&both);
}

/* The same record, and not the same key? */
static bool
disagree(const struct name *a, const struct name *b)
{
	size_t record = a->n - DIGEST_MAX;

	return a->n == b->n && memcmp(a->text, b->text, record) == 0 &&
	    memcmp(a->text + record, b->text + record, DIGEST_MAX) != 0;
}

static void
check_records(struct check *c)
{
	struct table t;
	struct fault f;

	names_sort(&c->hashes);
	if (!table_open(&t, c->tables->keys, &f))
		c->hashes.n = 0; /* gone by now */
	for (size_t i = 1; i < c->hashes.n; i++) {
		const struct name *a = &c->hashes.v[i - 1], *b = a + 1;
		struct row row = { .line = a->line > b->line ? a->line :
							       b->line };

		if (!disagree(a, b))
			continue;
		(void)fault_set(&f, EX_CONFIG, "not the key of line %llu",
		    (unsigned long long)(row.line == b->line ? a : b)->line);
		(void)table_context(&t, &row, &f);
		finding(c, KEYTABLE_TWO_KEYS, &f);
	}
	table_close(&t);
}

static void
check_key_row(struct check *c, const struct table *t, const struct row *row)
{
	check_order(c, t, row);
	check_shadow(c, t, row, &c->keys);
	check_key(c, t, row);
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
check_named(struct check *c, const struct table *t, const struct row *row,
    struct span name)
{
	struct name *key = names_first(&c->keys, name);
	struct fault f;

	if (span_eq(name, SPAN("%"))) {
		c->own_name = true;
	} else if (key != NULL) {
		key->used = true;
	} else if (c->have_keys) {
		(void)fault_set(&f, EX_CONFIG, "key %.*s is not in %s",
		    (int)name.n, name.p, c->tables->keys);
		(void)table_context(t, row, &f);
		finding(c, KEYTABLE_WRONG, &f);
	}
}

static void
check_author_row(struct check *c, const struct table *t, const struct row *row)
{
	struct span name, identity;
	const char *why = signtable_parse(row, &name, &identity);

	check_order(c, t, row);
	if (why == NULL)
		why = who_defect(t, row->key);
	if (why != NULL) {
		bad_row(c, t, row, why);
		return;
	}
	if (!c->tables->all)
		check_shadow(c, t, row, &c->authors);
	check_named(c, t, row, name);
}

static void
check_unused(struct check *c, const struct table *t, const struct row *row)
{
	const struct name *key = names_first(&c->keys, row->key);
	struct fault f;

	if (key == NULL || key->used || key->line != row->line ||
	    (c->own_name && domain_ok(row->key)))
		return;
	(void)fault_set(&f, EX_CONFIG, "no row of %s names this key",
	    c->tables->signing);
	(void)table_context(t, row, &f);
	finding(c, KEYTABLE_UNUSED, &f);
}

/* Calls see for each row of a table; tells of bad lines when asked to. */
static bool
each_row(struct check *c, const char *spec, bool tell,
    void (*see)(struct check *, const struct table *, const struct row *))
{
	enum table_got got = TABLE_FAILED;
	struct table t;
	struct row row;
	struct fault f;

	c->last.n = 0;
	if (table_open(&t, spec, &f)) {
		while ((got = table_next(&t, &row, &f)) == TABLE_ROW ||
		    got == TABLE_BAD) {
			if (got == TABLE_ROW)
				see(c, &t, &row);
			else if (tell)
				finding(c, KEYTABLE_WRONG, &f);
		}
	}
	if (got == TABLE_FAILED && tell)
		finding(c, KEYTABLE_WRONG, &f);
	table_close(&t);
	return got == TABLE_END;
}

static void
add_author(struct check *c, const struct table *t, const struct row *row)
{
	c->authors.patterns = t->kind == TABLE_PATTERNS;
	names_add(&c->authors, row->key, row->line);
}

static void
add_key_name(struct check *c, const struct table *t, const struct row *row)
{
	c->keys.patterns = t->kind == TABLE_PATTERNS;
	names_add(&c->keys, row->key, row->line);
}

size_t
keytable_check(const struct keytables *tables, const struct key_access *access,
    const struct keytable_tell *tell)
{
	struct check c = { .tables = tables, .access = access, .tell = tell };

	(void)each_row(&c, tables->signing, false, add_author);
	(void)each_row(&c, tables->keys, false, add_key_name);
	names_sort(&c.authors);
	names_sort(&c.keys);
	c.have_keys = each_row(&c, tables->keys, true, check_key_row);
	check_records(&c);
	if (each_row(&c, tables->signing, true, check_author_row) &&
	    c.have_keys)
		(void)each_row(&c, tables->keys, false, check_unused);
	names_free(&c.authors);
	names_free(&c.keys);
	buf_free(&c.last);
	buf_free(&c.last_path);
	buf_free(&c.last_hash);
	names_free(&c.hashes);
	return c.findings;
}
