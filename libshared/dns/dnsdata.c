#include "dns/dnsdata.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

struct dnsrecord {
	char *kept; /* the octets of name and data */
	struct span name;
	struct span data;
	enum record_type type;
	uint32_t ttl;
	size_t place; /* in the order of arrival */
};

/* The other order of labels.  in: n octets of whole labels. */
static void
turn_round(unsigned char *out, const unsigned char *in, size_t n)
{
	for (size_t i = 0, step; i < n; i += step) {
		step = (size_t)in[i] + 1;
		memcpy(out + n - i - step, in + i, step);
	}
}

bool
dnsname_wire(struct dnsname *name, const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i <= DNSNAME_MAX && p[i] != 0) {
		if (p[i] > 63)
			return false;
		i += (size_t)p[i] + 1;
	}
	if (i >= n || i > DNSNAME_MAX)
		return false;
	turn_round(name->k, p, i);
	name->n = i;
	/* A length octet is below 'A'. */
	for (i = 0; i < name->n; i++)
		name->k[i] = (unsigned char)ascii_lower((char)name->k[i]);
	return true;
}

bool
dnsname_text(struct dnsname *name, struct span text)
{
	unsigned char wire[DNSNAME_MAX + 1] = { 0 };
	struct span label;
	size_t n = 0;

	if (text.n >= DNSNAME_MAX)
		return false;
	while (span_cut(&text, '.', &label)) {
		if (label.n == 0 || label.n > 63)
			return false;
		wire[n++] = (unsigned char)label.n;
		memcpy(wire + n, label.p, label.n);
		n += label.n;
	}
	return dnsname_wire(name, wire, n + 1);
}

void
dnsname_put(const struct dnsname *name, struct buf *out)
{
	unsigned char wire[DNSNAME_MAX] = { 0 };

	turn_round(wire, name->k, name->n);
	buf_add(out, wire, name->n);
	buf_addc(out, '\0');
}

bool
dnsname_print(const struct dnsname *name, struct buf *out)
{
	unsigned char wire[DNSNAME_MAX] = { 0 };
	size_t before = out->n;

	turn_round(wire, name->k, name->n);
	for (size_t i = 0, step; i < name->n; i += step) {
		step = (size_t)wire[i] + 1;
		if (i > 0)
			buf_addc(out, '.');
		for (size_t at = i + 1; at < i + step; at++) {
			char c = (char)wire[at];

			if (!ascii_alpha(c) && !ascii_digit(c) && c != '-' &&
			    c != '_') {
				out->n = before;
				return false;
			}
			buf_addc(out, c);
		}
	}
	return true;
}

static struct span
octets(const struct dnsname *name, size_t n)
{
	return (struct span){ (const char *)name->k, n };
}

void
dnsdata_add(struct dnsdata *d, const struct dnsname *owner,
    enum record_type type, uint32_t ttl, struct span data)
{
	char *kept;

	if (data.n > LIMIT_KEY_RECORD)
		data.n = LIMIT_KEY_RECORD + 1;
	if (d->n == d->cap) {
		d->cap = d->cap > 0 ? 2 * d->cap : 16;
		d->v = mem_grow(d->v, d->cap, sizeof(*d->v));
	}
	kept = mem_alloc(owner->n + data.n);
	memcpy(kept, owner->k, owner->n);
	if (data.n > 0)
		memcpy(kept + owner->n, data.p, data.n);
	d->v[d->n] = (struct dnsrecord){
		.kept = kept,
		.name = { kept, owner->n },
		.data = { kept + owner->n, data.n },
		.type = type,
		.ttl = ttl,
		.place = d->n,
	};
	d->n++;
}

/* A name comes before all those that begin with it. */
static int
order_records(const void *left, const void *right)
{
	const struct dnsrecord *a = left, *b = right;
	int c = span_cmp(a->name, b->name);

	return c != 0 ? c : (a->place > b->place) - (a->place < b->place);
}

void
dnsdata_sort(struct dnsdata *d)
{
	if (d->n > 1)
		qsort(d->v, d->n, sizeof(*d->v), order_records);
}

