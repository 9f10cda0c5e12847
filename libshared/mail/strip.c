#include "mail/strip.h"

#include <string.h>

#include "base/limits.h"

void
strip_begin(struct strip *s, struct span name)
{
	*s = (struct strip){ .name = name, .at_start = true };
}

/* Is more of the line needed to tell which field it begins? */
static bool
undecided(const struct strip *s)
{
	struct span line = buf_span(&s->held);
	size_t n = line.n < s->name.n ? line.n : s->name.n;

	if (line.n == 0 || (line.n == 1 && line.p[0] == '\r'))
		return true;
	if (line.n > LIMIT_LINE ||
	    !span_eq_nocase((struct span){ line.p, n },
		(struct span){ s->name.p, n }))
		return false;
	/* The name, white space and at last the colon. */
	for (size_t i = n; i < line.n; i++)
		if (!ascii_wsp(line.p[i]))
			return false;
	return true;
}

static void
decide(struct strip *s)
{
	struct span line = buf_span(&s->held);
	const char *colon = memchr(line.p, ':', line.n);
	struct span name = line;

	if (colon != NULL)
		name.n = (size_t)(colon - line.p);
	/* Nothing but white space behind the name, and too long to wait. */
	if (!ascii_wsp(line.p[0]))
		s->removing = span_eq_nocase(span_trim(name), s->name) &&
		    (colon != NULL || line.n > LIMIT_LINE);
	s->body = line.p[0] == '\n' ||
	    (line.n == 2 && line.p[0] == '\r' && line.p[1] == '\n');
	s->at_start = line.p[line.n - 1] == '\n';
}

/* One octet more of a line that is not known yet. */
static void
hold(struct strip *s, char octet, struct buf *out)
{
	buf_addc(&s->held, octet);
	if (octet != '\n' && undecided(s))
		return;
	decide(s);
	if (!s->removing)
		buf_add_span(out, buf_span(&s->held));
	s->held.n = 0;
}

void
strip_add(struct strip *s, struct span piece, struct buf *out)
{
	while (piece.n > 0 && !s->body) {
		const char *lf;
		size_t n;

		if (s->at_start || s->held.n > 0) {
			s->at_start = false;
			hold(s, piece.p[0], out);
			piece = span_from(piece, 1);
			continue;
		}
		lf = memchr(piece.p, '\n', piece.n);
		n = lf != NULL ? (size_t)(lf - piece.p) + 1 : piece.n;
		if (!s->removing)
			buf_add(out, piece.p, n);
		s->at_start = lf != NULL;
		piece = span_from(piece, n);
	}
	buf_add_span(out, piece);
}

void
strip_end(struct strip *s, struct buf *out)
{
	/* Neither a field, for want of a colon, nor part of the one before. */
	buf_add_span(out, buf_span(&s->held));
	buf_free(&s->held);
}
