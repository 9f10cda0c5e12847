#include "dkim/signer.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/mem.h"
#include "dkim/algorithm.h"
#include "dkim/bodyhash.h"
#include "dkim/qp.h"
#include "dkim/sig.h"
#include "dkim/taglist.h"
#include "mail/fold.h"

struct wanted {
	struct signer_spec spec;
	const struct key *key; /* or NULL, and then */
	const struct signer_remote *remote;
	struct buf fields; /* h= */
	size_t body;       /* number of its body hash */
};

struct signer {
	const struct header *header;
	struct bodyhashes *bodies;
	struct wanted *v;
	size_t n;
};

struct signer *
signer_begin(const struct header *header, struct fault *f)
{
	size_t from = header_count(header, SPAN("From"));
	struct signer *s;

	if (header->malformed != NULL || from != 1) {
		(void)fault_set(f, EX_DATAERR, "%s",
		    header->malformed != NULL ? header->malformed :
			from == 0             ? "no From field" :
						"more than one From field");
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	s->header = header;
	s->bodies = bodyhashes_new();
	return s;
}

static bool
want(struct signer *s, struct wanted w, struct fault *f)
{
	const struct signer_spec *spec = &w.spec;

	if (!fieldlist_make(spec->fields, s->header, &w.fields, f)) {
		buf_free(&w.fields);
		return false;
	}
	w.body = bodyhashes_want(s->bodies, spec->canon_body, HASH_SHA256,
	    BODYHASH_ALL);
	s->v = mem_grow(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = w;
	return true;
}

bool
signer_want(struct signer *s, const struct signer_spec *spec,
    const struct key *key, struct fault *f)
{
	return want(s, (struct wanted){ .spec = *spec, .key = key }, f);
}

bool
signer_want_remote(struct signer *s, const struct signer_spec *spec,
    const struct signer_remote *remote, struct fault *f)
{
	return want(s, (struct wanted){ .spec = *spec, .remote = remote }, f);
}

void
signer_add(void *arg, const void *p, size_t n)
{
	struct signer *s = arg;

	bodyhashes_add(s->bodies, p, n);
}

static void
put_tag(struct fold *fold, const char *name, struct span value)
{
	struct buf word = { 0 };

	buf_addf(&word, "%s=", name);
	buf_add_span(&word, value);
	buf_addc(&word, ';');
	fold_word(fold, buf_span(&word));
	buf_free(&word);
}

static void
put_number(struct fold *fold, const char *name, uint64_t value)
{
	struct buf text = { 0 };

	buf_addf(&text, "%llu", (unsigned long long)value);
	put_tag(fold, name, buf_span(&text));
	buf_free(&text);
}

/* A list that may be folded behind its separators. */
static void
put_list(struct fold *fold, const char *name, struct span list, char separator)
{
	struct buf word = { 0 };
	struct span item;

	buf_addf(&word, "%s=", name);
	for (bool first = true; span_cut(&list, separator, &item);
	     first = false) {
		buf_add_span(&word, item);
		buf_addc(&word, list.p != NULL ? separator : ';');
		if (first)
			fold_word(fold, buf_span(&word));
		else
			fold_glue(fold, buf_span(&word));
		word.n = 0;
	}
	buf_free(&word);
}

/* z= (section 3.5), as many fields as a tag list has room for. */
static void
put_copies(const struct signer *s, const struct wanted *w, struct fold *fold)
{
	struct span rest = buf_span(&w->fields), name;
	size_t room = (LIMIT_TAGLIST - w->fields.n) / 2;
	struct header_pick pick;
	struct buf copies = { 0 };

	header_pick_begin(&pick, s->header);
	while (taglist_item(&rest, &name)) {
		const struct field *field = header_pick(&pick, name, NULL);
		size_t before = copies.n;

		if (field == NULL)
			continue;
		if (before > 0)
			buf_addc(&copies, '|');
		qp_encode(&copies, field->name, ":|");
		buf_addc(&copies, ':');
		qp_encode(&copies, field->value, "|");
		if (copies.n > room) {
			copies.n = before;
			break;
		}
	}
	header_pick_end(&pick);
	if (copies.n > 0) {
		fold_word(fold, SPAN("z="));
		fold_anywhere(fold, buf_span(&copies));
		fold_put(fold, SPAN(";"));
	}
	buf_free(&copies);
}

static void
put_options(const struct signer *s, const struct wanted *w, uint64_t octets,
    struct fold *fold)
{
	const struct signer_spec *spec = &w->spec;
	struct buf text = { 0 };

	if (spec->identity.n > 0) {
		qp_encode(&text, spec->identity, "");
		put_tag(fold, "i", buf_span(&text));
	}
	if (spec->signed_at >= 0)
		put_number(fold, "t", (uint64_t)spec->signed_at);
	if (spec->expires >= 0)
		put_number(fold, "x", (uint64_t)spec->expires);
	if (spec->body_length)
		put_number(fold, "l", octets);
	put_list(fold, "h", buf_span(&w->fields), ':');
	if (spec->copy_fields)
		put_copies(s, w, fold);
	buf_free(&text);
}

static struct algorithm
algorithm_of(const struct wanted *w)
{
	return (struct algorithm){
		w->key != NULL ? key_type(w->key) : w->remote->type, HASH_SHA256
	};
}

/* The field up to and including "b=", which is what gets signed. */
static void
put_field(const struct signer *s, const struct wanted *w, struct fold *fold)
{
	const struct signer_spec *spec = &w->spec;
	struct buf text = { 0 };
	struct span bh;
	uint64_t octets;

	bh = bodyhashes_value(s->bodies, w->body, &octets);
	fold_put(fold, SPAN("DKIM-Signature:"));
	put_tag(fold, "v", SPAN("1"));
	put_tag(fold, "a", span_str(algorithm_name(algorithm_of(w))));
	buf_addf(&text, "%s/%s", canon_name(spec->canon_header),
	    canon_name(spec->canon_body));
	put_tag(fold, "c", buf_span(&text));
	put_tag(fold, "d", spec->domain);
	put_tag(fold, "s", spec->selector);
	put_options(s, w, octets, fold);
	text.n = 0;
	base64_encode(&text, bh.p, bh.n);
	put_tag(fold, "bh", buf_span(&text));
	fold_word(fold, SPAN("b="));
	buf_free(&text);
}

/* The hash that a verifier will make of it: the field is read as it would. */
static bool
hash_field(const struct signer *s, struct span text,
    unsigned char out[static DIGEST_MAX], struct fault *f)
{
	enum verdict v = VERDICT_OPEN;
	struct header own;
	struct digest *d = digest_new(HASH_SHA256);
	struct sig sig;
	bool ok;

	header_split(&own, text);
	sig_parse(&sig, &own.v[0], &v);
	if (v == VERDICT_OPEN)
		sig_hash_header(&sig, s->header, &own.v[0], d);
	ok = digest_end(d, out) == DIGEST_MAX && v == VERDICT_OPEN;
	if (!ok)
		(void)fault_set(f, EX_SOFTWARE, "signature: %s",
		    v == VERDICT_OPEN ? "hash failed" : verdict_reason(v));
	digest_free(d);
	sig_free(&sig);
	header_free(&own);
	return ok;
}

/* No verifier takes a signature of another size. */
static bool
size_ok(enum key_type type, size_t octets)
{
	return type == KEY_ED25519 ? octets == 64 :
				     octets * 8 >= LIMIT_RSA_BITS_MIN &&
		octets * 8 <= LIMIT_RSA_BITS_MAX;
}

static bool
sign_hash(const struct wanted *w, struct span hash, struct buf *out,
    struct fault *f)
{
	struct signer_request what = { algorithm_of(w), w->spec.domain,
		w->spec.selector, hash };

	if (w->key != NULL)
		return key_sign(w->key, HASH_SHA256, hash, out, f);
	if (!w->remote->sign(w->remote->arg, &what, out, f))
		return false;
	return size_ok(w->remote->type, out->n) ||
	    fault_set(f, EX_CONFIG, "%.*s: %zu octets are no %s signature",
		(int)what.domain.n, what.domain.p, out->n,
		algorithm_name(what.algorithm));
}

static bool
sign_one(const struct signer *s, const struct wanted *w, const char *eol,
    struct buf *out, struct fault *f)
{
	struct buf field = { 0 }, octets = { 0 }, text = { 0 };
	struct fold fold = { .out = &field, .eol = eol };
	unsigned char hash[DIGEST_MAX];
	bool ok;

	put_field(s, w, &fold);
	ok = hash_field(s, buf_span(&field), hash, f) &&
	    sign_hash(w, (struct span){ (const char *)hash, sizeof(hash) },
		&octets, f);
	if (ok) {
		base64_encode(&text, octets.p, octets.n);
		fold_anywhere(&fold, buf_span(&text));
		buf_adds(&field, eol);
		buf_add_span(out, buf_span(&field));
	}
	buf_free(&field);
	buf_free(&octets);
	buf_free(&text);
	return ok;
}

bool
signer_end(struct signer *s, const char *eol, struct buf *out, struct fault *f)
{
	if (!bodyhashes_end(s->bodies))
		return fault_set(f, EX_SOFTWARE, "body: hash failed");
	for (size_t i = 0; i < s->n; i++)
		if (!sign_one(s, &s->v[i], eol, out, f))
			return false;
	return true;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		buf_free(&s->v[i].fields);
	bodyhashes_free(s->bodies);
	free(s->v);
	free(s);
}
