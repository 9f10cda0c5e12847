#include "dkim/fieldlist.h"

#include <stdlib.h>
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

struct names {
	struct span v[LIMIT_SIGNED_NAMES];
	size_t n;
};

/* What the text of an option comes to. */
struct choice {
	struct names names;
	struct names added;   /* those of them that the option names itself */
	struct names dropped; /* -Name: not even where a pattern has it */
};

/* These are large, and hardly any of it is ever used: so nothing clears it. */
static void
choice_begin(struct choice *c)
{
	c->names.n = c->added.n = c->dropped.n = 0;
}

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
index_of(const struct names *list, struct span name)
{
	size_t i = 0;

	while (i < list->n && !span_eq_nocase(list->v[i], name))
		i++;
	return i;
}

static bool
any_matches(const struct names *list, struct span name)
{
	for (size_t i = 0; i < list->n; i++)
		if (matches(list->v[i], name))
			return true;
	return false;
}

static bool
listed(const struct choice *c, struct span name)
{
	return any_matches(&c->names, name) && !any_matches(&c->dropped, name);
}

static void
add(struct names *list, struct span name)
{
	if (index_of(list, name) == list->n && list->n < LIMIT_SIGNED_NAMES)
		list->v[list->n++] = name;
}

static bool
name_ok(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126 || name.p[i] == ';' ||
		    (name.p[i] == '*' && i + 1 < name.n))
			return false;
	return name.n > 0;
}

static void
read_default(struct names *list, const char *text)
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
read_list(struct choice *c, const char *text, const char *standard,
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
		add(minus ? &c->dropped : &c->names, name);
		if (!minus)
			add(&c->added, name);
	}
	return true;
}

bool
fieldlist_check(const struct fieldlist *l, struct fault *f)
{
	struct choice *c = mem_grow(NULL, 2, sizeof(*c));
	bool ok;

	choice_begin(&c[0]);
	choice_begin(&c[1]);
	ok = read_list(&c[0], l->oversigned, default_oversigned, f) &&
	    read_list(&c[1], l->signed_names, default_signed, f);

	if (ok && !listed(&c[1], SPAN("From")))
		ok = fault_set(f, EX_USAGE,
		    "From has to be signed (RFC 6376 section 5.4)");
	free(c);
	return ok;
}

struct maker {
	const struct header *header;
	struct choice signed_names, oversigned;
	struct names done;
	struct buf *out;
	size_t n; /* names in h= so far */
};

static bool
oversign(const struct maker *m, struct span name, size_t present)
{
	struct span rest = span_str(added_later), later;

	if (!listed(&m->oversigned, name))
		return false;
	if (present > 0 || any_matches(&m->oversigned.added, name))
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

	if (index_of(&m->done, name) < m->done.n ||
	    any_matches(&m->signed_names.dropped, name))
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

		/* h= has no way to say a name with ";" in it. */
		if (matches(pattern, name) && name_ok(name))
			put_name(m, name);
	}
}

bool
fieldlist_make(const struct fieldlist *l, const struct header *h,
    struct buf *out, struct fault *f)
{
	struct maker *m = mem_grow(NULL, 1, sizeof(*m));
	bool ok = false;

	choice_begin(&m->signed_names);
	choice_begin(&m->oversigned);
	m->done.n = m->n = 0;
	m->header = h;
	m->out = out;
	if (!read_list(&m->signed_names, l->signed_names, default_signed, f) ||
	    !read_list(&m->oversigned, l->oversigned, default_oversigned, f))
		goto done;
	for (size_t i = 0; i < m->signed_names.names.n; i++)
		put_pattern(m, m->signed_names.names.v[i]);
	/* What is oversigned on request is signed as well. */
	for (size_t i = 0; i < m->oversigned.added.n; i++)
		put_pattern(m, m->oversigned.added.v[i]);
	ok = (m->n <= LIMIT_SIGNED_NAMES && out->n <= LIMIT_TAGLIST / 2) ||
	    fault_set(f, EX_DATAERR, "more fields to sign than h= can name");
done:
	free(m);
	return ok;
}
