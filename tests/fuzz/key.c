/* Private and public keys in PEM and DER. */
#include <sysexits.h>

#include "base/limits.h"
#include "crypto/crypto.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = all_of(data, size), der;
	static bool started;
	struct fault f = { 0 };
	struct pubkey p;
	struct key *k;

	MUST(started || crypto_start(true, &f));
	started = true;
	if ((k = key_from_private(text, SPAN("secret"), "name", &f)) == NULL)
		MUST((f.code == EX_CONFIG || f.code == EX_NOPERM) &&
		    printable(f.text));
	key_free(k);
	key_free(key_from_spki(text));
	for (int type = KEY_RSA; type <= KEY_ED25519; type++) {
		if (pubkey_parse((enum key_type)type, text, &p) != KEY_SOUND)
			continue;
		der = type == KEY_RSA ? p.rsa.modulus : p.ed25519;
		MUST(lies_in(der, text) && der.n > 0);
		MUST(der.n <= LIMIT_RSA_BITS_MAX / 8);
	}
	return 0;
}
