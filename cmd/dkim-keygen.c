/* dkim-keygen: make a key pair. */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "dkim/algorithm.h"
#include "dkim/keyrec.h"
#include "ext/file.h"
#include "ext/newfile.h"
#include "mail/domain.h"
#include "tool/cli.h"
#include "tool/dnsrec.h"

enum { DEFAULT_BITS = 2048, DEFAULT_TTL = 3600 };

struct options {
	enum key_type type;
	unsigned bits;
	struct buf domain, selector;
	const char *directory;
	const char *output; /* a file, or "-"; NULL for the key directory */
	bool force;
	int64_t now;
};

static const char help[] =
    "usage: dkim-keygen [-a rsa|ed25519] [-b bits] -d domain [-s selector]\n"
    "                   [-D dir]\n"
    "       dkim-keygen [-a rsa|ed25519] [-b bits] [-d domain -s selector]\n"
    "                   -o file\n"
    "\n"
    "  -a, --algorithm NAME     rsa (default) or ed25519\n"
    "  -b, --bits N             of an RSA key (2048)\n"
    "  -d, --domain DOMAIN      signing domain\n"
    "  -s, --selector SELECTOR  (default: the date, with an e for ed25519)\n"
    "  -D, --key-dir DIR        key directory\n"
    "  -o, --output FILE        write the private key there; - is stdout\n"
    "      --force              replace a key that is there\n"
    "      --now EPOCH          take this for the time\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum { OPT_FORCE = 256, OPT_NOW };

static const struct option long_options[] = {
	{ "algorithm", required_argument, NULL, 'a' },
	{ "bits", required_argument, NULL, 'b' },
	{ "domain", required_argument, NULL, 'd' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ "key-dir", required_argument, NULL, 'D' },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "output", required_argument, NULL, 'o' },
	{ "selector", required_argument, NULL, 's' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
set_option(struct options *o, int c, char *argv[])
{
	switch (c) {
	case 'a':
		if (!key_type_parse(span_str(optarg), &o->type))
			cli_usage("-a %s: not rsa or ed25519", optarg);
		break;
	case 'b':
		o->bits = (unsigned)cli_number("-b", optarg, LIMIT_RSA_BITS_MIN,
		    LIMIT_RSA_BITS_MAX);
		break;
	case 'D': o->directory = optarg; break;
	case 'd':
		o->domain.n = 0;
		if (!domain_typed(span_str(optarg), &o->domain))
			cli_usage("-d %s: not a domain name", optarg);
		break;
	case 'h': cli_help(help);
	case 'o': o->output = optarg; break;
	case 's':
		o->selector.n = 0;
		if (!selector_ascii(span_str(optarg), &o->selector))
			cli_usage("-s %s: not a selector", optarg);
		break;
	case 'v': break;
	case 'V': cli_version();
	case OPT_FORCE: o->force = true; break;
	case OPT_NOW: o->now = cli_epoch("--now", optarg); break;
	default: cli_bad_option(c, argv);
	}
}

static void
default_selector(struct options *o)
{
	time_t now = (time_t)o->now;
	struct tm tm;

	if (o->selector.n > 0)
		return;
	if (gmtime_r(&now, &tm) == NULL)
		cli_usage("--now: beyond the calendar");
	buf_addf(&o->selector, "%04d%02d%02d%s", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, o->type == KEY_ED25519 ? "e" : "");
}

static void
read_options(struct options *o, int argc, char *argv[])
{
	int c;

	*o = (struct options){ .type = KEY_RSA,
		.bits = DEFAULT_BITS,
		.directory = SYSCONFDIR "/dkim/keys",
		.now = time(NULL) };
	if (getenv("DKIM_KEYDIR") != NULL)
		o->directory = getenv("DKIM_KEYDIR");
	while ((c = getopt_long(argc, argv, ":a:b:D:d:ho:s:Vv", long_options,
		    NULL)) != -1)
		set_option(o, c, argv);
	if (optind < argc)
		cli_usage("%s: no argument expected", argv[optind]);
	if (o->output == NULL && o->domain.n == 0)
		cli_usage("no domain: -d DOMAIN (see dkim-keygen(1))");
	default_selector(o);
}

/* DIR/DOMAIN/SELECTOR.pem, the two folders made where they are missing. */
static bool
key_path(const struct options *o, struct buf *path, struct fault *f)
{
	buf_adds(path, o->directory);
	for (int i = 0; i < 2; i++) {
		buf_addc(path, '\0');
		path->n--;
		if (mkdir(path->p, 0755) != 0 && errno != EEXIST)
			return fault_errno(f, EX_CANTCREAT, "%s", path->p);
		buf_addc(path, '/');
		buf_add_span(path,
		    buf_span(i == 0 ? &o->domain : &o->selector));
	}
	buf_adds(path, ".pem");
	buf_addc(path, '\0');
	return true;
}

static bool
write_key(const struct options *o, struct span pem, struct fault *f)
{
	struct buf path = { 0 };
	bool ok = false;

	if (o->output != NULL && strcmp(o->output, "-") == 0)
		return file_write(STDOUT_FILENO, "stdout", pem.p, pem.n, f);
	if (o->output != NULL) {
		buf_adds(&path, o->output);
		buf_addc(&path, '\0');
	} else if (!key_path(o, &path, f)) {
		goto done;
	}
	ok = newfile_write(path.p, 0600, NULL, o->force, pem, f);
done:
	buf_free(&path);
	return ok;
}

static bool
print_record(const struct options *o, const struct key *key, struct fault *f)
{
	struct keyrec_options plain = { 0 };
	struct buf pub = { 0 }, value = { 0 }, out = { 0 };
	bool ok;

	key_public(key, &pub);
	keyrec_format(o->type, buf_span(&pub), &plain, &value);
	dnsrec_write(o->domain.n > 0 ? DNSREC_ZONE : DNSREC_VALUE,
	    buf_span(&o->domain), buf_span(&o->selector), buf_span(&value),
	    DEFAULT_TTL, &out);
	ok = file_write(STDOUT_FILENO, "stdout", out.p, out.n, f);
	buf_free(&pub);
	buf_free(&value);
	buf_free(&out);
	return ok;
}

int
main(int argc, char *argv[])
{
	struct buf pem = { 0 };
	struct options o;
	struct fault f;
	struct key *key;
	bool ok;

	cli_start(argc, argv);
	read_options(&o, argc, argv);
	crypto_start(false);
	key = key_generate(o.type, o.bits, &pem, &f);
	ok = key != NULL && write_key(&o, buf_span(&pem), &f);
	buf_wipe(&pem);
	if (!ok)
		cli_die(&f, CLI_SYSEXITS);
	if ((o.output == NULL || strcmp(o.output, "-") != 0) &&
	    !print_record(&o, key, &f))
		cli_die(&f, CLI_SYSEXITS);
	key_free(key);
	buf_free(&o.domain);
	buf_free(&o.selector);
	cli_finish(EX_OK, CLI_SYSEXITS);
}
