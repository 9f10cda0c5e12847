#include "report/report.h"

#include <string.h>

#include "dkim/bodyhash.h"
#include "dkim/taglist.h"
#include "tool/json.h"

static const char *const alignments[] = {
	[ALIGNED_NO] = "no",
	[ALIGNED_RELAXED] = "relaxed",
	[ALIGNED_STRICT] = "strict",
};

static const char *const body_hashes[] = {
	[BODY_HASH_UNCHECKED] = "unchecked",
	[BODY_HASH_MATCH] = "match",
	[BODY_HASH_MISMATCH] = "mismatch",
};

void
report_canonicalization(const struct sig *s, struct buf *out)
{
	if (s->fields.n > 0)
		buf_addf(out, "%s/%s", canon_name(s->canon_header),
		    canon_name(s->canon_body));
}

static void
json_fields(struct json *j, const struct sig *s)
{
	struct span rest = s->fields, name;

	json_name(j, "headers");
	if (rest.n == 0) {
		json_null(j);
		return;
	}
	json_begin(j, '[');
	while (taglist_item(&rest, &name))
		json_string(j, name);
	json_end(j, ']');
}

static void
json_optional(struct json *j, const char *name, bool there, int64_t value)
{
	json_name(j, name);
	if (there)
		json_number(j, value);
	else
		json_null(j);
}

static void
json_verdict(struct json *j, enum result result, enum verdict verdict)
{
	json_word(j, "result", result_name(result));
	json_word(j, "reason", verdict_reason(verdict));
	json_word(j, "code", verdict_code(verdict));
}

static void
json_signature(struct json *j, const struct report *report, size_t number)
{
	const struct result_one *r = &report->verdicts->v[number];
	const struct sig *s = &r->sig;
	bool limited = s->limit != BODYHASH_ALL && s->fields.n > 0;
	struct buf canonicalization = { 0 };

	json_begin(j, '{');
	json_verdict(j, result_of(r), r->verdict);
	json_text(j, "domain", s->domain);
	json_text(j, "selector", s->selector);
	json_text(j, "identity", buf_span(&s->identity));
	json_text(j, "algorithm", s->algorithm_text);
	report_canonicalization(s, &canonicalization);
	json_text(j, "canonicalization", buf_span(&canonicalization));
	json_optional(j, "key_bits", r->key_bits > 0, r->key_bits);
	json_flag(j, "testing", r->testing);
	json_flag(j, "dnssec", r->dnssec);
	json_word(j, "aligned", alignments[r->aligned]);
	json_fields(j, s);
	json_optional(j, "body_length", limited && s->limit <= INT64_MAX,
	    (int64_t)(s->limit & INT64_MAX));
	json_optional(j, "unsigned_bytes", r->body_hash != BODY_HASH_UNCHECKED,
	    (int64_t)r->unsigned_octets);
	json_optional(j, "timestamp", s->signed_at >= 0, s->signed_at);
	json_optional(j, "expires", s->expires >= 0, s->expires);
	json_word(j, "body_hash", body_hashes[r->body_hash]);
	json_name(j, "explain");
	if (report->explain != NULL)
		explain_json(report->explain, number, j);
	else
		json_null(j);
	json_end(j, '}');
	buf_free(&canonicalization);
}

static void
json_domainkeys(struct json *j, const struct domainkeys_result *r)
{
	json_name(j, "domainkeys");
	json_begin(j, '{');
	json_verdict(j, domainkeys_result_of(r), r->verdict);
	json_text(j, "domain", r->sig.domain);
	json_text(j, "selector", r->sig.selector);
	json_word(j, "canonicalization",
	    r->sig.b.n > 0 ? dkcanon_name(r->sig.canon) : NULL);
	json_optional(j, "key_bits", r->key_bits > 0, r->key_bits);
	json_flag(j, "testing", r->testing);
	json_end(j, '}');
}

