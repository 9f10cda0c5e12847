#include "dkim/algorithm.h"

static const struct {
	const char *name;
	struct algorithm algorithm;
} registered[] = {
	{ "rsa-sha256", { KEY_RSA, HASH_SHA256 } },
	{ "ed25519-sha256", { KEY_ED25519, HASH_SHA256 } },
	{ "rsa-sha1", { KEY_RSA, HASH_SHA1 } },
};

enum { REGISTERED = sizeof(registered) / sizeof(*registered) };

bool
algorithm_parse(struct span text, struct algorithm *out)
{
	for (size_t i = 0; i < REGISTERED; i++)
		if (span_eq_nocase(text, span_str(registered[i].name))) {
			*out = registered[i].algorithm;
			return true;
		}
	return false;
}

const char *
algorithm_name(struct algorithm a)
{
	for (size_t i = 0; i < REGISTERED; i++)
		if (registered[i].algorithm.key == a.key &&
		    registered[i].algorithm.hash == a.hash)
			return registered[i].name;
	return "unknown";
}

const char *
hash_name(enum hash h)
{
	return h == HASH_SHA1 ? "sha1" : "sha256";
}

const char *
key_type_name(enum key_type t)
{
	return t == KEY_RSA ? "rsa" : "ed25519";
}

bool
key_type_parse(struct span text, enum key_type *out)
{
	if (span_eq_nocase(text, SPAN("rsa")))
		*out = KEY_RSA;
	else if (span_eq_nocase(text, SPAN("ed25519")))
		*out = KEY_ED25519;
	else
		return false;
	return true;
}
