/*
 * A message from end to end: judged as it is, with everything that is printed
 * about it and why it does not pass, copied, then signed and judged again, when
 * the new signature has to hold.  The first octet says how.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "dkim/domainkeys.h"
#include "dkim/signer.h"
#include "dkim/verifier.h"
#include "dns/resolver.h"
#include "fuzz.h"
#include "mail/message.h"
#include "report/authres.h"
#include "report/report.h"

enum { NOW = 1795341600 };

/* What the first octet has. */
enum { HEADER_RELAXED = 1, BODY_RELAXED = 2, COPY_FIELDS = 4, EXPLAIN = 0xf8 };

/* The key of RFC 8463 appendix A, which everybody has. */
static const char private_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
static const char zone_text[] =
    "sel._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n";

static struct key *key;
static struct resolver *dns;
static struct keycache *keys;

static void
set_up(void)
{
	char path[FILE_PATH];
	struct fault f;
	int fd = file_of(SPAN(zone_text), path);

	MUST(crypto_start(false, &f));
	key = key_from_private(SPAN(private_key), (struct span){ NULL, 0 },
	    "key", &f);
	dns = resolver_zone(path, &f);
	keys = keycache_new();
	MUST(key != NULL && dns != NULL);
	(void)close(fd);
}

static void
print(struct report *r)
{
	const struct verdicts *v = r->verdicts;
	struct buf out = { 0 };

	authres_format("mx.example.net", v, r->domainkeys, r->header, "\r\n",
	    &out);
	MUST(out.n > 25 && out.p[out.n - 1] == '\n');
	for (size_t i = 0; i + 1 < out.n; i++) {
		if (out.p[i] == '\n')
			MUST(ascii_wsp(out.p[i + 1]));
		MUST(out.p[i] != '\0');
	}
	out.n = 0;
	report_json(r, &out);
	MUST(memchr(out.p, '\n', out.n) == out.p + out.n - 1);
	MUST(span_utf8(buf_span(&out)));
	out.n = 0;
	report_kv(r, &out);
	report_text(r, &out);
	for (size_t i = 0; i < out.n; i++)
		MUST(out.p[i] == '\n' || (out.p[i] >= ' ' && out.p[i] <= '~'));
	buf_free(&out);
}

/* Nothing of it is lost on the way out, whatever is marked as removed. */
static void
copy(struct message *m, struct span text)
{
	const struct span top = SPAN("Top: of it\n");
	struct buf want = { 0 }, got = { 0 };
	int fd = memfd_create("copy", 0);
	size_t at = m->envelope;
	struct fault f;

	buf_add(&want, text.p, at);
	buf_add_span(&want, top);
	for (size_t i = 0; i < m->header.n; i++) {
		struct field *of = &m->header.v[i];
		size_t begin = (size_t)(of->raw.p - m->head.p);

		of->removed = authres_forged(of, "mx.example.net");
		if (!of->removed)
			continue;
		buf_add(&want, text.p + at, begin - at);
		for (at = begin + of->raw.n; at < m->body; at++)
			if (text.p[at] == '\n') {
				at++;
				break;
			}
	}
	buf_add_span(&want, span_from(text, at));
	MUST(message_write(m, top, fd, "copy", &f));
	buf_reserve(&got, want.n + 1);
	got.n = (size_t)pread(fd, got.p, want.n + 1, 0);
	must_equal(&got, &want);
	(void)close(fd);
	buf_free(&got);
	buf_free(&want);
}

struct readers {
	struct verifier *verifier;
	struct domainkeys *domainkeys;
	struct explain *explain;
};

static void
feed(void *arg, const void *p, size_t n)
{
	struct readers *to = arg;

	verifier_add(to->verifier, p, n);
	domainkeys_add(to->domainkeys, p, n);
	explain_add(to->explain, p, n);
}

