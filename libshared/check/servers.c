#include "check/servers.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "ext/clock.h"

/* An answer kept for comparison; its resolver owns it. */
struct asked {
	struct resolver *dns;
	const struct answer *answer;
};

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

static void
ask(struct asked *one, const struct buf *address, const struct servers_how *how,
    int64_t end)
{
	const char *text = address->p;
	struct fault f;

	one->dns = resolver_network(&text, 1, LIMIT_DNS_SECONDS_MAX, &f);
	if (one->dns == NULL)
		return;
	resolver_until(one->dns, end);
	resolver_inspect(one->dns, how->recursive);
	one->answer = resolver_wait(one->dns,
	    resolver_ask(one->dns, how->question));
}

/* A silent server may use up its own share of the time and no more. */
static struct asked *
ask_all(const struct servers *s, const struct servers_how *how)
{
	struct asked *v = mem_alloc((s->n + 1) * sizeof(*v));

	for (size_t i = 0; i < s->n; i++)
		ask(&v[i], &s->addresses[i], how,
		    clock_share(how->end, s->n - i));
	return v;
}

static bool
answered(const struct asked *one)
{
	return one->answer != NULL && one->answer->status != LOOKUP_TIMEOUT &&
	    one->answer->status != LOOKUP_SERVFAIL;
}

static void
disagree(struct span server, const struct asked *one, struct findings *out)
{
	const struct answer *a = one->answer;

	findings_add(out,
	    answered(one) ? FINDING_SERVER_DIFFERS : FINDING_SERVER_SILENT,
	    server, "%s",
	    a == NULL          ? "not an address" :
		a->why != NULL ? a->why :
				 "another record");
}

/* All of them against the first that answers, NULL for none. */
static void
compare(const struct asked *v, const struct asked *first,
    const struct servers *s, struct span question, struct findings *out)
{
	size_t agreed = 0, passed = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct span server = buf_span(&s->names[i]);

		if (first != NULL && answered(&v[i]) &&
		    probe_same(v[i].answer, first->answer)) {
			agreed++;
		} else if (first != NULL && v[i].answer != NULL &&
		    v[i].answer->no_ipv6) {
			findings_say(out, FINDING_SERVER_NO_IPV6, server);
			passed++;
		} else {
			disagree(server, &v[i], out);
		}
	}
	if (agreed > 0 && agreed + passed == s->n)
		findings_add(out, FINDING_SERVERS_AGREE, question, "%zu asked",
		    agreed);
}

void
servers_probe(const struct servers *s, const struct servers_how *how,
    const struct probe *p, struct resolver *dns, struct findings *out)
{
	struct asked *v = ask_all(s, how);
	const struct asked *first = NULL;

	for (size_t i = 0; i < s->n && first == NULL; i++)
		if (answered(&v[i]))
			first = &v[i];
	compare(v, first, s, how->question, out);
	if (first != NULL)
		probe_answer(p, first->answer, dns, out);
	for (size_t i = 0; i < s->n; i++)
		resolver_free(v[i].dns);
	free(v);
}
