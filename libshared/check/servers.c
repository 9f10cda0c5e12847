#include "check/servers.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

static void
add(struct servers *s, struct span name, struct span address)
{
	struct buf none = { 0 };

	if (s->n == LIMIT_NAMESERVERS)
		return;
	s->names = mem_grow(s->names, s->n + 1, sizeof(*s->names));
	s->addresses = mem_grow(s->addresses, s->n + 1, sizeof(*s->addresses));
	s->names[s->n] = s->addresses[s->n] = none;
	buf_add_span(&s->names[s->n], name);
	buf_add_span(&s->addresses[s->n], address);
	buf_addc(&s->addresses[s->n], '\0');
	s->n++;
}

void
servers_add(struct servers *s, const char *const *given, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(s, span_str(given[i]), span_str(given[i]));
}

void
servers_free(struct servers *s)
{
	for (size_t i = 0; i < s->n; i++) {
		buf_free(&s->names[i]);
		buf_free(&s->addresses[i]);
	}
	free(s->names);
	free(s->addresses);
	*s = (struct servers){ 0 };
}

static bool
is_address(const char *given, struct span address)
{
	struct span rest = span_str(given), part;

	return span_cut(&rest, '@', &part) && span_eq(part, address);
}

static void
add_addresses(struct servers *s, struct span server, const struct answer *a,
    const char *const *given, size_t n)
{
	for (size_t i = 0; i < a->n; i++) {
		struct span address = buf_span(&a->v[i]);
		struct buf name = { 0 };
		size_t k = 0;

		buf_add_span(&name, server);
		buf_addc(&name, ' ');
		buf_add_span(&name, address);
		while (k < n && !is_address(given[k], address))
			k++;
		add(s, buf_span(&name), k < n ? span_str(given[k]) : address);
		buf_free(&name);
	}
}

/* Up from name to the first that has NS records: the top of its zone. */
static const struct answer *
zone_servers(struct span name, struct resolver *dns)
{
	struct span label;

	do {
		const struct answer *a = resolver_wait(dns,
		    resolver_ask_for(dns, name, RECORD_NS));

		if (a->status == LOOKUP_FOUND && a->links == 0)
			return a;
		if (a->status == LOOKUP_TIMEOUT)
			return NULL;
	} while (span_cut(&name, '.', &label) && name.n > 0);
	return NULL;
}

void
servers_of_zone(struct servers *s, struct span name, const char *const *given,
    size_t n, struct resolver *dns)
{
	const struct answer *ns = zone_servers(name, dns);

	for (size_t i = 0; ns != NULL && i < ns->n; i++) {
		struct span server = buf_span(&ns->v[i]);
		size_t four = resolver_ask_for(dns, server, RECORD_A),
		       six = resolver_ask_for(dns, server, RECORD_AAAA);

		add_addresses(s, server, resolver_wait(dns, four), given, n);
		add_addresses(s, server, resolver_wait(dns, six), given, n);
	}
}
