#include "dkim/fieldlist.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/limits.h"
#include "base/mem.h"

/*
 * RFC 6376 section 5.4.1, RFC 8058 section 4, and what decides how a message is
 * shown.  Nothing that a relay adds or rewrites.
 */
static const char default_signed[] =
    "From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:"
    "Content-Type:Content-Transfer-Encoding:Content-ID:Content-Description:"
    "In-Reply-To:References:Resent-*:List-*:Autocrypt";

/* Section 8.15: of these a second one would deceive. */
static const char default_oversigned[] =
    "From:Subject:Date:To:Cc:Reply-To:Sender:Message-ID:MIME-Version:"
    "Content-Type:Content-Transfer-Encoding";

/* Where these are missing a submission server adds them, after us. */
static const char added_later[] = "Message-ID:Date:MIME-Version";

static bool
take_name(struct span *rest, struct span *name)
{
	size_t n = 0;

	if (rest->p == NULL)
		return false;
	while (n < rest->n && rest->p[n] != ':' && rest->p[n] != ',')
		n++;
	*name = span_trim((struct span){ rest->p, n });
	*rest = n < rest->n ? span_from(*rest, n + 1) :
			      (struct span){ NULL, 0 };
	return true;
}

static bool
is_prefix(struct span name)
{
	return name.n > 0 && name.p[name.n - 1] == '*';
}

static bool
matches(struct span pattern, struct span name)
{
	if (!is_prefix(pattern))
		return span_eq_nocase(pattern, name);
	pattern.n--;
	return span_begins_nocase(name, pattern);
}

static size_t
index_of(const struct fieldnames *list, struct span name)
{
	size_t i = 0;

	while (i < list->n && !span_eq_nocase(list->v[i], name))
		i++;
	return i;
}

static bool
any_matches(const struct fieldnames *list, struct span name)
{
	for (size_t i = 0; i < list->n; i++)
		if (matches(list->v[i], name))
			return true;
	return false;
}

static bool
listed(const struct fieldchoice *c, struct span name)
{
	return any_matches(&c->names, name) && !any_matches(&c->dropped, name);
}

static void
add(struct fieldnames *list, struct span name)
{
	enum { STEP = 64 };

	if (index_of(list, name) < list->n)
		return;
	if (list->n % STEP == 0)
		list->v = mem_grow(list->v, list->n + STEP, sizeof(*list->v));
	list->v[list->n++] = name;
}

/* h= has no way to say a name with ";" in it; "*" only ends a pattern. */
static bool
name_ok(struct span name)
{
	const char *star = name.n > 0 ? memchr(name.p, '*', name.n) : NULL;

	return field_name_ok(name) && memchr(name.p, ';', name.n) == NULL &&
	    (star == NULL || star == name.p + name.n - 1);
}

static void
read_default(struct fieldnames *list, const char *text)
{
	struct span rest = span_str(text), name;

	while (take_name(&rest, &name))
		add(list, name);
}

/* True when text only changes the default and does not replace it. */
static bool
is_change(struct span text)
{
	return text.n > 0 && (text.p[0] == '+' || text.p[0] == '-');
}

static bool
read_list(struct fieldchoice *c, const char *text, const char *standard,
    struct fault *f)
{
	struct span rest, name;

	if (text == NULL || is_change(span_str(text)))
		read_default(&c->names, standard);
	if (text == NULL || *text == '\0')
		return true;
	for (rest = span_str(text); take_name(&rest, &name);) {
		bool minus = name.n > 0 && name.p[0] == '-';

		if (is_change(name))
			name = span_from(name, 1);
		if (!name_ok(name))
			return fault_set(f, EX_USAGE,
			    "%s: not a list of field names", text);
		if (c->names.n + c->dropped.n >= LIMIT_SIGNED_NAMES)
			return fault_set(f, EX_USAGE,
			    "more fields to sign than h= can name");
		add(minus ? &c->dropped : &c->names, name);
		if (!minus)
			add(&c->added, name);
	}
	return true;
}

bool
fieldlist_read(struct fieldlist *l, const char *signed_names,
    const char *oversigned, struct fault *f)
{
	*l = (struct fieldlist){ 0 };
	if (!read_list(&l->oversigned, oversigned, default_oversigned, f) ||
	    !read_list(&l->signed_names, signed_names, default_signed, f))
		return false;
	return listed(&l->signed_names, SPAN("From")) ||
	    fault_set(f, EX_USAGE,
		"From has to be signed (RFC 6376 section 5.4)");
}

static void
choice_free(struct fieldchoice *c)
{
	free(c->names.v);
	free(c->added.v);
	free(c->dropped.v);
}

void
fieldlist_free(struct fieldlist *l)
{
	choice_free(&l->signed_names);
	choice_free(&l->oversigned);
	*l = (struct fieldlist){ 0 };
}

struct maker {
	const struct fieldlist *list;
	const struct header *header;
	struct fieldnames done;
	struct buf *out;
	size_t n; /* names in h= so far */
};

static bool
oversign(const struct maker *m, struct span name, size_t present)
{
	struct span rest = span_str(added_later), later;

	if (!listed(&m->list->oversigned, name))
		return false;
	if (present > 0 || any_matches(&m->list->oversigned.added, name))
		return true;
	while (take_name(&rest, &later))
		if (span_eq_nocase(later, name))
			return false;
	return true;
}

static void
put_name(struct maker *m, struct span name)
{
	size_t present, times;

	if (m->n > LIMIT_SIGNED_NAMES || index_of(&m->done, name) < m->done.n ||
	    any_matches(&m->list->signed_names.dropped, name))
		return;
	add(&m->done, name);
	present = header_count(m->header, name);
	times = present + (oversign(m, name, present) ? 1 : 0);
	for (size_t i = 0; i < times && m->n <= LIMIT_SIGNED_NAMES; i++) {
		if (m->n++ > 0)
			buf_addc(m->out, ':');
		buf_add_span(m->out, name);
	}
}

static void
put_pattern(struct maker *m, struct span pattern)
{
	if (!is_prefix(pattern)) {
		put_name(m, pattern);
		return;
	}
	for (size_t i = 0; i < m->header->n; i++) {
		struct span name = m->header->v[i].name;

		if (matches(pattern, name) && name_ok(name))
			put_name(m, name);
	}
}

bool
fieldlist_make(const struct fieldlist *l, const struct header *h,
    struct buf *out, struct fault *f)
{
	const struct fieldnames *names = &l->signed_names.names;
	const struct fieldnames *more = &l->oversigned.added;
	struct maker m = { .list = l, .header = h, .out = out };

	for (size_t i = 0; i < names->n; i++)
		put_pattern(&m, names->v[i]);
	/* What is oversigned on request is signed as well. */
	for (size_t i = 0; i < more->n; i++)
		put_pattern(&m, more->v[i]);
	free(m.done.v);
	return (m.n <= LIMIT_SIGNED_NAMES && out->n <= LIMIT_TAGLIST / 2) ||
	    fault_set(f, EX_DATAERR, "more fields to sign than h= can name");
}
