#include "dns/dnsparse.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dns/dnswire.h"
#include "dns/zonetext.h"

enum { DEFAULT_TTL = 3600 };

static bool
take_name(struct dnsname *name, const ldns_rdf *rdf)
{
	return rdf != NULL && ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_DNAME &&
	    dnsname_wire(name, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
}

/*
 * RFC 6376 section 3.6.2.2: strings are joined with nothing between them.  quoted:
 * those of a master file (zonetext.h).  False when one of them was not among these.
 */
static bool
join_strings(struct buf *joined, const ldns_rr *rr, struct span quoted)
{
	bool any = quoted.n > 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const uint8_t *p = ldns_rdf_data(ldns_rr_rdf(rr, i));
		size_t n = ldns_rdf_size(ldns_rr_rdf(rr, i));

		if (n == 1 && any) {
			if (quoted.n == 0)
				return false;
			n = (size_t)(unsigned char)quoted.p[0] + 1;
			buf_add(joined, quoted.p + 1, n - 1);
			quoted = span_from(quoted, n);
		} else if (n > 1 && p[0] < n) {
			buf_add(joined, p + 1, p[0]);
		}
	}
	return quoted.n == 0;
}

/* The name of a server, or its address, as text. */
static void
add_server(struct dnsdata *out, const struct dnsname *owner, const ldns_rr *rr)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
	ldns_rr_type type = ldns_rr_get_type(rr);
	char address[INET6_ADDRSTRLEN];
	struct buf text = { 0 };
	struct dnsname target;
	bool right;

	if (type == LDNS_RR_TYPE_NS) {
		right = take_name(&target, rdf) &&
		    dnsname_print(&target, &text);
	} else {
		int family = type == LDNS_RR_TYPE_A ? AF_INET : AF_INET6;

		right = rdf != NULL &&
		    ldns_rdf_size(rdf) == (family == AF_INET ? 4 : 16) &&
		    inet_ntop(family, ldns_rdf_data(rdf), address,
			sizeof(address)) != NULL;
		if (right)
			buf_adds(&text, address);
	}
	dnsdata_add(out, owner, right ? (enum record_type)type : RECORD_OTHER,
	    ldns_rr_ttl(rr), buf_span(&text));
	buf_free(&text);
}

static bool
add_record(struct dnsdata *out, const ldns_rr *rr, struct span quoted)
{
	struct dnsname owner, target;
	struct buf joined = { 0 };
	bool right = true;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
		return true;
	if (!take_name(&owner, ldns_rr_owner(rr)))
		return false;
	switch (ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_TXT:
		right = join_strings(&joined, rr, quoted);
		dnsdata_add(out, &owner, RECORD_TXT, ldns_rr_ttl(rr),
		    buf_span(&joined));
		buf_free(&joined);
		return right;
	case LDNS_RR_TYPE_CNAME:
		if (ldns_rr_rd_count(rr) != 1 || quoted.n > 0 ||
		    !take_name(&target, ldns_rr_rdf(rr, 0)))
			return false;
		dnsdata_add(out, &owner, RECORD_CNAME, ldns_rr_ttl(rr),
		    (struct span){ (const char *)target.k, target.n });
		return true;
	case LDNS_RR_TYPE_NS:
	case LDNS_RR_TYPE_A:
	case LDNS_RR_TYPE_AAAA: add_server(out, &owner, rr); return true;
	default:
		dnsdata_add(out, &owner, RECORD_OTHER, ldns_rr_ttl(rr),
		    (struct span){ NULL, 0 });
		return true;
	}
}

static size_t
txt_octets(const ldns_rr *rr)
{
	size_t n = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		n += ldns_rdf_size(ldns_rr_rdf(rr, i));
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_TXT ? n : 0;
}

bool
dnsparse_reply(struct dnsreply *reply, const unsigned char *p, size_t n)
{
	ldns_pkt *pkt = NULL;
	const ldns_rr_list *list;
	ldns_status status;
	size_t txt = 0;
	bool right = true;

	*reply = (struct dnsreply){ 0 };
	status = ldns_wire2pkt(&pkt, p, n);
	if (status == LDNS_STATUS_MEM_ERR)
		mem_exhausted();
	if (status != LDNS_STATUS_OK)
		return false;
	reply->rcode = (unsigned)ldns_pkt_get_rcode(pkt) |
	    (unsigned)ldns_pkt_edns_extended_rcode(pkt) << 4;
	list = ldns_pkt_answer(pkt);
	for (size_t i = 0; right && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG)
			reply->signatures = true;
		txt += txt_octets(rr);
		right = add_record(&reply->answer, rr, SPAN(""));
	}
	ldns_pkt_free(pkt);
	dnsdata_sort(&reply->answer);
	/* Without memory ldns leaves strings out. */
	if (right && txt == dnswire_txt_octets(p, n))
		return true;
	dnsdata_free(&reply->answer);
	return false;
}

/*
 * ldns' own reader of master files lets open quotes and parentheses swallow
 * what follows, skips NULs and obeys or ignores directives as it likes.  So
 * ldns gets the entries of zonetext one by one.
 */
struct zone {
	const char *path;
	struct zonetext text;
	uint32_t ttl; /* of $TTL */
	ldns_rdf *origin;
	ldns_rdf *owner; /* of the record before; NULL at first */
};

static void
zone_fault(const struct zone *z, size_t line, const char *why, struct fault *f)
{
	(void)fault_set(f, EX_CONFIG, "%s: line %zu: %s", z->path, line, why);
}

