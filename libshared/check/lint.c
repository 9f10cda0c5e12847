#include "check/lint.h"

#include <string.h>

#include "base/base64.h"
#include "base/limits.h"
#include "crypto/weakkey.h"
#include "dkim/algorithm.h"
#include "dkim/taglist.h"

enum {
	BITS_COMMON = 4096, /* what RFC 8301 makes verifiers take */
	EXPONENT_GOOD = 65537,
	DER_SEQUENCE = 0x30
};

struct lint {
	struct taglist tags;
	struct span text;
	struct span subject;
	struct findings *out;
	bool usable;
};

static void
say(struct lint *l, enum finding_code code, struct span detail)
{
	if (detail.n > 100)
		detail.n = 100;
	findings_add(l->out, code, l->subject, "%.*s", (int)detail.n, detail.p);
}

static void
condemn(struct lint *l, enum finding_code code, struct span detail)
{
	say(l, code, detail);
	l->usable = false;
}

bool
lint_shaped(struct span text)
{
	return span_contains(text, SPAN("v=DKIM")) ||
	    span_contains(text, SPAN("p=")) ||
	    span_contains(text, SPAN("k=rsa")) ||
	    span_contains(text, SPAN("k=ed25519"));
}

static void
lint_octets(struct lint *l)
{
	for (size_t i = 0; i < l->text.n; i++) {
		char c = l->text.p[i];

		if ((c < ' ' && c != '\t') || c > '~') {
			condemn(l, FINDING_NOT_ASCII, l->text);
			return;
		}
	}
}

/* Quotes are quite in order in n=. */
static void
lint_quotes(struct lint *l)
{
	for (size_t i = 0; i < l->tags.n; i++) {
		const struct tag *t = &l->tags.v[i];

		if (!span_eq(t->name, SPAN("n")) &&
		    (span_contains(t->raw, SPAN("\"")) ||
			span_contains(t->raw, SPAN("\\")))) {
			condemn(l, FINDING_STRAY_QUOTES, t->raw);
			return;
		}
	}
}

/* Does another tag begin here, in the value of this one?  ":" and "g=" count. */
static bool
tag_begins(struct span rest)
{
	return rest.n > 3 && !ascii_alpha(rest.p[0]) &&
	    !ascii_digit(rest.p[0]) && strchr("+/=_-", rest.p[0]) == NULL &&
	    memchr("vghknopst", rest.p[1], 9) != NULL && rest.p[2] == '=' &&
	    rest.p[3] != '=';
}

/* Tags that anything but a semicolon parts, or nothing. */
static bool
run_together(const struct tag *t)
{
	static const struct span version = SPAN("DKIM1");
	struct span value = t->value;

	if (span_eq(t->name, SPAN("v")) && value.n > version.n &&
	    span_begins_nocase(value, version))
		return span_contains(value, SPAN("="));
	if (span_eq(t->name, SPAN("n")))
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (tag_begins(span_from(value, i)))
			return true;
	return false;
}

static bool
lint_separators(struct lint *l)
{
	for (size_t i = 0; i < l->tags.n; i++)
		if (run_together(&l->tags.v[i])) {
			condemn(l, FINDING_BAD_SEPARATOR, l->tags.v[i].raw);
			return false;
		}
	return true;
}

static void
lint_version(struct lint *l)
{
	const struct tag *v = taglist_find(&l->tags, "v");

	if (v == NULL)
		say(l, FINDING_NO_VERSION, SPAN(""));
	else if (!span_eq(v->value, SPAN("DKIM1")))
		condemn(l, FINDING_BAD_VERSION, v->value);
	else if (v != &l->tags.v[0])
		condemn(l, FINDING_VERSION_NOT_FIRST, SPAN(""));
}

static bool
lists(const struct tag *t, const char *word)
{
	struct span rest = t->value, item;

	while (taglist_item(&rest, &item))
		if (span_eq_nocase(item, span_str(word)))
			return true;
	return false;
}

