/*
 * Checks a signing table and a key table: SIGNING KEYS.  Prints a line a
 * finding and exits with 1 where there is any.
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "base/mem.h"
#include "crypto/crypto.h"
#include "keys/keytable.h"

static void
tell(void *arg, const struct fault *finding)
{
	(void)arg;
	printf("%s\n", finding->text);
}

int
main(int argc, char *argv[])
{
	struct keytables tables = { 0 };
	struct key_access access = { 0 };

	if (argc != 3)
		return 64;
	crypto_start(false);
	tables.signing = argv[1];
	tables.keys = argv[2];
	return keytable_check(&tables, &access, tell, NULL) > 0;
}
