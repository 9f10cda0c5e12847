#include "check/dmarc.h"

#include "dkim/taglist.h"

enum { QUERIES = 8, KEPT_LABELS = 7 };

/* One step of the walk: a name and what its record says. */
struct step {
	struct span domain;
	struct span record; /* owned by the resolver; p NULL for none */
	char psd;           /* 'y', 'n' or 'u' */
};

static char
psd_of(const struct taglist *t)
{
	const struct tag *psd = taglist_find(t, "psd");

	if (psd == NULL || psd->value.n != 1)
		return 'u';
	return ascii_lower(psd->value.p[0]);
}

static bool
is_policy(struct span text, char *psd)
{
	struct taglist t;

	if (taglist_parse(&t, text, TAGLIST_RECORD) != TAGLIST_OK || t.n == 0 ||
	    !span_eq(t.v[0].name, SPAN("v")) ||
	    !span_eq(t.v[0].value, SPAN("DMARC1")))
		return false;
	*psd = psd_of(&t);
	return true;
}

/* False when DNS does not tell. */
static bool
look(struct step *s, struct dmarc *d, struct resolver *dns)
{
	struct buf name = { 0 };
	const struct answer *a;
	size_t policies = 0;

	buf_adds(&name, "_dmarc.");
	buf_add_span(&name, s->domain);
	a = resolver_wait(dns, resolver_ask(dns, buf_span(&name)));
	for (size_t i = 0; i < a->n; i++)
		if (is_policy(buf_span(&a->v[i]), &s->psd)) {
			s->record = buf_span(&a->v[i]);
			policies++;
		}
	if (policies > 1) {
		d->several = true;
		s->record.p = NULL;
		s->psd = 'u';
	}
	if (a->status == LOOKUP_TIMEOUT || a->status == LOOKUP_SERVFAIL) {
		d->why = a;
		d->unknown = name;
		return false;
	}
	buf_free(&name);
	return true;
}

static size_t
labels(struct span name)
{
	struct span label;
	size_t n = 0;

	while (span_cut(&name, '.', &label))
		n++;
	return n;
}

/* Section 4.10 step 4; false when no label is left to take away. */
static bool
climb(struct span *domain)
{
	size_t n = labels(*domain);
	struct span label;

	if (n < 2)
		return false;
	do
		(void)span_cut(domain, '.', &label);
	while (--n > KEPT_LABELS);
	return true;
}

/* The walk from domain up; the number of steps, 0 when DNS does not tell. */
static size_t
walk(struct step v[QUERIES], struct span domain, struct dmarc *d,
    struct resolver *dns)
{
	size_t n = 0;

	do {
		v[n] = (struct step){ .domain = domain, .psd = 'u' };
		if (!look(&v[n], d, dns))
			return 0;
		n++;
	} while (v[n - 1].psd != 'n' && v[n - 1].psd != 'y' && n < QUERIES &&
	    climb(&domain));
	return n;
}

/* Section 4.10.2. */
static struct span
organization(const struct step *v, size_t n)
{
	struct span found = v[0].domain;

	for (size_t i = 0; i < n; i++) {
		if (v[i].record.p == NULL)
			continue;
		if (v[i].psd == 'n')
			return v[i].domain;
		if (v[i].psd == 'y' && i > 0)
			return v[i - 1].domain;
		found = v[i].domain;
	}
	return found;
}

void
dmarc_find(struct dmarc *d, struct span domain, struct resolver *dns)
{
	struct step v[QUERIES];
	size_t n;

	*d = (struct dmarc){ .state = DMARC_UNKNOWN };
	if ((n = walk(v, domain, d, dns)) == 0)
		return;
	d->state = DMARC_ABSENT;
	buf_add_span(&d->organization, organization(v, n));
	/* Its own, else the organization's, else the public suffix's. */
	for (size_t i = 0; i < n; i++)
		if (v[i].record.p != NULL &&
		    (i == 0 || v[i].psd == 'y' ||
			span_eq(v[i].domain, buf_span(&d->organization)))) {
			d->state = DMARC_FOUND;
			buf_add_span(&d->at, v[i].domain);
			buf_add_span(&d->record, v[i].record);
			break;
		}
}

void
dmarc_free(struct dmarc *d)
{
	buf_free(&d->organization);
	buf_free(&d->at);
	buf_free(&d->record);
	buf_free(&d->unknown);
}