static bool
next_word(struct span *rest, struct span *word)
{
	while (span_cut(rest, ' ', word))
		if (word->n > 0)
			return true;
	*word = (struct span){ NULL, 0 };
	return false;
}

/* "3600" or "1h30m"; RFC 2181 section 8 gives it 31 bits. */
static bool
read_ttl(struct span text, uint32_t *ttl)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	uint64_t total = 0, part;

	while (text.n > 0) {
		struct span digits = { text.p, 0 };
		uint32_t seconds = 1;

		while (digits.n < text.n && ascii_digit(text.p[digits.n]))
			digits.n++;
		text = span_from(text, digits.n);
		if (!span_u64(digits, 10, &part))
			return false;
		for (size_t i = 0; text.n > 0; i++) {
			if (i == sizeof(units) / sizeof(units[0]))
				return false;
			if (ascii_lower(text.p[0]) != units[i].unit)
				continue;
			seconds = units[i].seconds;
			text = span_from(text, 1);
			break;
		}
		total += part * seconds;
		if (total > INT32_MAX)
			return false;
	}
	*ttl = (uint32_t)total;
	return true;
}

/*
 * Checks the TTL of a record, because ldns takes any number, and puts it before
 * the class, because ldns knows no other order.
 */
static bool
tidy_ttl(struct buf *entry)
{
	struct span rest = buf_span(entry), class, ttl;
	size_t at;
	uint32_t ignored;

	if (entry->p[0] != ' ' && !next_word(&rest, &ttl))
		return true;
	if (!next_word(&rest, &ttl))
		return true;
	if (span_eq_nocase(ttl, SPAN("IN"))) {
		class = ttl;
		if (!next_word(&rest, &ttl) || !ascii_digit(ttl.p[0]))
			return true;
		at = (size_t)(class.p - entry->p);
		memmove(entry->p + at, ttl.p, ttl.n);
		memset(entry->p + at + ttl.n, ' ',
		    (size_t)(ttl.p - class.p) - class.n);
		at = (size_t)(ttl.p - entry->p) + ttl.n - class.n;
		memcpy(entry->p + at, "IN", class.n);
		ttl.p = class.p;
	}
	return !ascii_digit(ttl.p[0]) || read_ttl(ttl, &ignored);
}

static bool
set_origin(struct zone *z, struct span text)
{
	char *name = mem_strndup(text.p, text.n);
	ldns_rdf *origin = ldns_dname_new_frm_str(name);
	struct dnsname checked;
	bool right = origin != NULL;

	if (right && !ldns_dname_str_absolute(name))
		right = ldns_dname_cat(origin, z->origin) == LDNS_STATUS_OK;
	right = right && take_name(&checked, origin);
	ldns_rdf_deep_free(right ? z->origin : origin);
	if (right)
		z->origin = origin;
	free(name);
	return right;
}

static const char *
obey(struct zone *z)
{
	struct span rest = buf_span(&z->text.entry), name, value, more;
	bool ttl;

	(void)next_word(&rest, &name);
	ttl = span_eq_nocase(name, SPAN("$TTL"));
	if (!ttl && !span_eq_nocase(name, SPAN("$ORIGIN")))
		return "neither $ORIGIN nor $TTL";
	if (!next_word(&rest, &value) || next_word(&rest, &more) ||
	    z->text.strings.n > 0)
		return "not one value behind the directive";
	if (ttl)
		return read_ttl(value, &z->ttl) ? NULL : "not a TTL";
	return set_origin(z, value) ? NULL : "not a domain name";
}

static const char *
add_entry(struct zone *z, struct dnsdata *out)
{
	const char *wrong = NULL;
	ldns_rr *rr = NULL;
	ldns_status status;

	if (!tidy_ttl(&z->text.entry))
		return "not a TTL";
	buf_addc(&z->text.entry, '\0');
	status = ldns_rr_new_frm_str(&rr, z->text.entry.p, z->ttl, z->origin,
	    &z->owner);
	if (status == LDNS_STATUS_MEM_ERR)
		mem_exhausted();
	if (status != LDNS_STATUS_OK)
		return ldns_get_errorstr_by_id(status);
	if (ldns_rr_get_type(rr) == 0)
		wrong = "unknown record type";
	else if (!add_record(out, rr, buf_span(&z->text.strings)))
		wrong = "not a domain name";
	ldns_rr_free(rr);
	return wrong;
}

bool
dnsparse_zone(struct dnsdata *out, struct span text, const char *path,
    struct fault *f)
{
	struct zone z = { .path = path, .text = { .rest = text, .line = 1 } };
	const char *wrong = NULL;
	bool right = false;

	z.ttl = DEFAULT_TTL;
	z.origin = ldns_dname_new_frm_str(".");
	if (z.origin == NULL)
		mem_exhausted();
	while (z.text.rest.n > 0) {
		wrong = zonetext_next(&z.text);
		if (wrong != NULL) {
			zone_fault(&z, z.text.line, wrong, f);
			goto done;
		}
		if (span_trim(buf_span(&z.text.entry)).n == 0)
			continue;
		wrong = z.text.entry.p[0] == '$' ? obey(&z) :
						   add_entry(&z, out);
		if (wrong != NULL) {
			zone_fault(&z, z.text.began, wrong, f);
			goto done;
		}
	}
	dnsdata_sort(out);
	right = true;
done:
	buf_free(&z.text.entry);
	buf_free(&z.text.strings);
	ldns_rdf_deep_free(z.origin);
	ldns_rdf_deep_free(z.owner);
	return right;
}
