#include "keys/keychoice.h"

#include <stdlib.h>
#include <sysexits.h>

#include "keys/keycommand.h"
#include "keys/keydir.h"
#include "keys/keytemplate.h"

static struct span
selector_of(const struct keychoice *c, size_t i)
{
	return i < c->nselectors ? span_str(c->selectors[i]) : SPAN("");
}

bool
keychoice_open(struct keychoice *c, bool optional, struct fault *f)
{
	for (size_t i = 0; i < c->nkeys; i++) {
		enum key_found found;
		struct key *key;

		if (keytemplate_is(c->keys[i]))
			continue;
		found = keysource_read(c->keys[i], &c->access, &key, f);
		if (found == KEY_FAILED || (found == KEY_ABSENT && !optional))
			return false;
		if (found == KEY_FOUND)
			keyset_add(&c->fixed, SPAN(""), selector_of(c, i), key);
	}
	return true;
}

void
keychoice_forked(struct keychoice *c)
{
	for (size_t i = 0; i < c->fixed.n; i++)
		key_forked(c->fixed.v[i].key);
}

void
keychoice_close(struct keychoice *c)
{
	keyset_free(&c->fixed);
}

static void
plan_template(const char *template, struct sandbox *s)
{
	char *folder = keytemplate_folder(template);

	sandbox_read(s, folder);
	free(folder);
}

void
keychoice_plan(const struct keychoice *c, struct sandbox *s)
{
	for (size_t i = 0; i < c->nkeys; i++)
		if (keytemplate_is(c->keys[i]))
			plan_template(c->keys[i], s);
	/* The key table may name any path. */
	if (c->tables.signing != NULL)
		sandbox_read(s, "/");
	if (c->directory != NULL)
		sandbox_read(s, c->directory);
}

/* The keys of -k, in the order in which they were named. */
static enum key_found
from_options(const struct keychoice *c, const struct author *a,
    struct keyset *out, struct fault *f)
{
	enum key_found any = KEY_ABSENT;

	for (size_t i = 0; i < c->fixed.n; i++) {
		const struct signing_key *k = &c->fixed.v[i];

		keyset_add(out, a->domain, buf_span(&k->selector), k->key);
		out->v[out->n - 1].shared = true;
		any = KEY_FOUND;
	}
	for (size_t i = 0; i < c->nkeys; i++) {
		enum key_found found;

		if (!keytemplate_is(c->keys[i]))
			continue;
		found = keytemplate_find(c->keys[i], a->domain,
		    selector_of(c, i), &c->access, out, f);
		if (found == KEY_FAILED)
			return found;
		any = found == KEY_FOUND ? KEY_FOUND : any;
	}
	return any;
}

static enum key_found
from_all(const struct keychoice *c, const struct author *a, struct keyset *out,
    struct fault *f)
{
	enum key_found found = from_options(c, a, out, f);

	if (found == KEY_ABSENT && c->tables.signing != NULL)
		found = keytable_find(&c->tables, a, &c->access, out, f);
	if (found == KEY_ABSENT && c->command != NULL)
		found = keycommand_find(c->command, c->seconds, a, &c->access,
		    out, f);
	if (found == KEY_ABSENT && c->directory != NULL)
		found = keydir_choose(c->directory, a->domain, &c->access, out,
		    f);
	return found;
}

enum key_found
keychoice_find(const struct keychoice *c, const struct author *author,
    struct keyset *out, struct fault *f)
{
	const struct author fallback = { SPAN(""), c->fallback };
	enum key_found found = from_all(c, author, out, f);

	if (found == KEY_ABSENT && c->fallback.n > 0)
		found = from_all(c, &fallback, out, f);
	if (found == KEY_ABSENT)
		(void)fault_set(f, EX_NOINPUT, "no key for %.*s",
		    (int)author->domain.n, author->domain.p);
	return found;
}
