#include "keys/keytable.h"

#include <string.h>

#include "keys/signtable.h"
#include "mail/domain.h"

struct list {
	const struct keytables *tables;
	const struct key_access *access;
	struct keyset *out;
	const struct keytable_tell *tell;
};

static bool
depends(struct span s)
{
	return memchr(s.p, '%', s.n) != NULL;
}

/* The key of a row, for an author in domain where that matters. */
static void
add_key(const struct list *l, const struct table *keys, const struct row *row,
    struct keytable_row k, struct span domain)
{
	struct key *key;
	struct fault f;

	if (depends(k.domain))
		k.domain = domain;
	if (depends(k.selector))
		k.selector = domain;
	if (domain.n > 0 && keyset_has(l->out, k.domain, k.selector))
		return;
	if (keytable_read(keys, row, &k, domain, l->access, &key, &f))
		keyset_add(l->out, k.domain, k.selector, key);
	else if (domain.n > 0) /* else keytable_check has told */
		l->tell->row(l->tell->arg, KEYTABLE_WRONG, &f);
}

/* The domain of a WHO that names one. */
static bool
who_domain(struct span who, struct buf *out)
{
	const char *at = memrchr(who.p, '@', who.n);

	if (at != NULL)
		who = span_from(who, (size_t)(at - who.p) + 1);
	out->n = 0;
	return domain_ascii(who, out);
}

/* A row with "%", for each domain that the signing table has for it. */
static bool
add_domains(const struct list *l, const struct table *keys,
    const struct row *row, const struct keytable_row *k, struct fault *f)
{
	enum table_got got = TABLE_FAILED;
	struct buf domain = { 0 };
	struct table t;
	struct row who;

	if (table_open(&t, l->tables->signing, f))
		while ((got = table_next(&t, &who, f)) == TABLE_ROW ||
		    got == TABLE_BAD) {
			struct span name, identity;

			if (got == TABLE_BAD ||
			    signtable_parse(&who, &name, &identity) != NULL ||
			    !who_domain(who.key, &domain))
				continue;
			if (span_eq(name, SPAN("%")))
				name = buf_span(&domain);
			if (table_match(keys, row->key, name))
				add_key(l, keys, row, *k, buf_span(&domain));
		}
	table_close(&t);
	buf_free(&domain);
	return got == TABLE_END;
}

bool
keytable_list(const struct keytables *tables, const struct key_access *access,
    struct keyset *out, const struct keytable_tell *tell, struct fault *f)
{
	const struct list l = { tables, access, out, tell };
	enum table_got got = TABLE_FAILED;
	struct table t;
	struct row row;
	bool ok = table_open(&t, tables->keys, f);

	while (ok &&
	    ((got = table_next(&t, &row, f)) == TABLE_ROW ||
		got == TABLE_BAD)) {
		struct keytable_row k;

		if (got == TABLE_BAD || keytable_parse(&row, &k) != NULL)
			continue;
		if (depends(k.domain) || depends(k.selector) ||
		    (k.is_path && depends(k.key)))
			ok = add_domains(&l, &t, &row, &k, f);
		else
			add_key(&l, &t, &row, k, SPAN(""));
	}
	table_close(&t);
	return ok && got == TABLE_END;
}
