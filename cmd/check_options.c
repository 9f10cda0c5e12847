#include "check_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dns/resolver.h"
#include "keys/keydir.h"
#include "tool/cli.h"

static const char help[] =
    "usage: dkim-check -d domain [-s selector] [-k key] [options]\n"
    "       dkim-check --all [options]\n"
    "       dkim-check --signing-table table --key-table table\n"
    "       dkim-check -m [options] < message\n"
    "\n"
    "  -d, --domain DOMAIN      signing domain\n"
    "  -s, --selector SELECTOR  (default: those in use in the key directory)\n"
    "  -k, --key FILE           the key to compare with, private or public\n"
    "  -D, --key-dir DIR        key directory\n"
    "      --passphrase-file FILE  for an encrypted key\n"
    "      --all                all domains of the key directory, or tables\n"
    "      --signing-table TABLE  every row of it, as dkim-sign takes them\n"
    "      --key-table TABLE    the keys that it names\n"
    "      --all-matches        all rows that match are to sign\n"
    "  -m, --message            what receivers will make of this message\n"
    "  -n, --nameserver ADDR[@PORT]  ask there (repeatable)\n"
    "  -Z, --zone FILE          answer from a master file\n"
    "      --authoritative      ask each of the zone's own servers\n"
    "      --wait DURATION      until there is no error, on all servers\n"
    "  -T, --timeout SECONDS    DNS time of one record (8)\n"
    "  -F, --format NAME        text (default) or json\n"
    "      --now EPOCH          take this for the time\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum {
	OPT_ALL = 256,
	OPT_AUTHORITATIVE,
	OPT_KEY_TABLE,
	OPT_NOW,
	OPT_PASSPHRASE,
	OPT_SIGNING_TABLE,
	OPT_ALL_MATCHES,
	OPT_WAIT
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "all-matches", no_argument, NULL, OPT_ALL_MATCHES },
	{ "authoritative", no_argument, NULL, OPT_AUTHORITATIVE },
	{ "domain", required_argument, NULL, 'd' },
	{ "format", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "key", required_argument, NULL, 'k' },
	{ "key-dir", required_argument, NULL, 'D' },
	{ "key-table", required_argument, NULL, OPT_KEY_TABLE },
	{ "message", no_argument, NULL, 'm' },
	{ "nameserver", required_argument, NULL, 'n' },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "passphrase-file", required_argument, NULL, OPT_PASSPHRASE },
	{ "selector", required_argument, NULL, 's' },
	{ "signing-table", required_argument, NULL, OPT_SIGNING_TABLE },
	{ "timeout", required_argument, NULL, 'T' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "zone", required_argument, NULL, 'Z' },
	{ NULL, 0, NULL, 0 },
};

static void
set_option(struct check_options *o, int c, char *argv[])
{
	switch (c) {
	case 'D': o->directory = optarg; break;
	case 'd': cli_domain("-d", optarg, &o->domain); break;
	case 'F':
		o->json = strcmp(optarg, "json") == 0;
		if (!o->json && strcmp(optarg, "text") != 0)
			cli_usage("-F %s: not text or json", optarg);
		break;
	case 'h': cli_help(help);
	case 'k': o->key = optarg; break;
	case 'm': o->message = true; break;
	case 'n':
		if (!resolver_server_ok(optarg))
			cli_usage("-n %s: not ADDR[@PORT]", optarg);
		o->servers[o->nservers++] = optarg;
		break;
	case 's': cli_selector("-s", optarg, &o->selector); break;
	case 'T':
		o->seconds = (unsigned)cli_number("-T", optarg, 1,
		    LIMIT_DNS_SECONDS_MAX);
		break;
	case 'v': o->verbose++; break;
	case 'V': cli_version();
	case 'Z': o->zone = optarg; break;
	case OPT_ALL: o->all = true; break;
	case OPT_ALL_MATCHES: o->all_matches = true; break;
	case OPT_AUTHORITATIVE: o->authoritative = true; break;
	case OPT_KEY_TABLE: o->key_table = optarg; break;
	case OPT_NOW: o->now = cli_epoch("--now", optarg); break;
	case OPT_PASSPHRASE:
		cli_passphrase(optarg, &o->passphrase, CLI_SYSEXITS);
		break;
	case OPT_SIGNING_TABLE: o->signing_table = optarg; break;
	case OPT_WAIT: o->wait = cli_duration("--wait", optarg); break;
	default: cli_bad_option(c, argv);
	}
}

static void
check_together(struct check_options *o)
{
	bool named = o->domain.n > 0 || o->selector.n > 0 || o->key != NULL;

	if ((o->signing_table == NULL) != (o->key_table == NULL))
		cli_usage("--signing-table and --key-table: only together");
	if (o->all_matches && o->key_table == NULL)
		cli_usage("--all-matches: needs --signing-table");
	if ((o->all || o->key_table != NULL) + o->message + named != 1)
		cli_usage("needs -d DOMAIN, --all or -m, and one of them only");
	if (named && o->domain.n == 0)
		cli_usage("needs -d DOMAIN");
	if (o->key != NULL && o->selector.n == 0)
		cli_usage("-k: needs -s SELECTOR");
	cli_key_name(buf_span(&o->selector), buf_span(&o->domain));
	if (o->message && (o->authoritative || o->wait > 0))
		cli_usage("-m: not with --authoritative or --wait");
	if (o->zone != NULL && (o->authoritative || o->nservers > 0))
		cli_usage("-Z: not with -n or --authoritative");
	/* A resolver remembers for long that there was no record yet. */
	if (o->wait > 0 && o->nservers == 0 && o->zone == NULL)
		o->authoritative = true;
}

void
check_options_read(struct check_options *o, int argc, char *argv[])
{
	int c;

	*o = (struct check_options){ .directory = keydir_default(),
		.seconds = LIMIT_DNS_SECONDS,
		.now = time(NULL) };
	o->servers = mem_grow(NULL, (size_t)argc, sizeof(char *));
	while ((c = getopt_long(argc, argv,
		    ":D:d:F:hk:mn:s:T:VvZ:", long_options, NULL)) != -1)
		set_option(o, c, argv);
	if (optind < argc)
		cli_usage("%s: no argument expected", argv[optind]);
	check_together(o);
}

void
check_options_free(struct check_options *o)
{
	buf_free(&o->domain);
	buf_free(&o->selector);
	buf_wipe(&o->passphrase);
	free(o->servers);
}
