/* dkim-dnsrec: print the DNS record of a key. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/limits.h"
#include "dkim/keyrec.h"
#include "ext/file.h"
#include "mail/domain.h"
#include "tool/cli.h"
#include "tool/dnsrec.h"

enum { DEFAULT_TTL = 3600, TTL_MAX = 2147483647 };

struct options {
	struct buf domain, selector;
	const char *key; /* NULL for standard input */
	enum dnsrec_format format;
	uint32_t ttl;
	struct keyrec_options record;
};

static const char help[] =
    "usage: dkim-dnsrec -d domain -s selector [-k key] [-F format] [< key]\n"
    "\n"
    "  -d, --domain DOMAIN      signing domain\n"
    "  -s, --selector SELECTOR\n"
    "  -k, --key FILE           private or public key (default: stdin)\n"
    "  -F, --format NAME        zone (default) or value\n"
    "      --ttl SECONDS        (3600)\n"
    "  -t, --testing            t=y\n"
    "      --no-subdomains      t=s\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum { OPT_NO_SUBDOMAINS = 256, OPT_TTL };

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, 'd' },
	{ "format", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "key", required_argument, NULL, 'k' },
	{ "no-subdomains", no_argument, NULL, OPT_NO_SUBDOMAINS },
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
	case 'd':
		o->domain.n = 0;
		if (!domain_typed(span_str(optarg), &o->domain))
			cli_usage("-d %s: not a domain name", optarg);
		break;
	case 'F':
		if (!dnsrec_format_parse(optarg, &o->format))
			cli_usage("-F %s: not a format", optarg);
		break;
	case 'h': cli_help(help);
	case 'k': o->key = optarg; break;
	case 's':
		o->selector.n = 0;
		if (!selector_ascii(span_str(optarg), &o->selector))
			cli_usage("-s %s: not a selector", optarg);
		break;
	case 't': o->record.testing = true; break;
	case 'v': break;
	case 'V': cli_version();
	case OPT_NO_SUBDOMAINS: o->record.strict = true; break;
	case OPT_TTL:
		o->ttl = (uint32_t)cli_number("--ttl", optarg, 0, TTL_MAX);
		break;
	default: cli_bad_option(c, argv);
	}
}

static void
read_options(struct options *o, int argc, char *argv[])
{
	int c;

	*o = (struct options){ .ttl = DEFAULT_TTL };
	while ((c = getopt_long(argc, argv, ":d:F:hk:s:tVv", long_options,
		    NULL)) != -1)
		set_option(o, c, argv);
	if (optind < argc)
		cli_usage("%s: no argument expected", argv[optind]);
	if (o->format != DNSREC_VALUE &&
	    (o->domain.n == 0 || o->selector.n == 0))
		cli_usage("needs -d DOMAIN and -s SELECTOR");
}

static struct key *
read_key(const struct options *o, struct fault *f)
{
	const char *name = o->key != NULL ? o->key : "stdin";
	struct buf text = { 0 };
	struct key *key = NULL;
	bool got;

	got = o->key != NULL ?
	    file_slurp(o->key, FILE_PUBLIC, LIMIT_KEY_FILE, &text, f) ==
		FILE_READ :
	    file_slurp_fd(STDIN_FILENO, name, LIMIT_KEY_FILE, &text, f);
	if (got && (key = key_from_spki(buf_span(&text))) == NULL)
		key = key_from_private(buf_span(&text),
		    (struct span){ NULL, 0 }, name, f);
	buf_wipe(&text);
	return key;
}

int
main(int argc, char *argv[])
{
	struct buf pub = { 0 }, value = { 0 }, out = { 0 };
	struct options o;
	struct fault f;
	struct key *key;

	cli_start(argc, argv);
	read_options(&o, argc, argv);
	crypto_start(false);
	if ((key = read_key(&o, &f)) == NULL)
		cli_die(&f, CLI_SYSEXITS);
	key_public(key, &pub);
	keyrec_format(key_type(key), buf_span(&pub), &o.record, &value);
	dnsrec_write(o.format, buf_span(&o.domain), buf_span(&o.selector),
	    buf_span(&value), o.ttl, &out);
	if (!file_write(STDOUT_FILENO, "stdout", out.p, out.n, &f))
		cli_die(&f, CLI_SYSEXITS);
	buf_free(&pub);
	buf_free(&value);
	buf_free(&out);
	key_free(key);
	buf_free(&o.domain);
	buf_free(&o.selector);
	cli_finish(EX_OK, CLI_SYSEXITS);
}
