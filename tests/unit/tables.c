/*
 * Checks a signing table and a key table: SIGNING KEYS.  Prints a line a
 * finding and exits with 1 where a row is wrong or shadowed.
 */

#include <stdio.h>

#include "base/fault.h"
#include "crypto/crypto.h"
#include "keys/keytable.h"

static void
tell(void *arg, enum keytable_finding what, const struct fault *finding)
{
	static const char *const words[] = { "", "shadowed ", "two ",
		"unused " };

	(void)arg;
	printf("%s%s\n", words[what], finding->text);
}

int
main(int argc, char *argv[])
{
	struct keytables tables = { 0 };
	struct key_access access = { 0 };
	const struct keytable_tell telling = { .row = tell };
	struct fault f;

	if (argc != 3)
		return 64;
	if (!crypto_start(false, &f))
		return f.code;
	tables.signing = argv[1];
	tables.keys = argv[2];
	return keytable_check(&tables, &access, &telling) > 0;
}
