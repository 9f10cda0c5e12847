#include "sign_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "ext/input.h"
#include "keys/keydir.h"
#include "keys/keytemplate.h"
#include "mail/domain.h"
#include "tool/cli.h"

static const char help[] =
    "usage: dkim-sign [-d domain] [-s selector] [-k key] ... [options] < "
    "message\n"
    "       dkim-sign [options] -- command [arg ...] < message\n"
    "       dkim-sign [options] -o dir | --in-place file ...\n"
    "\n"
    "  -d, --domain DOMAIN        signing domain (default: that of From:)\n"
    "  -s, --selector SELECTOR    selector of the next key\n"
    "  -k, --key FILE             private key, or a template with %d and %s\n"
    "      --signing-table TABLE  OpenDKIM's: which keys sign for whom\n"
    "      --key-table TABLE      OpenDKIM's: what those keys are\n"
    "      --all-matches          all rows that match sign, not just one\n"
    "      --key-command PROGRAM  prints selector and key for a domain\n"
    "  -D, --key-dir DIR          key directory (the default source)\n"
    "      --sign-command PROGRAM signs instead of a key\n"
    "  -T, --timeout SECONDS      that PROGRAM may take (default: 8)\n"
    "      --fallback DOMAIN      sign for it where the author's has no key\n"
    "      --no-key pass|fail     what to do where there is no key\n"
    "      --insecure-key         take a key that others can read\n"
    "      --passphrase-file FILE for an encrypted key\n"
    "      --passphrase-fd N      the same from a descriptor\n"
    "      --from-header NAME     author field: From or Sender\n"
    "  -a, --algorithm NAME       use only rsa-sha256 or ed25519-sha256 keys\n"
    "  -c, --canonicalization C   header/body (default: relaxed/relaxed)\n"
    "  -H, --headers LIST         fields to sign; +Name adds, -Name removes\n"
    "  -O, --oversign LIST        fields to guard against additions\n"
    "  -i, --identity ADDRESS     agent or user identifier, i=\n"
    "  -t, --timestamp TIME|none  t= (default: now)\n"
    "  -x, --expire DURATION      x=, from then on: 900s, 36h, 7d\n"
    "  -z, --copy-headers         copy the signed fields into z=\n"
    "  -l, --body-length          write l=\n"
    "      --header-only          print only the new field\n"
    "      --if-signed add|skip|replace\n"
    "      --long-lines pass|fail lines that a relay will break\n"
    "  -o, --output FILE|DIR      write there\n"
    "      --in-place             replace each file\n"
    "  -j, --jobs N               so many processes share the files (1)\n"
    "      --now EPOCH            take this for the time\n"
    "      --exit-style mta|sysexits|qmail\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum {
	OPT_ALL_MATCHES = 256,
	OPT_EXIT_STYLE,
	OPT_FALLBACK,
	OPT_FROM_HEADER,
	OPT_HEADER_ONLY,
	OPT_IF_SIGNED,
	OPT_INSECURE_KEY,
	OPT_IN_PLACE,
	OPT_KEY_COMMAND,
	OPT_KEY_TABLE,
	OPT_LONG_LINES,
	OPT_NO_KEY,
	OPT_NOW,
	OPT_PASSPHRASE_FD,
	OPT_PASSPHRASE_FILE,
	OPT_SIGN_COMMAND,
	OPT_SIGNING_TABLE
};