void
report_json(const struct report *r, struct buf *out)
{
	const struct verdicts *v = r->verdicts;
	struct json j = { .out = out };

	json_begin(&j, '{');
	json_word(&j, "file", r->file);
	json_word(&j, "result", result_name(outcome_of(v, r->acceptance)));
	json_word(&j, "defect",
	    v->message != VERDICT_OPEN ? verdict_code(v->message) : NULL);
	json_text(&j, "from_domain", buf_span(&v->from_domain));
	json_name(&j, "signatures");
	json_begin(&j, '[');
	for (size_t i = 0; i < v->n; i++)
		json_signature(&j, r, i);
	if (v->skipped > 0) {
		json_begin(&j, '{');
		json_verdict(&j, verdict_result(VERDICT_TOO_MANY),
		    VERDICT_TOO_MANY);
		json_count(&j, "count", (int64_t)v->skipped);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	if (r->domainkeys != NULL)
		json_domainkeys(&j, r->domainkeys);
	json_end(&j, '}');
	buf_addc(out, '\n');
}

/*
 * As Exim's ${extract} and a shell take it: quoted unless it is a plain word, and
 * then without anything that a shell expands.
 */
static void
kv_pair(struct buf *out, const char *name, struct span value)
{
	bool plain = value.n > 0;

	for (size_t i = 0; i < value.n; i++)
		plain = plain &&
		    (ascii_alpha(value.p[i]) || ascii_digit(value.p[i]) ||
			value.p[i] == '-' || value.p[i] == '_' ||
			value.p[i] == '.' || value.p[i] == '@' ||
			value.p[i] == '/');
	buf_addf(out, "%s=", name);
	if (!plain)
		buf_addc(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (strchr("\"\\$`", value.p[i]) != NULL)
			buf_addc(out, '\\');
		buf_add_visible(out, (struct span){ value.p + i, 1 });
	}
	if (!plain)
		buf_addc(out, '"');
	buf_addc(out, ' ');
}

static void
kv_word(struct buf *out, const char *name, const char *word)
{
	kv_pair(out, name, span_str(word != NULL ? word : ""));
}

static void
kv_verdict(const struct report *r, struct buf *out, enum result result,
    enum verdict verdict)
{
	if (r->file != NULL)
		kv_word(out, "file", r->file);
	kv_word(out, "result", result_name(result));
	kv_word(out, "code", verdict_code(verdict));
	kv_word(out, "reason", verdict_reason(verdict));
}

static void
kv_end(struct buf *out)
{
	out->p[out->n - 1] = '\n';
}

static void
kv_signature(const struct report *report, const struct result_one *r,
    struct buf *out)
{
	const struct sig *s = &r->sig;

	kv_verdict(report, out, result_of(r), r->verdict);
	kv_pair(out, "domain", s->domain);
	kv_pair(out, "selector", s->selector);
	kv_pair(out, "identity", buf_span(&s->identity));
	kv_pair(out, "algorithm", s->algorithm_text);
	kv_word(out, "testing", r->testing ? "1" : "0");
	kv_word(out, "aligned", alignments[r->aligned]);
	kv_word(out, "counts",
	    outcome_counts(r, report->acceptance) ? "1" : "0");
	kv_pair(out, "from_domain", buf_span(&report->verdicts->from_domain));
	kv_end(out);
}

static void
kv_domainkeys(const char *file, const struct domainkeys_result *r,
    struct buf *out)
{
	if (file != NULL)
		kv_word(out, "file", file);
	kv_word(out, "domainkeys", result_name(domainkeys_result_of(r)));
	kv_word(out, "code", verdict_code(r->verdict));
	kv_word(out, "reason", verdict_reason(r->verdict));
	kv_pair(out, "domain", r->sig.domain);
	kv_pair(out, "selector", r->sig.selector);
	kv_word(out, "testing", r->testing ? "1" : "0");
	kv_end(out);
}

void
report_kv(const struct report *r, struct buf *out)
{
	const struct verdicts *v = r->verdicts;

	for (size_t i = 0; i < v->n; i++)
		kv_signature(r, &v->v[i], out);
	if (v->skipped > 0) {
		kv_verdict(r, out, verdict_result(VERDICT_TOO_MANY),
		    VERDICT_TOO_MANY);
		kv_end(out);
	} else if (v->n == 0) {
		enum verdict none = outcome_unsigned(v);

		kv_verdict(r, out, verdict_result(none), none);
		kv_end(out);
	}
	if (r->domainkeys != NULL)
		kv_domainkeys(r->file, r->domainkeys, out);
}

void
report_tsv_head(struct buf *out)
{
	buf_adds(out,
	    "file\tresult\tcode\tdomain\tselector\tidentity\t"
	    "algorithm\taligned\tfrom_domain\n");
}

static void
tsv_signature(const struct report *report, enum result result,
    enum verdict verdict, const struct result_one *r, struct buf *out)
{
	const struct sig none = { 0 }, *s = r != NULL ? &r->sig : &none;
	const struct span columns[] = {
		span_str(report->file != NULL ? report->file : ""),
		span_str(result_name(result)),
		span_str(verdict_code(verdict)),
		s->domain,
		s->selector,
		buf_span(&s->identity),
		s->algorithm_text,
		span_str(r != NULL ? alignments[r->aligned] : ""),
		buf_span(&report->verdicts->from_domain),
	};
	size_t n = sizeof(columns) / sizeof(*columns);

	for (size_t i = 0; i < n; i++) {
		buf_add_visible(out, columns[i]);
		buf_addc(out, i + 1 < n ? '\t' : '\n');
	}
}

void
report_tsv(const struct report *r, struct buf *out)
{
	const struct verdicts *v = r->verdicts;

	for (size_t i = 0; i < v->n; i++)
		tsv_signature(r, result_of(&v->v[i]), v->v[i].verdict, &v->v[i],
		    out);
	if (v->skipped > 0) {
		tsv_signature(r, verdict_result(VERDICT_TOO_MANY),
		    VERDICT_TOO_MANY, NULL, out);
	} else if (v->n == 0) {
		enum verdict none = outcome_unsigned(v);

		tsv_signature(r, verdict_result(none), none, NULL, out);
	}
}
