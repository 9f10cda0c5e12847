/* A key record, down to the key that OpenSSL is given. */
#include "base/limits.h"
#include "dkim/keyrec.h"
#include "crypto/crypto.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char digest[32], sig[256];
	enum verdict v = VERDICT_OPEN;
	enum key_defect why;
	struct keyrec k;
	struct key *key;
	bool shaped;

	if (!keyrec_parse(&k, all_of(data, size), &shaped, &v)) {
		MUST(v != VERDICT_OPEN && v != VERDICT_OK);
		return 0;
	}
	MUST(shaped);
	if (k.known_type &&
	    (key = key_from_public(k.type, buf_span(&k.pub), &why)) != NULL) {
		MUST(key_bits(key) <= LIMIT_RSA_BITS_MAX);
		MUST(key_verify(key, HASH_SHA256,
			 (struct span){ digest, sizeof(digest) },
			 (struct span){ sig, k.type == KEY_RSA ? 256 : 64 }) !=
		    KEY_VERIFIES);
		key_free(key);
	}
	keyrec_free(&k);
	return 0;
}