/* Does the topmost signature pass? */
static bool
judge(struct message *m, bool explain)
{
	struct verifier_rules rules = { .now = NOW,
		.clock_skew = LIMIT_CLOCK_SKEW,
		.min_key_bits = LIMIT_RSA_BITS_MIN,
		.max_signatures = LIMIT_SIGNATURES_JUDGED };
	struct why_message why = { &m->header, NULL, &rules, dns, { 0 },
		false };
	struct acceptance any = { 0 };
	struct report r = { .header = &m->header, .acceptance = &any };
	struct readers to = { .explain = explain_new() };
	struct fault f;
	bool good;

	resolver_next(dns);
	to.domainkeys = domainkeys_begin(&m->header, LIMIT_RSA_BITS_MIN, dns);
	to.verifier = verifier_begin(&m->header, &rules, dns, keys);
	MUST(message_body(m, feed, &to, &f));
	why.verdicts = r.verdicts = verifier_end(to.verifier);
	r.domainkeys = domainkeys_end(to.domainkeys);
	if (explain) {
		explain_run(to.explain, &why);
		r.explain = to.explain;
	}
	print(&r);
	good = r.verdicts->n > 0 && r.verdicts->v[0].verdict == VERDICT_OK;
	verifier_free(to.verifier);
	domainkeys_free(to.domainkeys);
	explain_free(to.explain);
	return good;
}

static bool
verify(struct span text, bool explain)
{
	struct message m = { 0 };
	char path[FILE_PATH];
	int fd = file_of(text, path);
	struct fault f;
	struct input *in = input_open(path, true, &f);
	bool good = false;

	MUST(in != NULL);
	if (message_open(&m, in, &f)) {
		good = judge(&m, explain);
		copy(&m, text);
	} else {
		MUST(printable(f.text));
	}
	message_close(&m);
	input_close(in);
	(void)close(fd);
	return good;
}

static bool
sign(struct span text, uint8_t how, struct buf *out)
{
	struct fieldlist fields;
	struct signer_spec spec = { .domain = SPAN("example.com"),
		.fields = &fields,
		.selector = SPAN("sel"),
		.canon_header = (how & HEADER_RELAXED) != 0 ? CANON_RELAXED :
							      CANON_SIMPLE,
		.canon_body = (how & BODY_RELAXED) != 0 ? CANON_RELAXED :
							  CANON_SIMPLE,
		.copy_fields = (how & COPY_FIELDS) != 0,
		.signed_at = NOW,
		.expires = -1 };
	struct message m = { 0 };
	struct signer *s = NULL;
	char path[FILE_PATH];
	int fd = file_of(text, path);
	struct fault f;
	struct input *in = input_open(path, true, &f);
	bool good = fieldlist_read(&fields, NULL, NULL, &f) &&
	    message_open(&m, in, &f) &&
	    (s = signer_begin(&m.header, &f)) != NULL &&
	    signer_want(s, &spec, key, &f) &&
	    message_body(&m, signer_add, s, &f) &&
	    signer_end(s, m.eol, out, &f);

	if (good) {
		buf_add(out, text.p + m.envelope, text.n - m.envelope);
		/* Too long to be judged again: a bound, no fault. */
		good = m.body < LIMIT_HEADER / 2;
	}
	signer_free(s);
	fieldlist_free(&fields);
	message_close(&m);
	input_close(in);
	(void)close(fd);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = { 0 };
	struct span text;
	bool explain;

	if (size == 0)
		return 0;
	if (key == NULL)
		set_up();
	text = all_of(data + 1, size - 1);
	explain = (data[0] & EXPLAIN) == EXPLAIN; /* which takes its time */
	(void)verify(text, explain);
	if (sign(text, data[0], &out)) {
		MUST(verify(buf_span(&out), false));
		if (explain) {
			buf_adds(&out, "\n-- \nA footer.\n");
			MUST(!verify(buf_span(&out), true));
		}
	}
	buf_free(&out);
	return 0;
}
