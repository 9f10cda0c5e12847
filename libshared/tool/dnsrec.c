#include "tool/dnsrec.h"

#include <string.h>
#include <sysexits.h>

#include "mail/domain.h"
#include "tool/json.h"

enum {
	STRING = 255,       /* RFC 1035 section 3.3 */
	DNSMASQ_LINE = 1023 /* it reads longer ones as several */
};

static const char *const names[] = {
	[DNSREC_ZONE] = "zone",
	[DNSREC_VALUE] = "value",
	[DNSREC_TINYDNS] = "tinydns",
	[DNSREC_NSUPDATE] = "nsupdate",
	[DNSREC_UNBOUND] = "unbound",
	[DNSREC_DNSMASQ] = "dnsmasq",
	[DNSREC_JSON] = "json",
	[DNSREC_ROUTE53] = "route53",
	[DNSREC_CLOUDFLARE] = "cloudflare",
};

const char *const dnsrec_format_names =
    "zone, value, tinydns, nsupdate, unbound, dnsmasq, json, route53 or "
    "cloudflare";

bool
dnsrec_format_parse(const char *text, enum dnsrec_format *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], text) == 0) {
			*out = (enum dnsrec_format)i;
			return true;
		}
	return false;
}

static void
put_name(const struct dnsrec *r, struct buf *out)
{
	domain_key_name(r->selector, r->domain, out);
}

/* As many octets of *rest as one string can have. */
static struct span
take_string(struct span *rest)
{
	size_t n = rest->n < STRING ? rest->n : STRING;
	struct span string = { rest->p, n };

	*rest = span_from(*rest, n);
	return string;
}

/* The value as strings; quoted, because ";" would begin a comment. */
static void
put_strings(struct span value, const char *between, struct buf *out)
{
	const char *separator = "";

	while (value.n > 0) {
		buf_adds(out, separator);
		buf_add_quoted(out, take_string(&value));
		separator = between;
	}
}

static void
put_zone(const struct dnsrec *r, struct buf *out)
{
	bool several = r->value.n > STRING;

	put_name(r, out);
	buf_addf(out, ". %lu IN TXT ", (unsigned long)r->ttl);
	buf_adds(out, several ? "(\n\t" : "");
	put_strings(r->value, "\n\t", out);
	buf_adds(out, several ? " )\n" : "\n");
}

/* A field ends at a colon; tinydns-data splits the text by itself. */
static void
put_tinydns(const struct dnsrec *r, struct buf *out)
{
	buf_addc(out, '\'');
	put_name(r, out);
	buf_addc(out, ':');
	for (size_t i = 0; i < r->value.n; i++)
		if (r->value.p[i] == ':' || r->value.p[i] == '\\')
			buf_addf(out, "\\%03o", (unsigned)r->value.p[i]);
		else
			buf_addc(out, r->value.p[i]);
	buf_addf(out, ":%lu\n", (unsigned long)r->ttl);
}

/* Each record is sent by itself: an update may not span zones. */
static void
put_nsupdate(const struct dnsrec *r, struct buf *out)
{
	buf_adds(out, "update delete ");
	put_name(r, out);
	buf_adds(out, ". TXT\nupdate add ");
	put_name(r, out);
	buf_addf(out, ". %lu TXT ", (unsigned long)r->ttl);
	put_strings(r->value, " ", out);
	buf_adds(out, "\nsend\n");
}

static void
put_unbound(const struct dnsrec *r, struct buf *out)
{
	buf_adds(out, "local-data: '");
	put_name(r, out);
	buf_addf(out, ". %lu IN TXT ", (unsigned long)r->ttl);
	put_strings(r->value, " ", out);
	buf_adds(out, "'\n");
}

static bool
put_dnsmasq(const struct dnsrec *r, struct buf *out, struct fault *f)
{
	size_t before = out->n;

	buf_adds(out, "txt-record=");
	put_name(r, out);
	buf_addc(out, ',');
	put_strings(r->value, ",", out);
	if (out->n - before > DNSMASQ_LINE)
		return fault_set(f, EX_DATAERR,
		    "dnsmasq takes no line of more than %d octets: the key is "
		    "too long for it",
		    DNSMASQ_LINE);
	buf_addc(out, '\n');
	return true;
}

