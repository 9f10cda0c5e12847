#include "dns/dnsquery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dns/dnsparse.h"
#include "dns/dnswire.h"
#include "ext/platform.h"

enum {
	MESSAGE_MAX = 65535,
	FIRST_INTERVAL = 1000, /* milliseconds that a server has, at first */
	NOERROR = 0,
	FORMERR = 1,
	SERVFAIL = 2,
	NXDOMAIN = 3,
	NOTIMP = 4,
	REFUSED = 5,
	BADVERS = 16
};

enum outcome {
	WAIT,
	SETTLED,
	TRUNCATED, /* ask the same server over TCP */
	NO_EDNS,   /* ask the same server without EDNS */
	USELESS    /* ask the next server, and this one no more */
};

struct dnsquery {
	struct dnsquestion question;
	struct nameservers *servers;
	struct answer *answer;
	const struct dnstime *time;
	int64_t interval; /* how long a server may be silent */
	int64_t due;      /* when this try is given up */
	size_t asked;     /* index of the server asked */
	size_t start;     /* index of the one that was asked first */
	uint32_t useless; /* a bit a server: nothing to hope for */
	uint32_t plain;   /* a bit a server: does not know EDNS */
	const char *why;  /* the last server was useless */
	int fd;
	bool tcp;
	struct buf query; /* with its length before it when over TCP */
	size_t sent;      /* octets of query, over TCP */
	struct buf reply; /* over TCP, with its length */
};

struct dnsquery *
dnsquery_new(const struct dnsquestion *question, struct nameservers *servers,
    const struct dnstime *time, struct answer *answer)
{
	struct dnsquery *q = mem_alloc(sizeof(*q));
	int64_t share = time->left / (int64_t)(servers->n + 1);

	q->question = *question;
	q->servers = servers;
	q->answer = answer;
	q->time = time;
	q->interval = share < FIRST_INTERVAL ? share : FIRST_INTERVAL;
	if (q->interval < 1)
		q->interval = 1;
	q->start = servers->first;
	q->asked = q->start;
	q->fd = -1;
	return q;
}

static void
hang_up(struct dnsquery *q)
{
	if (q->fd >= 0)
		(void)close(q->fd);
	q->fd = -1;
}

void
dnsquery_free(struct dnsquery *q)
{
	if (q == NULL)
		return;
	hang_up(q);
	buf_free(&q->query);
	buf_free(&q->reply);
	free(q);
}

static uint32_t
bit(const struct dnsquery *q)
{
	return UINT32_C(1) << q->asked;
}

/*
 * RFC 1035 section 4.1, with recursion desired and the AD bit, by which a
 * resolver that validates is asked to say so (RFC 6840 section 5.7).
 */
static void
write_query(struct dnsquery *q)
{
	const struct dnsquestion *ask = &q->question;
	bool edns = (q->plain & bit(q)) == 0;
	struct buf *b = &q->query;

	b->n = 0;
	if (q->tcp)
		dnswire_add_u16(b,
		    (unsigned)(DNSWIRE_HEADER + ask->name.n + 1 + 4) +
			(edns ? DNSWIRE_OPT : 0));
	dnswire_add_u16(b, platform_random() & 0xffff);
	dnswire_add_u16(b, ask->iterative ? 0x0020 : 0x0120);
	dnswire_add_u16(b, 1);
	buf_add(b, "\0\0\0", 4); /* neither answers nor authority */
	dnswire_add_u16(b, edns ? 1 : 0);
	dnsname_put(&ask->name, b);
	dnswire_add_u16(b, ask->type);
	dnswire_add_u16(b, 1); /* IN */
	if (edns) {
		/* RFC 6891 section 6.1.2: OPT, owned by the root. */
		buf_addc(b, 0);
		dnswire_add_u16(b, 41);
		dnswire_add_u16(b, LIMIT_DNS_UDP);
		dnswire_add_u16(b, 0);
		dnswire_add_u16(b, ask->signatures ? 0x8000 : 0);
		dnswire_add_u16(b, 0);
	}
}

/*
 * The reply answers our query: id, QR, opcode and the one question, which
 * begins where ours does.  Only type and class are not letters, and the lengths
 * of labels and they are below 'A'.
 */
