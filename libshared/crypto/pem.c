#include "crypto/pem.h"

#include <string.h>
#include <sysexits.h>

#include "base/base64.h"

/* The text behind the first line that is word and nothing else. */
static bool
behind_line(struct span text, const char *word, struct span *rest)
{
	struct span line;

	while (span_cut(&text, '\n', &line)) {
		if (!span_eq(span_trim(line), span_str(word)))
			continue;
		*rest = text.p != NULL ? text : span_from(line, line.n);
		return true;
	}
	return false;
}

/* The lines of base64 up to the one that begins with a hyphen. */
static bool
decode(struct span rest, struct buf *der)
{
	const char *end = rest.n > 0 ?
	    memmem(rest.p, rest.n, "\n-----END ", 10) :
	    NULL;

	/* In one piece: growing would leave parts of the key behind. */
	buf_reserve(der, rest.n);
	return end != NULL &&
	    base64_decode(der, (struct span){ rest.p, (size_t)(end - rest.p) });
}

enum pem_kind
pem_private(struct span text, struct buf *der)
{
	static const struct {
		const char *line;
		enum pem_kind kind;
	} forms[] = {
		{ "-----BEGIN PRIVATE KEY-----", PEM_PKCS8 },
		{ "-----BEGIN RSA PRIVATE KEY-----", PEM_PKCS1 },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----", PEM_ENCRYPTED },
	};
	enum pem_kind kind = PEM_NONE;
	struct span first = { text.p, 0 }, rest;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (behind_line(text, forms[i].line, &rest) &&
		    (kind == PEM_NONE || rest.n > first.n)) {
			first = rest;
			kind = forms[i].kind;
		}
	/* RFC 1421 section 4.6: fields of its own, when it is encrypted. */
	if (kind == PEM_PKCS1 && first.n > 10 &&
	    memcmp(first.p, "Proc-Type:", 10) == 0)
		return PEM_ENCRYPTED;
	if (kind == PEM_NONE || kind == PEM_ENCRYPTED)
		return kind;
	return decode(first, der) ? kind : PEM_NONE;
}

bool
pem_public(struct span text, struct buf *der)
{
	struct span rest;

	return behind_line(text, "-----BEGIN PUBLIC KEY-----", &rest) &&
	    decode(rest, der);
}

bool
pem_not_a_key(struct span text, const char *name, struct fault *f)
{
	static const struct {
		const char *word, *says;
	} others[] = {
		{ "BEGIN OPENSSH PRIVATE KEY",
		    "an OpenSSH key, not PKCS #8 or PKCS #1" },
		{ "BEGIN EC PRIVATE KEY",
		    "an EC key; DKIM has RSA and Ed25519" },
		{ " PRIVATE KEY-----",
		    "a damaged private key, or not RSA or Ed25519" },
		{ "PUBLIC KEY-----", "a public key, not a private key" },
		{ "BEGIN CERTIFICATE", "a certificate, not a private key" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (span_contains(text, span_str(others[i].word)))
			return fault_set(f, EX_CONFIG, "%s: %s", name,
			    others[i].says);
	return fault_set(f, EX_CONFIG, "%s: %s", name,
	    text.n == 0 ? "an empty file, not a private key" :
			  "not a private key");
}
