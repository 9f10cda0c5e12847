/*
 * usage: bare sign|verify KEY COUNT
 *	  bare sha256 <file
 *	  bare nothing
 *
 * What no mail filter can do without, alone: COUNT signatures or verifications
 * with a private key in PEM, the hash of standard input, or not
 * even that.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
hash_input(void)
{
	static unsigned char piece[65536], out[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	ssize_t got;

	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
		return 1;
	while ((got = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
		if (EVP_DigestUpdate(c, piece, (size_t)got) != 1)
			return 1;
	return got == 0 && EVP_DigestFinal_ex(c, out, NULL) == 1 ? 0 : 1;
}

static EVP_PKEY *
read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *k = f != NULL ? PEM_read_PrivateKey(f, NULL, NULL, NULL) :
				  NULL;

	if (f != NULL)
		(void)fclose(f);
	return k;
}

static EVP_MD_CTX *
begin(EVP_PKEY *k,
    int (*init)(EVP_MD_CTX *, EVP_PKEY_CTX **, const EVP_MD *, ENGINE *,
	EVP_PKEY *))
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	const EVP_MD *md = EVP_PKEY_get_base_id(k) == EVP_PKEY_RSA ?
	    EVP_sha256() :
	    NULL;

	return c != NULL && init(c, NULL, md, NULL, k) == 1 ? c : NULL;
}

/* One operation on a digest's worth of octets. */
static int
operate(EVP_PKEY *k, int verify, unsigned char *sig, size_t *n)
{
	static const unsigned char text[32] = "what is signed";
	EVP_MD_CTX *c = begin(k,
	    verify ? EVP_DigestVerifyInit : EVP_DigestSignInit);
	int rc = 0;

	if (c != NULL)
		rc = verify ? EVP_DigestVerify(c, sig, *n, text, sizeof(text)) :
			      EVP_DigestSign(c, sig, n, text, sizeof(text));
	EVP_MD_CTX_free(c);
	return rc == 1;
}

int
main(int argc, char *argv[])
{
	unsigned char sig[1024];
	size_t n = sizeof(sig);
	EVP_PKEY *k;
	int verify;

	if (argc == 2 && strcmp(argv[1], "sha256") == 0)
		return hash_input();
	if (argc == 2 && strcmp(argv[1], "nothing") == 0)
		return 0;
	if (argc != 4 || (k = read_key(argv[2])) == NULL)
		return 64;
	verify = strcmp(argv[1], "verify") == 0;
	if (verify && !operate(k, 0, sig, &n))
		return 1;
	for (int i = atoi(argv[3]); i > 0; i--) {
		n = verify ? n : sizeof(sig);
		if (!operate(k, verify, sig, &n))
			return 1;
	}
	return 0;
}
