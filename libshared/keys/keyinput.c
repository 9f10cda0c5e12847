#include "keys/keyinput.h"

#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/limits.h"
#include "ext/file.h"

/* What stands between the lines of a PEM block (RFC 7468) or all of text. */
static struct span
armour_off(struct span text)
{
	static const struct span begin = SPAN("-----BEGIN RSA PUBLIC KEY-----"),
				 end = SPAN("-----END RSA PUBLIC KEY-----");
	const char *from = memmem(text.p, text.n, begin.p, begin.n), *to;

	if (from == NULL)
		return text;
	text = span_from(text, (size_t)(from - text.p) + begin.n);
	to = memmem(text.p, text.n, end.p, end.n);
	return (struct span){ text.p, to != NULL ? (size_t)(to - text.p) : 0 };
}

static struct key *
from_der(struct span der)
{
	enum key_defect why;
	struct key *key = key_from_spki(der);

	return key != NULL ? key : key_from_public(KEY_RSA, der, &why);
}

/* Base64 alone; *bare when it is 32 octets, which nothing tells apart. */
static struct key *
from_base64(struct span text, bool *bare)
{
	struct buf octets = { 0 };
	struct key *key = NULL;
	enum key_defect why;

	*bare = false;
	if (base64_decode(&octets, armour_off(text)) && octets.n > 0) {
		*bare = octets.n == ED25519_OCTETS;
		key = *bare ?
		    key_from_public(KEY_ED25519, buf_span(&octets), &why) :
		    from_der(buf_span(&octets));
	}
	buf_wipe(&octets);
	return key;
}

static struct key *
parse(struct span text, struct span passphrase, const char *name, bool secret,
    struct fault *f)
{
	bool bare = false;
	struct key *key = NULL;

	if (text.n > 0 && (key = from_der(text)) == NULL)
		key = from_base64(text, &bare);
	if (key != NULL && bare && secret) {
		key_free(key);
		(void)fault_set(f, EX_CONFIG,
		    "%s: could as well be a private Ed25519 seed, being "
		    "readable by its owner alone; a public key is mode 0644",
		    name);
		return NULL;
	}
	return key != NULL ? key : key_from_private(text, passphrase, name, f);
}

struct key *
keyinput_read(const char *path, struct span passphrase, struct fault *f)
{
	const char *name = path != NULL ? path : "stdin";
	struct buf text = { 0 };
	struct key *key = NULL;
	struct stat st;
	bool got, secret;

	secret = (path != NULL ? stat(path, &st) : fstat(STDIN_FILENO, &st)) ==
		0 &&
	    S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
	/* Never moved, so that no copy of a key stays behind. */
	buf_reserve(&text, LIMIT_KEY_FILE + 8192);
	got = path != NULL ?
	    file_slurp(path, FILE_PUBLIC, LIMIT_KEY_FILE, &text, f) ==
		FILE_READ :
	    file_slurp_fd(STDIN_FILENO, name, LIMIT_KEY_FILE, &text, f);
	if (got)
		key = parse(buf_span(&text), passphrase, name, secret, f);
	buf_wipe(&text);
	return key;
}
