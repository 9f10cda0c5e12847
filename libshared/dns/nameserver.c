#include "dns/nameserver.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/span.h"
#include "ext/file.h"

enum {
	DNS_PORT = 53,
	ADDRESS_MAX = INET6_ADDRSTRLEN + 1 + IF_NAMESIZE,
	RESOLV_CONF_MAX = 64 << 10
};

static bool
parse_ipv4(struct nameserver *s, const char *address, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return false;
	memcpy(&s->address, &in, sizeof(in));
	s->length = sizeof(in);
	return true;
}

/* address is cut at its percent sign. */
static bool
parse_ipv6(struct nameserver *s, char *address, uint16_t port)
{
	struct sockaddr_in6 in = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	char *scope = strchr(address, '%');

	if (scope != NULL) {
		*scope++ = '\0';
		in.sin6_scope_id = if_nametoindex(scope);
		if (in.sin6_scope_id == 0)
			return false;
	}
	if (inet_pton(AF_INET6, address, &in.sin6_addr) != 1)
		return false;
	memcpy(&s->address, &in, sizeof(in));
	s->length = sizeof(in);
	return true;
}

static bool
parse_address(struct nameserver *s, struct span text, uint16_t port)
{
	char address[ADDRESS_MAX];

	if (text.n == 0 || text.n >= sizeof(address))
		return false;
	memcpy(address, text.p, text.n);
	address[text.n] = '\0';
	*s = (struct nameserver){ 0 };
	return parse_ipv4(s, address, port) || parse_ipv6(s, address, port);
}

bool
nameserver_parse(struct nameserver *s, const char *text)
{
	struct span rest = span_str(text), address;
	uint64_t port = DNS_PORT;

	if (!span_cut(&rest, '@', &address))
		return false;
	if (rest.p != NULL &&
	    (!span_u64(rest, 5, &port) || port == 0 || port > UINT16_MAX))
		return false;
	return parse_address(s, address, (uint16_t)port);
}

bool
nameservers_given(struct nameservers *s, const char *const *text, size_t n,
    struct fault *f)
{
	*s = (struct nameservers){ 0 };
	if (n > LIMIT_NAMESERVERS)
		return fault_set(f, EX_USAGE, "%zu name servers: too many", n);
	for (; s->n < n; s->n++)
		if (!nameserver_parse(&s->v[s->n], text[s->n]))
			return fault_set(f, EX_USAGE, "%s: not ADDR[@PORT]",
			    text[s->n]);
	return true;
}

/* The first word of *rest, which loses it and the white space before it. */
static struct span
next_word(struct span *rest)
{
	struct span word;

	while (rest->n > 0 && ascii_wsp(rest->p[0]))
		*rest = span_from(*rest, 1);
	word = (struct span){ rest->p, 0 };
	while (word.n < rest->n && !ascii_wsp(rest->p[word.n]))
		word.n++;
	*rest = span_from(*rest, word.n);
	return word;
}

void
nameservers_system(struct nameservers *s)
{
	struct buf conf = { 0 };
	struct fault ignored;
	struct span rest, line;

	*s = (struct nameservers){ 0 };
	if (file_slurp("/etc/resolv.conf", FILE_PUBLIC, RESOLV_CONF_MAX, &conf,
		&ignored) == FILE_READ) {
		rest = buf_span(&conf);
		while (s->n < LIMIT_NAMESERVERS &&
		    span_cut(&rest, '\n', &line)) {
			line = span_trim(line);
			if (span_eq(next_word(&line), SPAN("nameserver")) &&
			    parse_address(&s->v[s->n], next_word(&line),
				DNS_PORT))
				s->n++;
		}
	}
	if (s->n == 0 && parse_address(&s->v[0], SPAN("127.0.0.1"), DNS_PORT))
		s->n = 1;
	buf_free(&conf);
}