static void
lint_flags(struct lint *l)
{
	const struct tag *h = taglist_find(&l->tags, "h"),
			 *s = taglist_find(&l->tags, "s"),
			 *t = taglist_find(&l->tags, "t");

	if (h != NULL && !lists(h, "sha256"))
		condemn(l, FINDING_NO_SHA256, h->value);
	if (s != NULL && !lists(s, "*") && !lists(s, "email"))
		condemn(l, FINDING_NOT_FOR_EMAIL, s->value);
	if (t != NULL && lists(t, "y"))
		say(l, FINDING_TESTING, SPAN(""));
	if (t != NULL && lists(t, "s"))
		say(l, FINDING_STRICT, SPAN(""));
}

static void
lint_names(struct lint *l)
{
	static const char *const known[] = { "v", "h", "k", "n", "p", "s",
		"t" };

	for (size_t i = 0; i < l->tags.n; i++) {
		struct span name = l->tags.v[i].name;
		size_t k = 0, n = sizeof(known) / sizeof(*known);

		while (k < n && !span_eq(name, span_str(known[k])))
			k++;
		if (k < n)
			continue;
		say(l,
		    span_eq(name, SPAN("g")) || span_eq(name, SPAN("o")) ?
			FINDING_OLD_TAG :
			FINDING_UNKNOWN_TAG,
		    name);
	}
}

/* DER tells how long it means to be (X.690 section 8.1.3). */
static bool
cut_off(struct span der)
{
	const unsigned char *p = (const unsigned char *)der.p;

	if (der.n < 4 || p[0] != DER_SEQUENCE)
		return false;
	if (p[1] == 0x81)
		return p[2] + 3u > der.n;
	return p[1] == 0x82 && (size_t)(p[2] << 8 | p[3]) + 4 > der.n;
}

static void
lint_value(struct lint *l, const struct tag *p, struct linted *key)
{
	struct span value = p->value;

	if (value.n == 0) {
		condemn(l, FINDING_REVOKED, SPAN(""));
		return;
	}
	if (span_contains(value, SPAN("-----"))) {
		condemn(l, FINDING_PEM, SPAN(""));
		return;
	}
	if (memchr(value.p, ' ', value.n) != NULL ||
	    memchr(value.p, '\t', value.n) != NULL)
		say(l, FINDING_SPACE_IN_KEY, SPAN(""));
	if (!base64_decode(&key->pub, value))
		condemn(l,
		    l->text.n == 255 ? FINDING_TRUNCATED_KEY :
				       FINDING_BAD_BASE64,
		    SPAN(""));
	else if (cut_off(buf_span(&key->pub)))
		condemn(l, FINDING_TRUNCATED_KEY, SPAN(""));
}

/* p= holds what the other value of k= stands for. */
static bool
other_type(enum key_type type, struct span pub)
{
	struct pubkey parsed;

	return pubkey_parse(type == KEY_RSA ? KEY_ED25519 : KEY_RSA, pub,
		   &parsed) == KEY_SOUND;
}

static void
lint_form(struct lint *l, struct linted *key)
{
	struct span pub = buf_span(&key->pub), oid, inner;
	struct pubkey parsed;
	enum key_defect defect = pubkey_parse(key->type, pub, &parsed);

	if (defect == KEY_SOUND)
		return;
	if (der_spki(pub, &oid, &inner) && span_eq(oid, der_oid_ed25519))
		condemn(l, FINDING_ED25519_SPKI, SPAN(""));
	else if (other_type(key->type, pub))
		condemn(l, FINDING_WRONG_KEY_TYPE,
		    span_str(key->type == KEY_RSA ? "Ed25519" : "RSA"));
	else if (defect == KEY_MALFORMED || defect == KEY_WRONG_TYPE)
		condemn(l, FINDING_BAD_KEY, SPAN(""));
}

static void
lint_tags(struct lint *l, struct linted *key)
{
	const struct tag *k = taglist_find(&l->tags, "k"),
			 *p = taglist_find(&l->tags, "p");

	lint_version(l);
	lint_flags(l);
	lint_names(l);
	lint_quotes(l);
	if (k != NULL && !key_type_parse(k->value, &key->type))
		condemn(l, FINDING_UNKNOWN_KEY_TYPE, k->value);
	if (p == NULL)
		condemn(l, FINDING_NO_KEY, SPAN(""));
	else if (!findings_have(l->out, FINDING_STRAY_QUOTES))
		lint_value(l, p, key);
	if (l->usable)
		lint_form(l, key);
}

