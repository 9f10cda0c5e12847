/*
 * opendkim verify KEYS < paths
 * opendkim sign < jobs
 *
 * libopendkim, fed the way its milter feeds it: fields one by one, the body in
 * chunks.  dkimpy.py says what goes in and out.
 */
#define _GNU_SOURCE /* memmem */
#include <sys/types.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dkim.h>

enum { CHUNK = 65535, MOST_KEYS = 64 };

static char *key_name[MOST_KEYS], *key_text[MOST_KEYS];
static size_t nkeys;

struct text {
	char *p;
	size_t n;
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* The whole file in network form; *lf: it had bare LF line ends. */
static struct text
network(const char *path, bool *lf, struct text *raw)
{
	FILE *f = fopen(path, "rb");
	struct text t = { 0 };
	size_t n;

	if (f == NULL || fseek(f, 0, SEEK_END) < 0)
		die(path);
	raw->n = (size_t)ftell(f);
	rewind(f);
	raw->p = malloc(raw->n + 1);
	t.p = malloc(2 * raw->n + 1);
	if (raw->p == NULL || t.p == NULL)
		die("malloc");
	n = fread(raw->p, 1, raw->n, f);
	if (n != raw->n)
		die(path);
	fclose(f);
	raw->p[raw->n] = '\0';
	*lf = strstr(raw->p, "\r\n") == NULL;
	for (size_t i = 0; i < raw->n; i++) {
		if (raw->p[i] == '\n' && *lf)
			t.p[t.n++] = '\r';
		t.p[t.n++] = raw->p[i];
	}
	return t;
}

static DKIM_CBSTAT
lookup(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buf, size_t size)
{
	char name[512];

	(void)dkim;
	snprintf(name, sizeof(name), "%s._domainkey.%s",
	    (char *)dkim_sig_getselector(sig), (char *)dkim_sig_getdomain(sig));
	for (size_t i = 0; i < nkeys; i++)
		if (strcmp(name, key_name[i]) == 0) {
			snprintf((char *)buf, size, "%s", key_text[i]);
			return DKIM_CBSTAT_CONTINUE;
		}
	return DKIM_CBSTAT_NOTFOUND;
}

static void
read_keys(const char *path)
{
	static char line[8192];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		die(path);
	while (fgets(line, sizeof(line), f) != NULL && nkeys < MOST_KEYS) {
		char *tab = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (tab == NULL)
			continue;
		*tab = '\0';
		key_name[nkeys] = strdup(line);
		key_text[nkeys++] = strdup(tab + 1);
	}
	fclose(f);
}

/* Header, then body; dkim_eom is left to the caller. */
static DKIM_STAT
feed(DKIM *dkim, struct text t)
{
	size_t at = 0, chunk;
	DKIM_STAT st;

	while (at < t.n && memcmp(t.p + at, "\r\n", 2) != 0) {
		size_t end = at;

		for (;;) {
			char *crlf = memmem(t.p + end, t.n - end, "\r\n", 2);

			if (crlf == NULL) {
				end = t.n;
				break;
			}
			end = (size_t)(crlf - t.p);
			if (end + 2 >= t.n || (t.p[end + 2] != ' ' &&
			    t.p[end + 2] != '\t'))
				break;
			end += 2;
		}
		st = dkim_header(dkim, (unsigned char *)t.p + at, end - at);
		if (st != DKIM_STAT_OK)
			return st;
		at = end + 2;
	}
	st = dkim_eoh(dkim);
	if (st != DKIM_STAT_OK)
		return st;
	for (at += 2; at < t.n; at += chunk) {
		chunk = t.n - at < CHUNK ? t.n - at : CHUNK;
		st = dkim_body(dkim, (unsigned char *)t.p + at, chunk);
		if (st != DKIM_STAT_OK)
			return st;
	}
	return DKIM_STAT_OK;
}

static void
verify(DKIM_LIB *lib, const char *path)
{
	struct text raw, t;
	bool lf;
	DKIM_STAT st;
	DKIM *dkim;
	DKIM_SIGINFO **sigs;
	int n = 0;

	t = network(path, &lf, &raw);
	dkim = dkim_verify(lib, (const unsigned char *)"x", NULL, &st);
	if (dkim == NULL)
		die("dkim_verify");
	st = feed(dkim, t);
	if (st == DKIM_STAT_OK)
		st = dkim_eom(dkim, NULL);
	if (st == DKIM_STAT_OK) {
		printf("%s\tpass\t\n", path);
	} else if (dkim_getsiglist(dkim, &sigs, &n) == DKIM_STAT_OK && n > 0) {
		printf("%s\tfail\t%s%s\n", path,
		    dkim_sig_geterrorstr(dkim_sig_geterror(sigs[0])),
		    dkim_sig_getbh(sigs[0]) == DKIM_SIGBH_MISMATCH ?
		    ", body hash differs" : "");
	} else {
		printf("%s\tfail\t%s\n", path, dkim_getresultstr(st));
	}
	dkim_free(dkim);
	free(raw.p);
	free(t.p);
}

static char *
slurp(const char *path)
{
	bool lf;
	struct text raw, t = network(path, &lf, &raw);

	free(t.p);
	return raw.p;
}

/* path, output, header canon, body canon, algorithm, domain, selector, key */
static void
sign(DKIM_LIB *lib, char *word[8])
{
	struct text raw, t;
	bool lf;
	DKIM_STAT st;
	DKIM *dkim;
	unsigned char *field;
	size_t n;
	char *key = slurp(word[7]);
	FILE *out;

	t = network(word[0], &lf, &raw);
	dkim = dkim_sign(lib, (const unsigned char *)"x", NULL,
	    (unsigned char *)key, (unsigned char *)word[6],
	    (unsigned char *)word[5],
	    word[2][0] == 's' ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED,
	    word[3][0] == 's' ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED,
	    word[4][0] == 'r' ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256,
	    (ssize_t)-1, &st);
	if (dkim != NULL)
		st = feed(dkim, t);
	if (dkim != NULL && st == DKIM_STAT_OK)
		st = dkim_eom(dkim, NULL);
	if (dkim != NULL && st == DKIM_STAT_OK)
		st = dkim_getsighdr_d(dkim, strlen("DKIM-Signature: "), &field,
		    &n);
	if (dkim == NULL || st != DKIM_STAT_OK) {
		printf("%s\tfail\t%s\n", word[1], dkim_getresultstr(st));
	} else {
		out = fopen(word[1], "wb");
		if (out == NULL)
			die(word[1]);
		/* The field comes with bare LF or CRLF: make it one of them. */
		fputs("DKIM-Signature: ", out);
		for (size_t i = 0; i < n; i++) {
			if (field[i] == '\r')
				continue;
			if (field[i] == '\n' && !lf)
				putc('\r', out);
			putc(field[i], out);
		}
		fputs(lf ? "\n" : "\r\n", out);
		fwrite(raw.p, 1, raw.n, out);
		if (fclose(out) != 0)
			die(word[1]);
		printf("%s\tpass\t\n", word[1]);
	}
	if (dkim != NULL)
		dkim_free(dkim);
	free(key);
	free(raw.p);
	free(t.p);
}

int
main(int argc, char *argv[])
{
	static char line[8192];
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	unsigned bits = 1024;

	if (argc < 2 || lib == NULL)
		return 64;
	dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits,
	    sizeof(bits));
	if (argc > 2)
		read_keys(argv[2]);
	dkim_set_key_lookup(lib, lookup);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *word[8], *rest = line;
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (n < 8 && rest != NULL) {
			word[n++] = rest;
			rest = strchr(rest, '\t');
			if (rest != NULL)
				*rest++ = '\0';
		}
		if (argc > 2)
			verify(lib, word[0]);
		else if (n == 8)
			sign(lib, word);
	}
	dkim_close(lib);
	return 0;
}