static bool
matches(const struct dnsquery *q, const unsigned char *p, size_t n)
{
	const char *sent = q->query.p + (q->tcp ? 2 : 0);
	size_t question = q->question.name.n + 1 + 4;

	if (n < DNSWIRE_HEADER || memcmp(p, sent, 2) != 0 ||
	    (p[2] & 0xf8) != 0x80)
		return false;
	/*
	 * A server that does not know EDNS may send its complaint with the
	 * header alone (RFC 6891 section 7).
	 */
	if (n == DNSWIRE_HEADER && dnswire_u16(p + 4) == 0 &&
	    ((p[3] & 0x0f) == FORMERR || (p[3] & 0x0f) == NOTIMP))
		return true;
	return dnswire_u16(p + 4) == 1 && n >= DNSWIRE_HEADER + question &&
	    span_eq_nocase((struct span){ sent + DNSWIRE_HEADER, question },
		(struct span){ (const char *)p + DNSWIRE_HEADER, question });
}

static enum outcome
useless(struct dnsquery *q, const char *why)
{
	q->why = why;
	return USELESS;
}

/* A server that only points elsewhere: it does not do lookups for us. */
static bool
lame(const unsigned char *p)
{
	bool authoritative = (p[2] & 0x04) != 0, recursive = (p[3] & 0x80) != 0;

	return dnswire_u16(p + 6) == 0 && !authoritative && !recursive;
}

static enum outcome
settle(struct dnsquery *q, const struct dnsreply *reply, const unsigned char *p)
{
	struct answer *a = q->answer;

	/* RFC 6604 section 3: it is the end of a CNAME chain that is missing. */
	a->nxdomain = reply->rcode == NXDOMAIN;
	dnsdata_answer(&reply->answer, &q->question.name,
	    a->nxdomain ? RECORD_CNAME : q->question.type, false, a);
	if (a->nxdomain) {
		a->status = LOOKUP_NONE;
		a->why = a->links > 0 ? "CNAME to a name that does not exist" :
					"no such name";
	}
	a->dnssec = (p[3] & 0x20) != 0;
	a->signatures = reply->signatures;
	a->tcp = q->tcp;
	q->servers->first = q->asked;
	return SETTLED;
}

static enum outcome
judge_rcode(struct dnsquery *q, unsigned rcode)
{
	switch (rcode) {
	case FORMERR:
	case NOTIMP:
	case BADVERS:
		if ((q->plain & bit(q)) == 0)
			return NO_EDNS;
		return useless(q, "name server does not take the query");
	case SERVFAIL: return useless(q, "name server failed (SERVFAIL)");
	case REFUSED: return useless(q, "name server refused (REFUSED)");
	default: return useless(q, "name server reports an error");
	}
}

static enum outcome
judge(struct dnsquery *q, const unsigned char *p, size_t n)
{
	struct dnsreply reply;
	enum outcome outcome;

	if (!matches(q, p, n))
		return q->tcp ? useless(q, "unusable reply") : WAIT;
	if ((p[2] & 0x02) != 0) {
		/* What came is not all: of no use, RFC 2181 section 9. */
		return q->tcp ? useless(q, "truncated reply over TCP") :
				TRUNCATED;
	}
	if (!dnsparse_reply(&reply, p, n))
		return useless(q, "unusable reply");
	if (reply.rcode != NOERROR && reply.rcode != NXDOMAIN)
		outcome = judge_rcode(q, reply.rcode);
	else if (reply.rcode == NOERROR && lame(p))
		outcome = useless(q, "name server is lame");
	else
		outcome = settle(q, &reply, p);
	dnsdata_free(&reply.answer);
	return outcome;
}

static bool
try_later(int e)
{
	return e == EAGAIN || e == EWOULDBLOCK || e == EINTR || e == ENOBUFS;
}

static enum outcome
read_udp(struct dnsquery *q)
{
	unsigned char packet[MESSAGE_MAX];
	ssize_t got = recv(q->fd, packet, sizeof(packet), 0);

	if (got >= 0)
		return judge(q, packet, (size_t)got);
	/* On a connected socket ICMP comes back as an error. */
	return try_later(errno) ? WAIT :
				  useless(q, "name server is unreachable");
}

static enum outcome
write_tcp(struct dnsquery *q)
{
	ssize_t put = send(q->fd, q->query.p + q->sent, q->query.n - q->sent,
	    MSG_NOSIGNAL);

	if (put >= 0)
		q->sent += (size_t)put;
	else if (!try_later(errno))
		return useless(q, "name server does not take TCP");
	return WAIT;
}

