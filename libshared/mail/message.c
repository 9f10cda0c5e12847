#include "mail/message.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/limits.h"
#include "base/mem.h"
#include "ext/file.h"
#include "mail/strip.h"

enum { PIECE = 64 << 10 };

/*
 * Looks for the empty line among the lines from *line on, which is where the
 * first of them begins.  True with the octets on both its sides; else *line is
 * the start of the line that is not complete yet.
 */
static bool
find_empty_line(const struct buf *b, size_t *line, size_t *end, size_t *body)
{
	const char *lf;

	while (*line < b->n &&
	    (lf = memchr(b->p + *line, '\n', b->n - *line)) != NULL) {
		size_t n = (size_t)(lf - b->p) - *line;

		*end = *line;
		*line += n + 1;
		*body = *line;
		if (n == 0 || (n == 1 && b->p[*end] == '\r'))
			return true;
	}
	return false;
}

static const char *
first_line_end(const struct buf *b)
{
	const char *lf = memchr(b->p, '\n', b->n);

	return lf != NULL && lf > b->p && lf[-1] == '\r' ? "\r\n" : "\n";
}

/* The length of an mbox separator on top, its line end included; else 0. */
static size_t
envelope_line(const struct buf *b)
{
	struct span head = buf_span(b);
	const char *lf;

	if (head.n > 0 && head.p[0] == '>')
		head = span_from(head, 1);
	if (!span_begins(head, SPAN("From ")) ||
	    (lf = memchr(b->p, '\n', b->n)) == NULL)
		return 0;
	/* "From : x" is the obsolete form of a field, not a separator. */
	for (head = span_from(head, 5); head.n > 0 && ascii_wsp(head.p[0]);)
		head = span_from(head, 1);
	return head.n > 0 && head.p[0] == ':' ? 0 : (size_t)(lf - b->p) + 1;
}

static ssize_t
read_piece(struct message *m, struct fault *f)
{
	ssize_t got;

	buf_reserve(&m->head, PIECE);
	got = input_read(m->in, m->head.p + m->head.n, PIECE, f);
	if (got > 0)
		m->head.n += (size_t)got;
	return got;
}

bool
message_open(struct message *m, struct input *in, struct fault *f)
{
	size_t line = 0, end = 0;
	bool first = true, found = false;
	ssize_t got;

	*m = (struct message){ .in = in };
	do {
		if ((got = read_piece(m, f)) < 0)
			return false;
		if (first && (got == 0 || memchr(m->head.p, '\n', m->head.n))) {
			m->envelope = line = envelope_line(&m->head);
			first = false;
		}
		found = !first &&
		    find_empty_line(&m->head, &line, &end, &m->body);
	} while (!found && got > 0 && m->head.n <= LIMIT_HEADER);
	if (m->head.n == 0)
		return fault_set(f, EX_DATAERR, "%s: empty message",
		    input_name(in));
	if (!found)
		end = m->body = m->head.n;
	m->cut = m->head.n;
	header_split(&m->header,
	    (struct span){ m->head.p + m->envelope, end - m->envelope });
	if (end - m->envelope > LIMIT_HEADER)
		m->header.malformed = "header too long";
	if (!found && got > 0 && m->header.n > 0)
		m->cut = (size_t)(m->header.v[m->header.n - 1].raw.p -
		    m->head.p);
	m->eol = first_line_end(&m->head);
	return true;
}

bool
message_body(struct message *m, message_sink *sink, void *arg, struct fault *f)
{
	char *piece = mem_grow(NULL, PIECE, 1);
	ssize_t got;

	if (m->head.n > m->body)
		sink(arg, m->head.p + m->body, m->head.n - m->body);
	while ((got = input_read(m->in, piece, PIECE, f)) > 0)
		sink(arg, piece, (size_t)got);
	free(piece);
	return got == 0;
}

/* Everything of head that stays, so that most messages are one write. */
static void
gather(const struct message *m, struct span top, struct buf *out)
{
	const char *from = m->head.p, *end = m->head.p + m->cut;

	buf_reserve(out, top.n + m->head.n);
	buf_add(out, from, m->envelope);
	buf_add_span(out, top);
	from += m->envelope;
	for (size_t i = 0; i < m->header.n; i++) {
		const struct field *f = &m->header.v[i];
		const char *lf = f->raw.p + f->raw.n;

		if (!f->removed || f->raw.p >= end)
			continue;
		buf_add(out, from, (size_t)(f->raw.p - from));
		while (lf < end && *lf != '\n')
			lf++;
		from = lf < end ? lf + 1 : end;
	}
	buf_add(out, from, (size_t)(end - from));
}

/* Everything from the cut on, without the fields to be dropped. */
static bool
write_stripped(const struct message *m, int to, const char *to_name,
    struct fault *f)
{
	uint64_t at = m->cut, end = input_octets(m->in);
	char *piece = mem_grow(NULL, PIECE, 1);
	struct buf out = { 0 };
	struct strip strip;
	bool ok = true;

	strip_begin(&strip, m->drop);
	while (ok && at < end) {
		ssize_t got = input_again(m->in, at, piece, PIECE, f);

		ok = got > 0;
		if (got == 0)
			(void)fault_set(f, EX_IOERR, "%s: became shorter",
			    input_name(m->in));
		if (!ok)
			break;
		at += (uint64_t)got;
		strip_add(&strip, (struct span){ piece, (size_t)got }, &out);
		ok = file_write(to, to_name, out.p, out.n, f);
		out.n = 0;
	}
	strip_end(&strip, &out);
	ok = ok && file_write(to, to_name, out.p, out.n, f);
	buf_free(&out);
	free(piece);
	return ok;
}

bool
message_write(const struct message *m, struct span top, int to,
    const char *to_name, struct fault *f)
{
	uint64_t rest = input_octets(m->in) - m->cut;
	bool strip = m->cut < m->head.n && m->drop.n > 0;
	struct buf out = { 0 };
	bool ok;

	gather(m, top, &out);
	ok = input_kept(m->in, f) && file_write(to, to_name, out.p, out.n, f) &&
	    (rest == 0 ||
		(strip ? write_stripped(m, to, to_name, f) :
			 input_copy(m->in, m->cut, rest, to, to_name, f)));
	buf_free(&out);
	return ok;
}

void
message_close(struct message *m)
{
	header_free(&m->header);
	buf_free(&m->head);
}