static const struct option long_options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "all-matches", no_argument, NULL, OPT_ALL_MATCHES },
	{ "body-length", no_argument, NULL, 'l' },
	{ "canonicalization", required_argument, NULL, 'c' },
	{ "copy-headers", no_argument, NULL, 'z' },
	{ "domain", required_argument, NULL, 'd' },
	{ "exit-style", required_argument, NULL, OPT_EXIT_STYLE },
	{ "expire", required_argument, NULL, 'x' },
	{ "fallback", required_argument, NULL, OPT_FALLBACK },
	{ "from-header", required_argument, NULL, OPT_FROM_HEADER },
	{ "header-only", no_argument, NULL, OPT_HEADER_ONLY },
	{ "headers", required_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "identity", required_argument, NULL, 'i' },
	{ "if-signed", required_argument, NULL, OPT_IF_SIGNED },
	{ "in-place", no_argument, NULL, OPT_IN_PLACE },
	{ "insecure-key", no_argument, NULL, OPT_INSECURE_KEY },
	{ "jobs", required_argument, NULL, 'j' },
	{ "key", required_argument, NULL, 'k' },
	{ "key-command", required_argument, NULL, OPT_KEY_COMMAND },
	{ "key-dir", required_argument, NULL, 'D' },
	{ "key-table", required_argument, NULL, OPT_KEY_TABLE },
	{ "long-lines", required_argument, NULL, OPT_LONG_LINES },
	{ "no-key", required_argument, NULL, OPT_NO_KEY },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "output", required_argument, NULL, 'o' },
	{ "oversign", required_argument, NULL, 'O' },
	{ "passphrase-fd", required_argument, NULL, OPT_PASSPHRASE_FD },
	{ "passphrase-file", required_argument, NULL, OPT_PASSPHRASE_FILE },
	{ "selector", required_argument, NULL, 's' },
	{ "sign-command", required_argument, NULL, OPT_SIGN_COMMAND },
	{ "signing-table", required_argument, NULL, OPT_SIGNING_TABLE },
	{ "timeout", required_argument, NULL, 'T' },
	{ "timestamp", required_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* The number of text among the n words, or a usage error. */
static unsigned
choice(const char *option, const char *text, const char *const words[],
    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	cli_usage("%s %s: not one of its values", option, text);
}

static void
set_algorithm(struct sign_options *o, const char *text)
{
	o->any_algorithm = false;
	if (!algorithm_parse(span_str(text), &o->algorithm) ||
	    o->algorithm.hash != HASH_SHA256)
		cli_usage("-a %s: not rsa-sha256 or ed25519-sha256", text);
}

static void
set_option(struct sign_options *o, int c, char *argv[])
{
	static const char *const if_signed[] = { "add", "skip", "replace" };
	static const char *const pass_fail[] = { "pass", "fail" };
	static const char *const authors[] = { "From", "Sender" };
	struct signer_spec *s = &o->spec;

	switch (c) {
	case 'a': set_algorithm(o, optarg); break;
	case 'c':
		if (!canon_parse(span_str(optarg), &s->canon_header,
			&s->canon_body))
			cli_usage("-c %s: not a canonicalization", optarg);
		break;
	case 'D': o->choice.directory = optarg; break;
	case 'd': cli_domain("-d", optarg, &o->domain); break;
	case 'H': o->signed_names = optarg; break;
	case 'h': cli_help(help);
	case 'i':
		o->identity.n = 0;
		buf_adds(&o->identity, optarg);
		break;
	case 'j':
		o->jobs = (size_t)cli_number("-j", optarg, 1, LIMIT_WORKERS);
		break;
	case 'k': o->choice.keys[o->choice.nkeys++] = optarg; break;
	case 'l': s->body_length = true; break;
	case 'O': o->oversigned = optarg; break;
	case 'o': o->output = optarg; break;
	case 's':
		if (!selector_ok(span_str(optarg)))
			cli_usage("-s %s: not a selector", optarg);
		o->choice.selectors[o->choice.nselectors++] = optarg;
		break;
	case 'T': o->choice.seconds = cli_number("-T", optarg, 1, 86400); break;
	case 't':
		o->no_timestamp = strcmp(optarg, "none") == 0;
		if (!o->no_timestamp)
			s->signed_at = cli_epoch("-t", optarg);
		break;
	case 'v': o->verbose++; break;
	case 'V': cli_version();
	case 'x': o->expire = cli_duration("-x", optarg); break;
	case 'z': s->copy_fields = true; break;
	case OPT_ALL_MATCHES: o->choice.tables.all = true; break;
	case OPT_EXIT_STYLE:
		o->style = cli_style(optarg, CLI_QMAIL_REMOTE);
		break;
	case OPT_FALLBACK:
		cli_domain("--fallback", optarg, &o->fallback);
		break;
	case OPT_FROM_HEADER:
		o->from_header =
		    authors[choice("--from-header", optarg, authors, 2)];
		break;
	case OPT_HEADER_ONLY: o->header_only = true; break;
	case OPT_IF_SIGNED:
		o->if_signed = (enum if_signed)choice("--if-signed", optarg,
		    if_signed, 3);
		break;
	case OPT_IN_PLACE: o->in_place = true; break;
	case OPT_INSECURE_KEY: o->choice.access.insecure = true; break;
	case OPT_KEY_COMMAND: o->choice.command = optarg; break;
	case OPT_KEY_TABLE: o->choice.tables.keys = optarg; break;
	case OPT_LONG_LINES:
		o->lines_fail = choice("--long-lines", optarg, pass_fail, 2);
		break;
	case OPT_NO_KEY:
		o->no_key = choice("--no-key", optarg, pass_fail, 2) == 0 ?
		    NO_KEY_PASS :
		    NO_KEY_FAIL;
		break;
	case OPT_NOW: o->now = cli_epoch("--now", optarg); break;
	case OPT_PASSPHRASE_FD:
		cli_passphrase_fd(optarg, &o->passphrase, o->style);
		break;
	case OPT_PASSPHRASE_FILE:
		cli_passphrase(optarg, &o->passphrase, o->style);
		break;
	case OPT_SIGN_COMMAND: o->sign_command.program = optarg; break;
	case OPT_SIGNING_TABLE: o->choice.tables.signing = optarg; break;
	default: cli_bad_option(c, argv);
	}
}

/* -k FILE goes with the -s of the same number; a template may do without. */
static void
check_keys(struct sign_options *o)
{
	const struct keychoice *k = &o->choice;
	struct fault f;

	if (k->nselectors > k->nkeys)
		cli_usage("-s %s: no -k for it", k->selectors[k->nkeys]);
	for (size_t i = 0; i < k->nkeys; i++) {
		bool selector = i < k->nselectors;

		if (!keytemplate_is(k->keys[i])) {
			o->key_files = true;
			if (!selector)
				cli_usage("-k %s: needs -s", k->keys[i]);
		} else if (!keytemplate_check(k->keys[i], selector, &f)) {
			cli_die(&f, o->style);
		}
	}
}

/* --sign-command stands in place of all keys. */
static void
check_sign_command(struct sign_options *o)
{
	const struct keychoice *k = &o->choice;

	if (k->nkeys > 0 || k->tables.signing != NULL || k->command != NULL ||
	    k->directory != NULL || o->fallback.n > 0)
		cli_usage("--sign-command: not together with a key");
	if (k->nselectors != 1)
		cli_usage("--sign-command: needs one -s");
	o->sign_command.seconds = k->seconds;
	o->remote = (struct signer_remote){ .type = o->algorithm.key,
		.sign = signcommand_sign,
		.arg = &o->sign_command };
}

static void
check_sources(struct sign_options *o)
{
	struct keychoice *k = &o->choice;

	if ((k->tables.signing == NULL) != (k->tables.keys == NULL))
		cli_usage("--signing-table and --key-table: only together");
	if (k->tables.all && k->tables.signing == NULL)
		cli_usage("--all-matches: needs --signing-table");
	k->fallback = buf_span(&o->fallback);
	k->access.passphrase = buf_span(&o->passphrase);
	if (o->sign_command.program != NULL) {
		check_sign_command(o);
		return;
	}
	check_keys(o);
	if (k->nkeys == 0 && k->tables.signing == NULL && k->command == NULL &&
	    k->directory == NULL)
		k->directory = keydir_default();
}

static void
check_identity(struct sign_options *o)
{
	struct span i = buf_span(&o->identity);
	const char *at = i.n > 0 ? memrchr(i.p, '@', i.n) : NULL;

	if (i.n == 0)
		return;
	o->identity_domain = at != NULL ? (size_t)(at - i.p) + 1 : 0;
	if (at == NULL || !span_ascii(i) ||
	    !domain_ok(span_from(i, o->identity_domain)))
		cli_usage("-i %s: not [local-part]@domain", i.p);
	if (o->domain.n > 0 &&
	    !domain_within(span_from(i, o->identity_domain),
		buf_span(&o->domain)))
		cli_usage("-i %s: not within %.*s", i.p, (int)o->domain.n,
		    o->domain.p);
}

static void
check_times(struct sign_options *o)
{
	struct signer_spec *s = &o->spec;

	if (s->signed_at < 0 && !o->no_timestamp)
		s->signed_at = o->now;
	if (o->no_timestamp)
		s->signed_at = -1;
	if (o->expire == 0)
		return;
	s->expires = (s->signed_at >= 0 ? s->signed_at : o->now) + o->expire;
	if (s->expires > 999999999999)
		cli_usage("-x: expires beyond what x= can say");
}

/* Where the signed message goes. */
static void
check_target(const struct sign_options *o, const char *file)
{
	if (o->in_place && (o->output != NULL || file == NULL))
		cli_usage("--in-place: needs files, and no -o");
	if (o->in_place && o->header_only)
		cli_usage("--in-place: not with --header-only");
	if (o->command != NULL &&
	    (file != NULL || o->output != NULL || o->header_only))
		cli_usage("%s: a command takes the message on stdin; no files, "
			  "-o or --header-only",
		    o->command[0]);
	if (o->style == CLI_QMAIL_REMOTE && o->command == NULL)
		cli_usage("--exit-style qmail: needs -- COMMAND");
	if (file != NULL && !o->in_place && o->output == NULL)
		cli_usage("%s: files need -o DIR or --in-place", file);
}

void
sign_options_read(struct sign_options *o, int *count, char *argv[])
{
	char **command = cli_command(count, argv);
	int c, argc = *count;
	struct fault f;

	*o = (struct sign_options){ .from_header = "From",
		.command = command,
		.now = time(NULL),
		.any_algorithm = true,
		.jobs = 1,
		.choice = { .seconds = LIMIT_COMMAND_SECONDS },
		.style = CLI_MTA,
		.spec = { .canon_header = CANON_RELAXED,
		    .canon_body = CANON_RELAXED,
		    .fields = &o->fields,
		    .signed_at = -1,
		    .expires = -1 } };
	o->choice.keys = mem_grow(NULL, (size_t)argc, sizeof(char *));
	o->choice.selectors = mem_grow(NULL, (size_t)argc, sizeof(char *));
	while ((c = getopt_long(argc, argv,
		    ":a:c:D:d:H:hi:j:k:lO:o:s:T:t:Vvx:z", long_options,
		    NULL)) != -1)
		set_option(o, c, argv);
	check_sources(o);
	buf_addc(&o->identity, '\0');
	o->identity.n--;
	check_identity(o);
	check_times(o);
	if (!fieldlist_read(&o->fields, o->signed_names, o->oversigned, &f))
		cli_die(&f, o->style);
	check_target(o, optind < argc ? argv[optind] : NULL);
	for (int i = optind; i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			cli_usage("-: standard input takes no other files");
	if (o->in_place && input_among(argv + optind, argc - optind))
		cli_usage("--in-place: not with standard input");
	/* Room is for one line. */
	if (o->style == CLI_QMAIL_REMOTE)
		o->verbose = 0;
}

void
sign_options_free(struct sign_options *o)
{
	keychoice_close(&o->choice);
	fieldlist_free(&o->fields);
	free(o->choice.keys);
	free(o->choice.selectors);
	buf_free(&o->domain);
	buf_free(&o->fallback);
	buf_free(&o->identity);
	buf_wipe(&o->passphrase);
}
