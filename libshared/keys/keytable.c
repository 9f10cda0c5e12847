#include "keys/keytable.h"

#include <string.h>
#include <sysexits.h>

#include "base/base64.h"
#include "ext/file.h"
#include "keys/signtable.h"
#include "mail/domain.h"

/* A name that "%" may stand for. */
static bool
name_ok(struct span name, bool (*ok)(struct span))
{
	return span_eq(name, SPAN("%")) || ok(name);
}

const char *
keytable_parse(const struct row *row, struct keytable_row *out)
{
	struct span rest = row->value;

	*out = (struct keytable_row){ 0 };
	if (!span_cut(&rest, ':', &out->domain) ||
	    !span_cut(&rest, ':', &out->selector) || rest.p == NULL)
		return "not DOMAIN:SELECTOR:KEY";
	out->domain = span_trim(out->domain);
	out->selector = span_trim(out->selector);
	out->key = span_trim(rest);
	out->is_path = span_begins(out->key, SPAN("/")) ||
	    span_begins(out->key, SPAN("./")) ||
	    span_begins(out->key, SPAN("../"));
	if (!name_ok(out->domain, domain_ok))
		return "not a domain name";
	if (!name_ok(out->selector, selector_ok))
		return "not a selector";
	if (out->key.n == 0)
		return "no key";
	return NULL;
}

/* PEM on one line, its armour and white space taken off, leaves base64. */
static bool
inline_octets(struct span text, struct buf *out)
{
	struct span begin = SPAN("-----BEGIN "), end = SPAN("-----END ");
	struct buf digits = { 0 };
	const char *p;
	bool ok;

	if (span_begins(text, begin)) {
		text = span_from(text, begin.n);
		if ((p = memmem(text.p, text.n, "-----", 5)) == NULL)
			return false;
		text = span_from(text, (size_t)(p - text.p) + 5);
		if ((p = memmem(text.p, text.n, end.p, end.n)) == NULL)
			return false;
		text.n = (size_t)(p - text.p);
	}
	/* In one piece: growing would leave parts of the key behind. */
	buf_reserve(&digits, text.n);
	/* The line ends of the armour are often written "\n". */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\\' && i + 1 < text.n &&
		    (text.p[i + 1] == 'n' || text.p[i + 1] == 'r'))
			i++;
		else
			buf_addc(&digits, text.p[i]);
	ok = base64_decode(out, buf_span(&digits));
	buf_wipe(&digits);
	return ok;
}

static struct key *
read_inline(struct span text, const struct key_access *access, struct fault *f)
{
	struct buf octets = { 0 };
	struct key *key = NULL;

	if (inline_octets(text, &octets))
		key = keysource_parse(buf_span(&octets), access, "key", f);
	else
		(void)fault_set(f, EX_CONFIG,
		    "neither a path nor PEM or base64 of a key");
	buf_wipe(&octets);
	return key;
}

static struct key *
read_path(struct span text, struct span domain, const struct key_access *access,
    struct fault *f)
{
	struct buf path = { 0 };
	struct key *key = NULL;

	table_fill(text, domain, &path);
	buf_addc(&path, '\0');
	/* What a table names has to be there. */
	if (keysource_read(path.p, access, &key, f) != KEY_FOUND)
		key = NULL;
	buf_free(&path);
	return key;
}

bool
keytable_read(const struct table *t, const struct row *row,
    const struct keytable_row *k, struct span domain,
    const struct key_access *access, struct key **out, struct fault *f)
{
	*out = NULL;
	if (k->is_path && domain.n == 0 &&
	    memchr(k->key.p, '%', k->key.n) != NULL)
		return true;
	*out = k->is_path ? read_path(k->key, domain, access, f) :
			    read_inline(k->key, access, f);
	/* A table with keys in it is a private key file. */
	if (*out != NULL && !k->is_path && !access->insecure &&
	    !file_is_private(t->fd, t->path, f)) {
		key_free(*out);
		*out = NULL;
		return false;
	}
	return *out != NULL || table_context(t, row, f);
}

static bool
sound(const struct table *t, const struct row *row, struct fault *f)
{
	struct keytable_row parts;
	const char *why = keytable_parse(row, &parts);

	return why == NULL || table_fault(t, row, f, why);
}