static enum outcome
read_tcp(struct dnsquery *q)
{
	const unsigned char *p;
	size_t length;
	ssize_t got;

	buf_reserve(&q->reply, 4096);
	got = recv(q->fd, q->reply.p + q->reply.n, 4096, 0);
	if (got < 0 && try_later(errno))
		return WAIT;
	if (got <= 0)
		return useless(q, "TCP connection broke off");
	q->reply.n += (size_t)got;
	if (q->reply.n < 2)
		return WAIT;
	p = (const unsigned char *)q->reply.p;
	length = dnswire_u16(p);
	return q->reply.n - 2 < length ? WAIT : judge(q, p + 2, length);
}

static enum outcome
listen_to(struct dnsquery *q)
{
	if (!q->tcp)
		return read_udp(q);
	return q->sent < q->query.n ? write_tcp(q) : read_tcp(q);
}

static bool
send_udp(const struct dnsquery *q)
{
	return send(q->fd, q->query.p, q->query.n, 0) >= 0 || try_later(errno);
}

/* Over TCP, half of the time that is left: more than one may be tried. */
static int64_t
patience(const struct dnsquery *q)
{
	int64_t half = q->time->left / 2;

	return q->tcp && half > q->interval ? half : q->interval;
}

static bool
call(struct dnsquery *q)
{
	const struct nameserver *s = &q->servers->v[q->asked];
	int type = q->tcp ? SOCK_STREAM : SOCK_DGRAM;

	hang_up(q);
	write_query(q);
	q->sent = 0;
	q->reply.n = 0;
	q->due = q->time->now + patience(q);
	q->fd = socket(s->address.ss_family,
	    type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (q->fd < 0)
		return false;
	if (connect(q->fd, (const struct sockaddr *)&s->address, s->length) !=
	    0)
		return q->tcp && errno == EINPROGRESS;
	return q->tcp || send_udp(q);
}

/* The call went nowhere, and not for a reason that lies with the server. */
static bool
no_ipv6(const struct dnsquery *q, int e)
{
	return q->servers->v[q->asked].address.ss_family == AF_INET6 &&
	    (e == ENETUNREACH || e == EHOSTUNREACH || e == EADDRNOTAVAIL ||
		e == EAFNOSUPPORT);
}

/* False, with the answer decided, when no server is left to hope for. */
static bool
next_server(struct dnsquery *q)
{
	uint32_t all = UINT32_MAX >> (32 - q->servers->n);

	if (q->useless == all) {
		q->answer->status = LOOKUP_SERVFAIL;
		q->answer->why = q->why;
		hang_up(q);
		return false;
	}
	do {
		q->asked = (q->asked + 1) % q->servers->n;
		if (q->asked == q->start)
			q->interval *= 2;
	} while ((q->useless & bit(q)) != 0);
	q->tcp = false;
	return true;
}

bool
dnsquery_begin(struct dnsquery *q)
{
	while (q->answer->no_ipv6 = false, !call(q)) {
		q->answer->no_ipv6 = no_ipv6(q, errno);
		q->why = q->answer->no_ipv6 ? "no IPv6 route from this host" :
					      "name server is unreachable";
		q->useless |= bit(q);
		if (!next_server(q))
			return true;
	}
	return false;
}

struct pollfd
dnsquery_poll(const struct dnsquery *q)
{
	bool writing = q->tcp && q->sent < q->query.n;

	return (struct pollfd){
		.fd = q->fd,
		.events = writing ? POLLOUT : POLLIN,
	};
}

int64_t
dnsquery_due(const struct dnsquery *q)
{
	return q->due;
}

bool
dnsquery_step(struct dnsquery *q, bool ready)
{
	enum outcome outcome = ready ? listen_to(q) : WAIT;
	size_t asked = q->asked;
	bool tcp = q->tcp;

	if (outcome == SETTLED)
		return true;
	if (outcome == WAIT && q->time->now < q->due)
		return false;
	if (outcome == TRUNCATED) {
		q->tcp = true;
	} else if (outcome == NO_EDNS) {
		q->plain |= bit(q);
	} else {
		/* One that is only silent may be asked again later. */
		if (outcome == USELESS)
			q->useless |= bit(q);
		if (!next_server(q))
			return true;
		/* The same again: that way a late reply is taken, too. */
		if (outcome == WAIT && !tcp && q->asked == asked &&
		    send_udp(q)) {
			q->due = q->time->now + q->interval;
			return false;
		}
	}
	return dnsquery_begin(q);
}
