/* dkim-dnsrec: print the DNS record of a key. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "dkim/keyrec.h"
#include "ext/file.h"
#include "keys/keydir.h"
#include "keys/keyinput.h"
#include "tool/cli.h"
#include "tool/dnsrec.h"

enum { DEFAULT_TTL = 3600, TTL_MAX = 2147483647, NOTE_MAX = 1000 };

struct options {
	struct buf domain, selector;
	const char *key;       /* NULL for standard input or the directory */
	const char *directory; /* NULL: not given */
	struct buf passphrase; /* p NULL for none */
	enum dnsrec_format format;
	uint32_t ttl;
	bool revoke;
	struct keyrec_options record;
};

/* The records of one run, and what their spans lie in. */
struct records {
	struct keyset keys; /* with their names */
	struct buf *values; /* one each */
	struct dnsrec *v;
	size_t n;
};

static const char help[] =
    "usage: dkim-dnsrec -d domain -s selector [-k key] [-F format] [< key]\n"
    "       dkim-dnsrec [-d domain] [-D dir] [-F format]\n"
    "       dkim-dnsrec -d domain -s selector --revoke [-F format]\n"
    "\n"
    "  -d, --domain DOMAIN      signing domain\n"
    "  -s, --selector SELECTOR\n"
    "  -k, --key FILE           private or public key (default: stdin)\n"
    "  -D, --key-dir DIR        the keys in use there (default without -s, "
    "-k)\n"
    "  -F, --format NAME        zone (default), value, tinydns, nsupdate,\n"
    "                           unbound, dnsmasq, json, route53, cloudflare\n"
    "      --ttl SECONDS        (3600)\n"
    "  -t, --testing            t=y\n"
    "      --no-subdomains      t=s\n"
    "      --hash sha256        h=sha256\n"
    "      --note TEXT          n=, for people\n"
    "      --revoke             an empty p=; needs no key\n"
    "      --passphrase-file FILE  for an encrypted key\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum {
	OPT_HASH = 256,
	OPT_NOTE,
	OPT_NO_SUBDOMAINS,
	OPT_PASSPHRASE,
	OPT_REVOKE,
	OPT_TTL
};

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, 'd' },
	{ "format", required_argument, NULL, 'F' },
	{ "hash", required_argument, NULL, OPT_HASH },
	{ "help", no_argument, NULL, 'h' },
	{ "key", required_argument, NULL, 'k' },
	{ "key-dir", required_argument, NULL, 'D' },
	{ "no-subdomains", no_argument, NULL, OPT_NO_SUBDOMAINS },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "passphrase-file", required_argument, NULL, OPT_PASSPHRASE },
	{ "revoke", no_argument, NULL, OPT_REVOKE },
	{ "selector", required_argument, NULL, 's' },
	{ "testing", no_argument, NULL, 't' },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
set_option(struct options *o, int c, char *argv[])
{
	switch (c) {
	case 'D': o->directory = optarg; break;
	case 'd': cli_domain("-d", optarg, &o->domain); break;
	case 'F':
		if (!dnsrec_format_parse(optarg, &o->format))
			cli_usage("-F %s: not %s", optarg, dnsrec_format_names);
		break;
	case 'h': cli_help(help);
	case 'k': o->key = optarg; break;
	case 's': cli_selector("-s", optarg, &o->selector); break;
	case 't': o->record.testing = true; break;
	case 'v': break;
	case 'V': cli_version();
	case OPT_HASH:
		if (strcmp(optarg, "sha256") != 0)
			cli_usage("--hash %s: not sha256", optarg);
		o->record.sha256 = true;
		break;
	case OPT_NOTE:
		if (strlen(optarg) > NOTE_MAX)
			cli_usage("--note: over %d octets", NOTE_MAX);
		o->record.note = optarg;
		break;
	case OPT_NO_SUBDOMAINS: o->record.strict = true; break;
	case OPT_PASSPHRASE:
		cli_passphrase(optarg, &o->passphrase, CLI_SYSEXITS);
		break;
	case OPT_REVOKE: o->revoke = true; break;
	case OPT_TTL:
		o->ttl = (uint32_t)cli_number("--ttl", optarg, 0, TTL_MAX);
		break;
	default: cli_bad_option(c, argv);
	}
}

/* Whether the text alone of a key from elsewhere is asked for. */
static bool
nameless(const struct options *o)
{
	return o->format == DNSREC_VALUE && o->directory == NULL &&
	    (o->key != NULL || o->revoke ||
		(o->domain.n == 0 && !isatty(STDIN_FILENO)));
}

