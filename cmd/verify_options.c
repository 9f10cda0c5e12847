#include "verify_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "report/authres.h"

static const char help[] =
    "usage: dkim-verify [options] [file ...]\n"
    "       dkim-verify -f [options] < message > message\n"
    "       dkim-verify [options] -- command [arg ...] < message\n"
    "\n"
    "  -A, --authserv-id ID        our name (default: the host's)\n"
    "  -f, --filter                write the message, with the field on top\n"
    "  -F, --format NAME           authres, json, kv, text or tsv\n"
    "  -n, --nameserver ADDR[@PORT]  ask there (repeatable)\n"
    "  -Z, --zone FILE             answer key queries from a master file\n"
    "  -T, --timeout SECONDS       DNS time of one message (default: 8)\n"
    "  -m, --min-key-bits N        shorter RSA keys are policy (1024)\n"
    "      --max-signatures N      so many are judged (10)\n"
    "      --clock-skew SECONDS    tolerance for t= and x= (300)\n"
    "      --allow-sha1            judge rsa-sha1 (archives)\n"
    "      --body-length accept|reject  l= that leaves octets uncovered\n"
    "      --require DOMAIN|aligned  only such passes count\n"
    "      --strict-alignment      d= has to be the domain of From:\n"
    "      --reject RESULT,...     refuse these\n"
    "      --dkverify LETTERS      refuse or defer as qmail's DKVERIFY says\n"
    "      --domainkeys            judge DomainKey-Signature, too\n"
    "      --now EPOCH|received    take this for the time\n"
    "  -o, --output FILE           write there\n"
    "      --mbox                  the files are mailboxes\n"
    "  -j, --jobs N                so many processes share the work (1)\n"
    "      --summary               only count the results\n"
    "      --explain               why does it fail?\n"
    "      --dump DIR              write what is hashed into files there\n"
    "      --exit-style mta|sysexits|qmail\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum {
	OPT_ALLOW_SHA1 = 256,
	OPT_BODY_LENGTH,
	OPT_CLOCK_SKEW,
	OPT_DKVERIFY,
	OPT_DOMAINKEYS,
	OPT_DUMP,
	OPT_EXIT_STYLE,
	OPT_EXPLAIN,
	OPT_MBOX,
	OPT_MAX_SIGNATURES,
	OPT_NOW,
	OPT_REJECT,
	OPT_REQUIRE,
	OPT_STRICT_ALIGNMENT,
	OPT_SUMMARY
};

static const struct option long_options[] = {
	{ "allow-sha1", no_argument, NULL, OPT_ALLOW_SHA1 },
	{ "authserv-id", required_argument, NULL, 'A' },
	{ "body-length", required_argument, NULL, OPT_BODY_LENGTH },
	{ "clock-skew", required_argument, NULL, OPT_CLOCK_SKEW },
	{ "dkverify", required_argument, NULL, OPT_DKVERIFY },
	{ "domainkeys", no_argument, NULL, OPT_DOMAINKEYS },
	{ "dump", required_argument, NULL, OPT_DUMP },
	{ "exit-style", required_argument, NULL, OPT_EXIT_STYLE },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "filter", no_argument, NULL, 'f' },
	{ "format", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "max-signatures", required_argument, NULL, OPT_MAX_SIGNATURES },
	{ "mbox", no_argument, NULL, OPT_MBOX },
	{ "min-key-bits", required_argument, NULL, 'm' },
	{ "nameserver", required_argument, NULL, 'n' },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "output", required_argument, NULL, 'o' },
	{ "reject", required_argument, NULL, OPT_REJECT },
	{ "require", required_argument, NULL, OPT_REQUIRE },
	{ "strict-alignment", no_argument, NULL, OPT_STRICT_ALIGNMENT },
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ "timeout", required_argument, NULL, 'T' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "zone", required_argument, NULL, 'Z' },
	{ NULL, 0, NULL, 0 },
};

static bool
format_parse(const char *text, enum format *out)
{
	static const char *const names[] = {
		[FORMAT_AUTHRES] = "authres",
		[FORMAT_JSON] = "json",
		[FORMAT_KV] = "kv",
		[FORMAT_TEXT] = "text",
		[FORMAT_TSV] = "tsv",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], text) == 0) {
			*out = (enum format)i;
			return true;
		}
	return false;
}

static void
set_reject(struct verify_options *o, const char *text)
{
	struct span rest = span_str(text), word;

	while (span_cut(&rest, ',', &word)) {
		enum result result;

		if (!result_parse(word, &result) || result == RESULT_PASS)
			cli_usage("--reject %s: not a list of results", text);
		o->reject |= 1u << result;
	}
}

static void
set_letters(struct verify_options *o, const char *text)
{
	if (!dkverify_parse(text, &o->letters))
		cli_usage("--dkverify %s: not letters A-K, a comma and "
			  "letters A-R",
		    text);
	o->policy = true;
	o->domainkeys = o->domainkeys || o->letters.domainkeys.n > 0;
}

static void
set_require(struct verify_options *o, const char *text)
{
	if (strcmp(text, "aligned") == 0)
		o->acceptance.aligned = true;
	else
		cli_domain("--require", text, &o->required);
	o->acceptance.domain = buf_span(&o->required);
}