/* The first record whose owner is not before name. */
static size_t
search(const struct dnsdata *d, struct span name)
{
	size_t low = 0, high = d->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_cmp(d->v[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* There is a record at name or below it (RFC 8020: then name exists). */
static bool
exists(const struct dnsdata *d, struct span name)
{
	size_t i = search(d, name);

	return i < d->n && span_begins(d->v[i].name, name);
}

/*
 * RFC 4592 section 3.3.1: a name that does not exist takes the records of the
 * asterisk label right below its closest encloser.
 */
static void
apply_wildcard(const struct dnsdata *d, struct dnsname *name)
{
	size_t at = 0, next;

	while (at < name->n) {
		next = at + name->k[at] + 1;
		if (!exists(d, octets(name, next)))
			break;
		at = next;
	}
	if (at < name->n) {
		/* A label has at least one octet, so there is room. */
		name->k[at] = 1;
		name->k[at + 1] = '*';
		name->n = at + 2;
	}
}

static void
settle(struct answer *a, enum lookup status, const char *why)
{
	a->status = status;
	a->why = why;
	if (status != LOOKUP_FOUND)
		a->ttl = 0;
}

static void
lower_ttl(struct answer *a, uint32_t ttl)
{
	/* RFC 2181 section 8: the first bit set means zero. */
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < a->ttl)
		a->ttl = ttl;
}

static size_t
count(const struct dnsrecord *v, size_t n, enum record_type type)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].type == type)
			found++;
	return found;
}

/* Those of a type among the n at v, which have one owner; none: why not. */
static void
collect(const struct dnsrecord *v, size_t n, enum record_type type,
    const char *none, struct answer *a)
{
	size_t found = count(v, n, type);

	if (found == 0 || found > LIMIT_TXT_RECORDS) {
		settle(a, found == 0 ? LOOKUP_NONE : LOOKUP_BROKEN,
		    found == 0 ? none : "too many records");
		return;
	}
	a->v = mem_alloc(found * sizeof(*a->v));
	for (size_t i = 0; i < n; i++) {
		if (v[i].type != type || v[i].data.n > LIMIT_KEY_RECORD)
			continue;
		buf_add_span(&a->v[a->n++], v[i].data);
		lower_ttl(a, v[i].ttl);
	}
	if (a->n > 0)
		settle(a, LOOKUP_FOUND, NULL);
	else
		settle(a, LOOKUP_BROKEN, "TXT record is too long");
}

/* The CNAME among the n records at v.  False: two that disagree. */
static bool
alias(const struct dnsrecord *v, size_t n, const struct dnsrecord **found)
{
	*found = NULL;
	for (size_t i = 0; i < n; i++) {
		if (v[i].type != RECORD_CNAME)
			continue;
		if (*found != NULL && !span_eq((*found)->data, v[i].data))
			return false;
		*found = &v[i];
	}
	return true;
}

void
dnsdata_answer(const struct dnsdata *d, const struct dnsname *name,
    enum record_type type, bool wildcards, struct answer *a)
{
	struct dnsname at = *name;
	const char *none = type == RECORD_TXT ? "no TXT record" :
						"no such record";
	const struct dnsrecord *cname;
	size_t first, n;

	if (d->n == 0) {
		settle(a, LOOKUP_NONE, none);
		return;
	}
	a->ttl = UINT32_MAX;
	for (size_t links = 0;; links++) {
		if (wildcards)
			apply_wildcard(d, &at);
		first = search(d, octets(&at, at.n));
		for (n = 0; first + n < d->n; n++)
			if (!span_eq(d->v[first + n].name, octets(&at, at.n)))
				break;
		if (!alias(d->v + first, n, &cname)) {
			settle(a, LOOKUP_BROKEN, "several CNAMEs at one name");
			return;
		}
		if (cname == NULL)
			break;
		if (links == LIMIT_CNAME_LINKS) {
			settle(a, LOOKUP_BROKEN, "CNAME chain without end");
			return;
		}
		none = "CNAME to nothing";
		lower_ttl(a, cname->ttl);
		memcpy(at.k, cname->data.p, cname->data.n);
		at.n = cname->data.n;
		a->links = links + 1;
		a->target.n = 0;
		if (!dnsname_print(&at, &a->target))
			buf_adds(&a->target, "?");
	}
	collect(d->v + first, n, type, none, a);
}

void
dnsdata_free(struct dnsdata *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].kept);
	free(d->v);
	*d = (struct dnsdata){ 0 };
}