/* The row of a name in a sorted table; TABLE_END when there is none. */
static enum table_got
search_row(struct table *t, struct span name, struct row *row, struct fault *f)
{
	struct buf lower = { 0 };
	enum table_got got = TABLE_FAILED;

	buf_add_lower(&lower, name);
	if (table_seek(t, buf_span(&lower), f))
		got = table_next(t, row, f);
	if (got == TABLE_ROW && !table_match(t, row->key, name))
		got = TABLE_END;
	buf_free(&lower);
	return got;
}

/* The same in any other. */
static enum table_got
scan_row(struct table *t, struct span name, struct row *row, struct fault *f)
{
	enum table_got got;

	while ((got = table_next(t, row, f)) == TABLE_ROW &&
	    !table_match(t, row->key, name))
		if (!sound(t, row, f))
			return TABLE_BAD;
	return got;
}

/* Nothing behind the row that was found is wrong either. */
static bool
rest_sound(struct table *t, struct fault *f)
{
	enum table_got got;
	struct row row;

	while ((got = table_next(t, &row, f)) == TABLE_ROW)
		if (!sound(t, &row, f))
			return false;
	return got == TABLE_END;
}

/* i= only where it agrees with d=, as OpenDKIM has it. */
static void
set_identity(struct signing_key *k, struct span identity)
{
	const char *at = identity.n > 0 ? memrchr(identity.p, '@', identity.n) :
					  NULL;
	struct span domain;

	if (at == NULL)
		return;
	domain = span_from(identity, (size_t)(at - identity.p) + 1);
	if (span_ascii(identity) && domain_ok(domain) &&
	    domain_within(domain, buf_span(&k->domain)))
		buf_add_span(&k->identity, identity);
}

static bool
add_key(struct table *t, const struct row *row, const struct match *m,
    const struct author *author, const struct key_access *access,
    struct keyset *out, struct fault *f)
{
	const struct span same = SPAN("%");
	struct keytable_row k;
	const char *why = keytable_parse(row, &k);
	struct key *key;

	if (why != NULL)
		return table_fault(t, row, f, why);
	if (span_eq(k.domain, same))
		k.domain = author->domain;
	if (span_eq(k.selector, same))
		k.selector = author->domain;
	if (keyset_has(out, k.domain, k.selector))
		return true;
	if (!keytable_read(t, row, &k, author->domain, access, &key, f))
		return false;
	keyset_add(out, k.domain, k.selector, key);
	set_identity(&out->v[out->n - 1], buf_span(&m->identity));
	return true;
}

static bool
not_there(const struct keytables *tables, const struct match *m,
    const struct table *keys, struct fault *f)
{
	struct table t;
	struct fault why;

	if (table_open(&t, tables->signing, f)) {
		(void)fault_set(&why, EX_CONFIG, "key %.*s is not in %s",
		    (int)m->name.n, m->name.p, keys->path);
		(void)table_context(&t, &m->row, &why);
		*f = why;
	}
	table_close(&t);
	return false;
}

static bool
add_match(const struct keytables *tables, struct table *t,
    const struct match *m, const struct author *author,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	bool sorted = t->kind == TABLE_SORTED;
	struct row row = { 0 };

	switch ((sorted ? search_row : scan_row)(t, buf_span(&m->name), &row,
	    f)) {
	case TABLE_ROW:
		return add_key(t, &row, m, author, access, out, f) &&
		    (sorted || rest_sound(t, f));
	case TABLE_END: return not_there(tables, m, t, f);
	default: return false;
	}
}

/* The table is opened for each name: rows are read from its beginning. */
static bool
add_matches(const struct keytables *tables, const struct matches *found,
    const struct author *author, const struct key_access *access,
    struct keyset *out, struct fault *f)
{
	bool ok = true;

	for (size_t i = 0; ok && i < found->n; i++) {
		struct table t;

		ok = table_open(&t, tables->keys, f) &&
		    add_match(tables, &t, &found->v[i], author, access, out, f);
		table_close(&t);
	}
	return ok;
}

enum key_found
keytable_find(const struct keytables *tables, const struct author *author,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	struct matches found = { 0 };
	enum key_found answer = KEY_FAILED;

	if (signtable_find(tables->signing, author, tables->all, &found, f))
		answer = found.n == 0 ? KEY_ABSENT :
		    add_matches(tables, &found, author, access, out, f) ?
					KEY_FOUND :
					KEY_FAILED;
	matches_free(&found);
	return answer;
}
