#include "mail/domain.h"

#include <string.h>

#include "ext/idn.h"

enum { LABEL = 63 };

static bool
name_octet(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_';
}

static bool
labels_ok(struct span name, size_t least)
{
	struct span label;
	size_t n = 0;

	if (name.n == 0 || name.n > DOMAIN_MAX)
		return false;
	for (; span_cut(&name, '.', &label); n++) {
		if (label.n == 0 || label.n > LABEL || label.p[0] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!name_octet(label.p[i]))
				return false;
	}
	return n >= least;
}

bool
domain_ok(struct span d)
{
	return labels_ok(d, 2);
}

bool
selector_ok(struct span s)
{
	return labels_ok(s, 1);
}

static bool
has_alabel(struct span name)
{
	return span_contains(name, SPAN("xn--")) ||
	    span_contains(name, SPAN("XN--"));
}

static bool
to_ascii(struct span name, enum idn_input input, size_t least, struct buf *out)
{
	size_t before = out->n;
	struct span made;

	if (name.n > 4 * DOMAIN_MAX)
		return false;
	if (span_ascii(name))
		buf_add_lower(out, name);
	else if (!idn_ascii(name, input, out))
		return false;
	made = (struct span){ out->p + before, out->n - before };
	if (labels_ok(made, least) &&
	    (!has_alabel(made) || idn_punycode_ok(made)))
		return true;
	out->n = before;
	return false;
}

bool
domain_ascii(struct span d, struct buf *out)
{
	return to_ascii(d, IDN_EXACT, 2, out);
}

bool
selector_ascii(struct span s, struct buf *out)
{
	return to_ascii(s, IDN_EXACT, 1, out);
}

bool
domain_typed(struct span d, struct buf *out)
{
	return to_ascii(d, IDN_TYPED, 2, out);
}

void
domain_key_name(struct span selector, struct span domain, struct buf *out)
{
	buf_add_span(out, selector);
	buf_adds(out, "._domainkey.");
	buf_add_span(out, domain);
}

bool
domain_within(struct span d, struct span parent)
{
	size_t extra = d.n - parent.n;

	if (parent.n == 0 || d.n < parent.n)
		return false;
	return span_eq_nocase(span_from(d, extra), parent) &&
	    (extra == 0 || d.p[extra - 1] == '.');
}

bool
domain_parent(struct span d, struct span *up)
{
	const char *dot = memchr(d.p, '.', d.n);
	struct span rest;

	if (dot == NULL)
		return false;
	rest = span_from(d, (size_t)(dot - d.p) + 1);
	if (memchr(rest.p, '.', rest.n) == NULL)
		return false;
	*up = rest;
	return true;
}
