#include "why/keymend.h"

#include <string.h>

#include "base/base64.h"

static bool
is_digit(char c)
{
	return c != '\0' && strchr(base64_digits, c) != NULL;
}

/* Does the signature verify with the key that text is? */
static bool
fits(const struct headersearch *h, const struct buf *text)
{
	struct headersearch mended = *h;
	struct buf octets = { 0 };
	struct key *key = NULL;
	enum key_defect why;
	bool ok = false;

	if (base64_decode(&octets, buf_span(text)))
		key = key_from_public(h->sig->algorithm.key, buf_span(&octets),
		    &why);
	if (key != NULL) {
		mended.keys = &key;
		mended.nkeys = 1;
		ok = headersearch_matches(&mended);
	}
	key_free(key);
	buf_free(&octets);
	return ok;
}

/* From behind the last "p=" that begins a tag; empty where there is none. */
static struct span
value_of_p(struct span record)
{
	struct span value = { 0 };

	for (size_t i = 0; i < record.n; i++)
		if (span_begins(span_from(record, i), SPAN("p=")) &&
		    (i == 0 || strchr("; \t", record.p[i - 1]) != NULL))
			value = span_from(record, i + 2);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == ';')
			value.n = i;
	return value;
}

/* The digits of a value; a space among them counts as space, 0 for nothing. */
static void
collect(struct span value, char space, struct buf *out)
{
	value = span_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i] == ' ' ? space : value.p[i];

		if (is_digit(c))
			buf_addc(out, c);
	}
}

/* Without the digit at i. */
static bool
try_without(const struct headersearch *h, const struct buf *text, size_t i)
{
	struct buf other = { 0 };
	bool ok;

	buf_add(&other, text->p, i);
	buf_add(&other, text->p + i + 1, text->n - i - 1);
	ok = fits(h, &other);
	buf_free(&other);
	return ok;
}

/* With one more digit before the one at i; *c becomes that digit. */
static bool
try_with(const struct headersearch *h, const struct buf *text, size_t i,
    char *c, struct claims *out)
{
	struct buf other = { 0 };
	bool ok = false;

	buf_add(&other, text->p, i);
	buf_addc(&other, 'A');
	buf_add(&other, text->p + i, text->n - i);
	for (const char *d = base64_digits;
	     !ok && *d != '\0' && !claims_late(out); d++) {
		other.p[i] = *c = *d;
		ok = fits(h, &other);
	}
	buf_free(&other);
	return ok;
}

struct claim *
keymend_claim(struct claims *out, bool verified)
{
	return claims_add(out, HALF_KEY, verified, "key-damaged",
	    "p= lost or gained characters when it was published");
}

static void
claim(struct claims *out, const char *what, size_t i, char c)
{
	struct claim *made = keymend_claim(out, true);

	buf_adds(&made->detail, what);
	if (c != '\0')
		buf_addf(&made->detail, " \"%c\" at %zu", c, i + 1);
}

static bool
try_digits(const struct headersearch *h, const struct buf *text,
    struct claims *out)
{
	char c = '\0';

	for (size_t i = 0; i < text->n && !claims_late(out); i++)
		if (try_without(h, text, i)) {
			claim(out, "gained", i, text->p[i]);
			return true;
		}
	for (size_t i = 0; i <= text->n && !claims_late(out); i++)
		if (try_with(h, text, i, &c, out)) {
			claim(out, "lost", i, c);
			return true;
		}
	return false;
}

bool
keymend_run(const struct headersearch *h, struct span record,
    struct claims *out)
{
	struct span value = value_of_p(record);
	struct buf plain = { 0 }, plus = { 0 };
	bool ok = true;

	collect(value, '\0', &plain);
	collect(value, '+', &plus);
	if (plain.n == 0)
		ok = false;
	else if (fits(h, &plain))
		claim(out, "gained what is no base64", 0, '\0');
	else if (fits(h, &plus))
		claim(out, "every + became a space", 0, '\0');
	else
		ok = try_digits(h, &plain, out);
	buf_free(&plain);
	buf_free(&plus);
	return ok;
}