static void
set_option(struct verify_options *o, int c, char *argv[])
{
	struct verifier_rules *rules = &o->rules;

	switch (c) {
	case 'A':
		if (!authres_id_ok(optarg))
			cli_usage("-A %s: not an authserv-id", optarg);
		o->authserv_id = optarg;
		break;
	case 'F':
		if (!format_parse(optarg, &o->format))
			cli_usage("-F %s: not authres, json, kv, text or tsv",
			    optarg);
		break;
	case 'f': o->filter = true; break;
	case 'h': cli_help(help);
	case 'j':
		o->jobs = (size_t)cli_number("-j", optarg, 1, LIMIT_WORKERS);
		break;
	case 'm':
		rules->min_key_bits = (unsigned)cli_number("-m", optarg, 512,
		    LIMIT_RSA_BITS_MAX);
		break;
	case 'n':
		if (!resolver_server_ok(optarg))
			cli_usage("-n %s: not ADDR[@PORT]", optarg);
		o->servers[o->nservers++] = optarg;
		break;
	case 'o':
		/* The bare word json is taken for the format. */
		if (strcmp(optarg, "json") == 0)
			o->format = FORMAT_JSON;
		else
			o->output = optarg;
		break;
	case 'T':
		o->seconds = (unsigned)cli_number("-T", optarg, 1,
		    LIMIT_DNS_SECONDS_MAX);
		break;
	case 'v': o->verbose++; break;
	case 'V': cli_version();
	case 'Z': o->zone = optarg; break;
	case OPT_ALLOW_SHA1: rules->allow_sha1 = true; break;
	case OPT_BODY_LENGTH:
		rules->allow_body_length = strcmp(optarg, "accept") == 0;
		if (!rules->allow_body_length && strcmp(optarg, "reject") != 0)
			cli_usage("--body-length %s: not accept or reject",
			    optarg);
		break;
	case OPT_CLOCK_SKEW:
		rules->clock_skew = cli_number("--clock-skew", optarg, 0,
		    999999999);
		break;
	case OPT_DKVERIFY: set_letters(o, optarg); break;
	case OPT_DOMAINKEYS: o->domainkeys = true; break;
	case OPT_DUMP: o->dump = optarg; break;
	case OPT_MBOX: o->mbox = true; break;
	case OPT_SUMMARY: o->summary = true; break;
	case OPT_EXPLAIN: o->explain = true; break;
	case OPT_EXIT_STYLE:
		o->style = cli_style(optarg, CLI_QMAIL_QUEUE);
		break;
	case OPT_MAX_SIGNATURES:
		rules->max_signatures = (unsigned)cli_number("--max-signatures",
		    optarg, 1, LIMIT_SIGNATURES_PARSED);
		break;
	case OPT_NOW:
		o->now_received = strcmp(optarg, "received") == 0;
		if (!o->now_received)
			rules->now = cli_epoch("--now", optarg);
		break;
	case OPT_REJECT: set_reject(o, optarg); break;
	case OPT_REQUIRE: set_require(o, optarg); break;
	case OPT_STRICT_ALIGNMENT:
		o->acceptance.aligned = o->acceptance.strict = true;
		break;
	default: cli_bad_option(c, argv);
	}
}

/* What goes where. */
static void
check_target(struct verify_options *o, int nfiles)
{
	if (o->command != NULL) {
		if (o->output != NULL)
			cli_usage("-o: not with a command");
		o->filter = true;
	}
	if (o->style == CLI_QMAIL_QUEUE && o->command == NULL)
		cli_usage("--exit-style qmail: needs -- COMMAND");
	if (o->filter && nfiles > 1)
		cli_usage("-f: takes one message");
	if (o->filter && o->format != FORMAT_AUTHRES)
		cli_usage("-f: writes authres only");
}

void
verify_options_read(struct verify_options *o, int *count, char *argv[])
{
	char **command = cli_command(count, argv);
	int c, argc = *count;

	*o = (struct verify_options){ .authserv_id = "localhost",
		.command = command,
		.seconds = LIMIT_DNS_SECONDS,
		.jobs = 1,
		.style = CLI_MTA,
		.rules = { .now = time(NULL),
		    .clock_skew = LIMIT_CLOCK_SKEW,
		    .min_key_bits = LIMIT_RSA_BITS_MIN,
		    .max_signatures = LIMIT_SIGNATURES_JUDGED } };
	o->servers = mem_grow(NULL, (size_t)argc, sizeof(char *));
	if (gethostname(o->host, sizeof(o->host) - 1) == 0 &&
	    authres_id_ok(o->host))
		o->authserv_id = o->host;
	while ((c = getopt_long(argc, argv,
		    ":A:F:fhj:m:n:o:T:VvZ:", long_options, NULL)) != -1)
		set_option(o, c, argv);
	check_target(o, argc - optind);
	if (o->filter && (o->mbox || o->summary))
		cli_usage("-f: not with --mbox or --summary");
}

void
verify_options_free(struct verify_options *o)
{
	free(o->servers);
	buf_free(&o->required);
}