bool
lint_record(struct span text, struct span subject, struct linted *key,
    struct findings *out)
{
	struct findings found = { 0 };
	struct lint l = {
		.text = text, .subject = subject, .out = &found, .usable = true
	};

	*key = (struct linted){ .type = KEY_RSA };
	lint_octets(&l);
	switch (taglist_parse(&l.tags, text, TAGLIST_RECORD)) {
	case TAGLIST_OK:
		if (lint_separators(&l))
			lint_tags(&l, key);
		break;
	case TAGLIST_DUPLICATE:
		condemn(&l, FINDING_DUPLICATE_TAG, SPAN(""));
		break;
	case TAGLIST_SYNTAX:
		if (!l.usable)
			break;
		condemn(&l,
		    span_contains(text, SPAN("\"")) ||
			    span_contains(text, SPAN("\\")) ?
			FINDING_STRAY_QUOTES :
			FINDING_SYNTAX,
		    text);
		break;
	}
	if (!l.usable)
		linted_free(key);
	findings_append(out, &found);
	return l.usable;
}

void
linted_free(struct linted *key)
{
	buf_free(&key->pub);
}

static bool
lint_size(unsigned bits, struct span subject, struct findings *out)
{
	enum finding_code code;

	if (bits < LIMIT_RSA_BITS_MIN)
		code = FINDING_KEY_SHORT;
	else if (bits < LIMIT_RSA_BITS_GOOD)
		code = FINDING_KEY_WEAK;
	else if (bits > BITS_COMMON)
		code = FINDING_KEY_LONG;
	else
		return true;
	findings_add(out, code, subject, "%u bits", bits);
	return code != FINDING_KEY_SHORT;
}

static bool
lint_rsa(const struct der_rsa *rsa, struct span subject, struct findings *out)
{
	static const enum finding_code codes[] = {
		[WEAK_FACTOR] = FINDING_SMALL_FACTOR,
		[WEAK_CLOSE] = FINDING_CLOSE_PRIMES,
		[WEAK_ROCA] = FINDING_ROCA,
	};
	enum key_weakness weakness = weakkey_find(rsa->modulus);
	bool good = lint_size(der_bits(rsa->modulus), subject, out);
	uint64_t exponent = 0;

	for (size_t i = 0; i < rsa->exponent.n; i++)
		exponent = exponent << 8 | (unsigned char)rsa->exponent.p[i];
	if (exponent < EXPONENT_GOOD)
		findings_add(out, FINDING_SMALL_EXPONENT, subject, "%llu",
		    (unsigned long long)exponent);
	if (weakness == WEAK_NOT)
		return good;
	findings_say(out, codes[weakness], subject);
	return false;
}

bool
lint_key(enum key_type type, struct span pub, struct span subject,
    struct findings *out)
{
	struct pubkey parsed;
	enum finding_code code;

	switch (pubkey_parse(type, pub, &parsed)) {
	case KEY_SOUND:
		return type == KEY_ED25519 ||
		    lint_rsa(&parsed.rsa, subject, out);
	case KEY_TOO_LONG: code = FINDING_KEY_TOO_LONG; break;
	case KEY_BAD_EXPONENT: code = FINDING_BAD_EXPONENT; break;
	case KEY_SMALL_ORDER: code = FINDING_SMALL_ORDER; break;
	default: code = FINDING_BAD_KEY; break;
	}
	findings_say(out, code, subject);
	return false;
}

void
lint_describe(enum key_type type, struct span pub, struct buf *out)
{
	struct pubkey parsed;

	if (type == KEY_ED25519)
		buf_adds(out, "Ed25519");
	else if (pubkey_parse(type, pub, &parsed) == KEY_SOUND)
		buf_addf(out, "RSA of %u bits", der_bits(parsed.rsa.modulus));
	else
		buf_adds(out, "RSA");
}
