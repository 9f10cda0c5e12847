#include "keys/keysource.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/limits.h"
#include "base/mem.h"
#include "ext/file.h"

void
keyset_add(struct keyset *set, struct span domain, struct span selector,
    struct key *key)
{
	struct signing_key *k;

	set->v = mem_grow(set->v, set->n + 1, sizeof(*set->v));
	k = &set->v[set->n++];
	*k = (struct signing_key){ .key = key };
	buf_add_lower(&k->domain, domain);
	buf_add_lower(&k->selector, selector);
}

bool
keyset_has(const struct keyset *set, struct span domain, struct span selector)
{
	for (size_t i = 0; i < set->n; i++)
		if (span_eq_nocase(buf_span(&set->v[i].domain), domain) &&
		    span_eq_nocase(buf_span(&set->v[i].selector), selector))
			return true;
	return false;
}

void
keyset_free(struct keyset *set)
{
	for (size_t i = 0; i < set->n; i++) {
		buf_free(&set->v[i].domain);
		buf_free(&set->v[i].selector);
		buf_free(&set->v[i].identity);
		if (!set->v[i].shared)
			key_free(set->v[i].key);
	}
	free(set->v);
	*set = (struct keyset){ 0 };
}

struct key *
keysource_parse(struct span text, const struct key_access *access,
    const char *name, struct fault *f)
{
	struct key *key = key_from_private(text, access->passphrase, name, f);

	if (key == NULL || key_type(key) != KEY_RSA ||
	    key_bits(key) >= LIMIT_RSA_BITS_MIN)
		return key;
	(void)fault_set(f, EX_CONFIG,
	    "%s: RSA key of %u bits, under the %d of RFC 8301", name,
	    key_bits(key), LIMIT_RSA_BITS_MIN);
	key_free(key);
	return NULL;
}

enum key_found
keysource_absent(const char *path, struct fault *f)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return KEY_ABSENT;
	(void)fault_set(f, EX_NOINPUT, "%s: no such folder of keys", path);
	return KEY_FAILED;
}

enum key_found
keysource_read(const char *path, const struct key_access *access,
    struct key **out, struct fault *f)
{
	struct buf text = { 0 };
	enum key_found found = KEY_FAILED;
	enum file_state state = file_slurp(path,
	    access->insecure ? FILE_PUBLIC : FILE_PRIVATE, LIMIT_KEY_FILE,
	    &text, f);

	*out = NULL;
	if (state == FILE_MISSING)
		found = KEY_ABSENT;
	if (state == FILE_READ) {
		*out = keysource_parse(buf_span(&text), access, path, f);
		found = *out != NULL ? KEY_FOUND : KEY_FAILED;
	}
	buf_wipe(&text);
	return found;
}
