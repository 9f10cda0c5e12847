#include "why/cutsearch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dkim/bodyhash.h"

enum {
	TOPS = 64,            /* lines on top that may have been added */
	TAILS = 12,           /* lines that may follow what was added */
	THOROUGH = 64 << 20,  /* octets hashed at most to look everywhere */
	SINGLE_LINE = 1 << 18 /* largest body for one octet lost */
};

#define SAME SIZE_MAX /* in find_line: nothing is left out */

struct search {
	const struct sig *s;
	struct span body;
	struct claims *until;
	size_t *line; /* where each begins, and behind the last the end */
	size_t lines;
	struct cut *out;
};

static bool
ends_right(const struct sig *s, const struct digest *d)
{
	struct digest *copy = digest_copy(d);
	unsigned char hash[DIGEST_MAX];
	size_t n = digest_end(copy, hash);

	digest_free(copy);
	return n > 0 &&
	    octets_equal((struct span){ (const char *)hash, n },
		buf_span(&s->bh));
}

static void
index_lines(struct search *c)
{
	size_t room = 0;
	const char *at = c->body.p, *end = at + c->body.n, *lf;

	for (;;) {
		if (c->lines == room) {
			room = room > 0 ? 2 * room : 64;
			c->line = mem_grow(c->line, room, sizeof(*c->line));
		}
		c->line[c->lines++] = (size_t)(at - c->body.p);
		if (at == end ||
		    (lf = memchr(at, '\n', (size_t)(end - at))) == NULL)
			break;
		at = lf + 1;
	}
	c->lines--; /* the last entry is the end */
}

static void
add_range(const struct search *c, struct digest *d, size_t from, size_t to)
{
	digest_add(d, c->body.p + c->line[from], c->line[to] - c->line[from]);
}

static bool
banner(struct search *c, size_t top)
{
	*c->out = (struct cut){ .end = c->line[top],
		.code = "banner-added",
		.text = "lines were added on top" };
	return true;
}

/* Without the first top lines, and those at the end from some line on. */
static bool
try_ends(struct search *c, size_t top)
{
	struct digest *d = digest_new(c->s->algorithm.hash);
	size_t i = top;
	bool ok = false;

	for (;; i++) {
		/* As received is not an answer. */
		if ((top > 0 || i < c->lines) && ends_right(c->s, d)) {
			ok = true;
			break;
		}
		if (i == c->lines || (i % 256 == 0 && claims_late(c->until)))
			break;
		add_range(c, d, i, i + 1);
	}
	digest_free(d);
	if (!ok)
		return false;
	if (i == c->lines)
		return banner(c, top);
	*c->out = (struct cut){ .begin = c->line[i],
		.end = c->body.n,
		.end2 = c->line[top],
		.code = "footer-added",
		.text = "lines were added at the end" };
	if (top > 0) {
		c->out->code = "banner-and-footer-added";
		c->out->text = "lines were added on top and at the end";
	}
	return true;
}

/* With l= the octets counted begin behind what was added. */
static bool
try_window(struct search *c, size_t top)
{
	struct digest *d;
	uint64_t left = c->body.n - c->line[top];
	bool ok;

	if (c->s->limit > left)
		return false;
	d = digest_new(c->s->algorithm.hash);
	digest_add(d, c->body.p + c->line[top], (size_t)c->s->limit);
	ok = ends_right(c->s, d);
	digest_free(d);
	return ok && banner(c, top);
}

/*
 * The first line before end at which the hash comes right with text put there
 * and lines up to tail left out (SAME: none); end when there is none.
 */
static size_t
find_line(struct search *c, size_t end, const char *text, size_t tail)
{
	struct digest *d = digest_new(c->s->algorithm.hash);
	bool ok = false;
	size_t i;

	for (i = 0; i < end; i++) {
		struct digest *rest = digest_copy(d);

		digest_add(rest, text, strlen(text));
		add_range(c, rest, tail == SAME ? i : tail, c->lines);
		ok = ends_right(c->s, rest);
		digest_free(rest);
		if (ok || claims_late(c->until))
			break;
		add_range(c, d, i, i + 1);
	}
	digest_free(d);
	return ok ? i : end;
}

/* Lines added before line tail, whatever their number. */
static bool
try_before(struct search *c, size_t tail)
{
	size_t i = find_line(c, tail, "", tail);

	if (i == tail)
		return false;
	*c->out = (struct cut){ .begin = c->line[i],
		.end = c->line[tail],
		.code = "lines-inserted",
		.text = "lines were added within the body" };
	return true;
}

/* A dot at the start of a line that one relay too many took away. */
static bool
try_lost_dot(struct search *c)
{
	size_t i = find_line(c, c->lines, ".", SAME);

	if (i == c->lines)
		return false;
	*c->out = (struct cut){ .begin = c->line[i],
		.end = c->line[i],
		.code = "dot-removed",
		.text = "a dot at the start of a line was removed" };
	return true;
}

static bool
search_all(struct search *c, bool thorough)
{
	size_t tops = thorough && c->lines < TOPS ? c->lines :
	    thorough                              ? TOPS :
						    1;
	size_t tails = c->lines < TAILS ||
		(thorough && THOROUGH / c->lines / c->lines > c->body.n / 4) ?
	    c->lines :
	    TAILS;

	if (try_ends(c, 0))
		return true;
	for (size_t i = 1; i < tops && !claims_late(c->until); i++)
		if (try_ends(c, i) ||
		    (c->s->limit != BODYHASH_ALL && try_window(c, i)))
			return true;
	for (size_t k = 1; k < tails && !claims_late(c->until); k++)
		if (try_before(c, c->lines - k))
			return true;
	return thorough && c->body.n <= SINGLE_LINE && !claims_late(c->until) &&
	    try_lost_dot(c);
}

bool
cutsearch_run(const struct sig *s, struct span canonical, bool thorough,
    struct claims *until, struct cut *out)
{
	struct search c = {
		.s = s, .body = canonical, .until = until, .out = out
	};
	bool ok;

	if (canonical.n == 0)
		return false;
	index_lines(&c);
	ok = search_all(&c, thorough);
	free(c.line);
	return ok;
}

static void
tell_range(size_t begin, size_t end, struct span body, struct buf *out)
{
	enum { SHOWN = 60 };
	struct span text = { body.p + begin, end - begin }, rest, line;

	if (end > begin)
		buf_addf(out, "%s%zu octets at octet %zu",
		    out->n > 0 ? "; " : "", end - begin, begin);
	else
		buf_addf(out, "at octet %zu", begin);
	/* The first line that is not blank says what it is. */
	for (rest = text; span_line(&rest, &line);)
		if ((line = span_trim(line)).n > 0) {
			buf_adds(out, ": ");
			line.n = line.n < SHOWN ? line.n : SHOWN;
			buf_add_span(out, line);
			return;
		}
}

void
cutsearch_tell(const struct cut *cut, struct span canonical, struct claim *c)
{
	if (cut->end2 > 0)
		tell_range(cut->begin2, cut->end2, canonical, &c->detail);
	tell_range(cut->begin, cut->end, canonical, &c->detail);
}