static void
put_member(struct json *j, const char *member, const struct dnsrec *r,
    const char *end)
{
	struct buf name = { 0 };

	put_name(r, &name);
	buf_adds(&name, end);
	json_text(j, member, buf_span(&name));
	buf_free(&name);
}

static void
put_json(const struct dnsrec *r, struct json *j)
{
	struct span rest = r->value;

	json_begin(j, '{');
	put_member(j, "name", r, "");
	json_word(j, "type", "TXT");
	json_count(j, "ttl", r->ttl);
	json_text(j, "value", r->value);
	json_name(j, "strings");
	json_begin(j, '[');
	while (rest.n > 0)
		json_string(j, take_string(&rest));
	json_end(j, ']');
	json_end(j, '}');
}

/* DNS Records: "content" is the text; the service splits it. */
static void
put_cloudflare(const struct dnsrec *r, struct json *j)
{
	json_begin(j, '{');
	json_word(j, "type", "TXT");
	put_member(j, "name", r, "");
	json_text(j, "content", r->value);
	json_count(j, "ttl", r->ttl);
	json_end(j, '}');
}

static void
put_change(const struct dnsrec *r, struct json *j)
{
	struct buf quoted = { 0 };

	json_begin(j, '{');
	json_word(j, "Action", "UPSERT");
	json_name(j, "ResourceRecordSet");
	json_begin(j, '{');
	put_member(j, "Name", r, ".");
	json_word(j, "Type", "TXT");
	json_count(j, "TTL", r->ttl);
	json_name(j, "ResourceRecords");
	json_begin(j, '[');
	json_begin(j, '{');
	put_strings(r->value, " ", &quoted);
	json_text(j, "Value", buf_span(&quoted));
	json_end(j, '}');
	json_end(j, ']');
	json_end(j, '}');
	json_end(j, '}');
	buf_free(&quoted);
}

/* AWS: the file that "change-resource-record-sets --change-batch" takes. */
static void
put_route53(const struct dnsrec *v, size_t n, struct buf *out)
{
	struct json j = { .out = out };

	json_begin(&j, '{');
	json_name(&j, "Changes");
	json_begin(&j, '[');
	for (size_t i = 0; i < n; i++)
		put_change(&v[i], &j);
	json_end(&j, ']');
	json_end(&j, '}');
	buf_addc(out, '\n');
}

static bool
put_one(enum dnsrec_format format, const struct dnsrec *r, struct buf *out,
    struct fault *f)
{
	struct json j = { .out = out };

	switch (format) {
	case DNSREC_ZONE: put_zone(r, out); break;
	case DNSREC_TINYDNS: put_tinydns(r, out); break;
	case DNSREC_NSUPDATE: put_nsupdate(r, out); break;
	case DNSREC_UNBOUND: put_unbound(r, out); break;
	case DNSREC_DNSMASQ: return put_dnsmasq(r, out, f);
	case DNSREC_JSON:
		put_json(r, &j);
		buf_addc(out, '\n');
		break;
	case DNSREC_CLOUDFLARE:
		put_cloudflare(r, &j);
		buf_addc(out, '\n');
		break;
	case DNSREC_VALUE:
	case DNSREC_ROUTE53:
		buf_add_span(out, r->value);
		buf_addc(out, '\n');
		break;
	}
	return true;
}

bool
dnsrec_write(enum dnsrec_format format, const struct dnsrec *v, size_t n,
    struct buf *out, struct fault *f)
{
	size_t before = out->n;

	if (format == DNSREC_ROUTE53) {
		put_route53(v, n, out);
		return true;
	}
	if (format == DNSREC_UNBOUND)
		buf_adds(out, "server:\n");
	for (size_t i = 0; i < n; i++)
		if (!put_one(format, &v[i], out, f)) {
			out->n = before;
			return false;
		}
	return true;
}