static void
read_options(struct options *o, int argc, char *argv[])
{
	int c;

	*o = (struct options){ .ttl = DEFAULT_TTL };
	while ((c = getopt_long(argc, argv, ":D:d:F:hk:s:tVv", long_options,
		    NULL)) != -1)
		set_option(o, c, argv);
	if (optind < argc)
		cli_usage("%s: no argument expected", argv[optind]);
	if (o->key != NULL && (o->directory != NULL || o->revoke))
		cli_usage("-k: not with %s", o->revoke ? "--revoke" : "-D");
	if ((o->domain.n == 0 && o->selector.n > 0) ||
	    ((o->key != NULL || o->revoke) && o->selector.n == 0))
		if (!nameless(o))
			cli_usage("needs -d DOMAIN and -s SELECTOR");
	cli_key_name(buf_span(&o->selector), buf_span(&o->domain));
}

/* The keys in use of the domain, or of all domains. */
static bool
from_directory(const struct options *o, const char *dir, struct keyset *out,
    struct fault *f)
{
	struct key_access access = { .insecure = true,
		.passphrase = buf_span(&o->passphrase) };
	struct keydir_domains all = { 0 };
	enum key_found found = KEY_ABSENT;

	if (o->domain.n > 0)
		return keydir_current(dir, buf_span(&o->domain), &access, out,
			   f) == KEY_FOUND;
	if (!keydir_domains(dir, &all, f))
		found = KEY_FAILED;
	for (size_t i = 0; found != KEY_FAILED && i < all.n; i++)
		found = keydir_current(dir, buf_span(&all.v[i]), &access, out,
		    f);
	keydir_domains_free(&all);
	if (found != KEY_FAILED && out->n == 0)
		return fault_set(f, EX_NOINPUT, "%s: no key in use", dir);
	return found != KEY_FAILED;
}

/* Which keys, and under which names; a record that revokes needs none. */
static bool
gather(const struct options *o, struct keyset *out, struct fault *f)
{
	const char *dir = o->directory != NULL ? o->directory :
						 keydir_default();
	bool terminal = o->key == NULL && isatty(STDIN_FILENO);
	struct buf path = { 0 };
	struct key *key = NULL;

	if (!o->revoke) {
		if (o->selector.n == 0 && !nameless(o))
			return from_directory(o, dir, out, f);
		if (o->key == NULL && (o->directory != NULL || terminal)) {
			keydir_path(dir, buf_span(&o->domain),
			    buf_span(&o->selector), &path);
			key = keyinput_read(path.p, buf_span(&o->passphrase),
			    f);
			buf_free(&path);
		} else {
			key = keyinput_read(o->key, buf_span(&o->passphrase),
			    f);
		}
		if (key == NULL)
			return false;
	}
	keyset_add(out, buf_span(&o->domain), buf_span(&o->selector), key);
	return true;
}

static void
make_records(const struct options *o, struct records *r)
{
	r->n = r->keys.n;
	r->v = mem_alloc(r->n * sizeof(*r->v));
	r->values = mem_alloc(r->n * sizeof(*r->values));
	for (size_t i = 0; i < r->n; i++) {
		const struct signing_key *k = &r->keys.v[i];
		struct buf pub = { 0 };

		if (k->key != NULL)
			key_public(k->key, &pub);
		keyrec_format(k->key != NULL ? key_type(k->key) : KEY_RSA,
		    buf_span(&pub), &o->record, &r->values[i]);
		buf_free(&pub);
		r->v[i] = (struct dnsrec){ .domain = buf_span(&k->domain),
			.selector = buf_span(&k->selector),
			.value = buf_span(&r->values[i]),
			.ttl = o->ttl };
	}
}

static void
free_records(struct records *r)
{
	for (size_t i = 0; i < r->n; i++)
		buf_free(&r->values[i]);
	free(r->values);
	free(r->v);
	keyset_free(&r->keys);
}

int
main(int argc, char *argv[])
{
	struct records r = { 0 };
	struct buf out = { 0 };
	struct options o;
	struct fault f;

	cli_start(argc, argv);
	read_options(&o, argc, argv);
	if (!crypto_start(o.passphrase.p != NULL, &f) ||
	    !gather(&o, &r.keys, &f))
		cli_die(&f, CLI_SYSEXITS);
	make_records(&o, &r);
	if (!dnsrec_write(o.format, r.v, r.n, &out, &f) ||
	    !file_write(STDOUT_FILENO, "stdout", out.p, out.n, &f))
		cli_die(&f, CLI_SYSEXITS);
	buf_free(&out);
	free_records(&r);
	buf_wipe(&o.passphrase);
	buf_free(&o.domain);
	buf_free(&o.selector);
	cli_finish(EX_OK, CLI_SYSEXITS);
}
