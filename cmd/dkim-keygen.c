/* dkim-keygen: make a key pair. */

#include <getopt.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "dkim/algorithm.h"
#include "dkim/keyrec.h"
#include "ext/file.h"
#include "ext/newfile.h"
#include "keys/keydir.h"
#include "tool/cli.h"
#include "tool/dnsrec.h"

enum { DEFAULT_TTL = 3600 };

struct options {
	enum key_type type;
	unsigned bits;
	struct buf domain, selector;
	const char *directory;
	bool directory_given;
	const char *output; /* a file, or "-"; NULL for the key directory */
	const char *group;  /* NULL for none */
	bool activate;
	bool force;
	int verbose;
	int64_t now;
};

static const char help[] =
    "usage: dkim-keygen [-a rsa|ed25519] [-b bits] -d domain [-s selector]\n"
    "                   [-D dir] [--activate]\n"
    "       dkim-keygen [-a rsa|ed25519] [-b bits] [-d domain [-s selector]]\n"
    "                   -o file\n"
    "\n"
    "  -a, --algorithm NAME     rsa (default) or ed25519\n"
    "  -b, --bits N             of an RSA key (2048)\n"
    "  -d, --domain DOMAIN      signing domain\n"
    "  -s, --selector SELECTOR  (default: the date, with an e for ed25519)\n"
    "  -D, --key-dir DIR        key directory\n"
    "  -o, --output FILE        write the private key there; - is stdout\n"
    "      --activate           sign with this key from now on; one that is\n"
    "                           there already is not made again\n"
    "      --group NAME         let this group read the key (mode 0640)\n"
    "      --force              replace a key that is there\n"
    "      --now EPOCH          take this for the time\n"
    "  -v, --verbose  -h, --help  -V, --version\n";

enum { OPT_ACTIVATE = 256, OPT_FORCE, OPT_GROUP, OPT_NOW };

static const struct option long_options[] = {
	{ "activate", no_argument, NULL, OPT_ACTIVATE },
	{ "algorithm", required_argument, NULL, 'a' },
	{ "bits", required_argument, NULL, 'b' },
	{ "domain", required_argument, NULL, 'd' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "group", required_argument, NULL, OPT_GROUP },
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
	case 'D':
		o->directory = optarg;
		o->directory_given = true;
		break;
	case 'd': cli_domain("-d", optarg, &o->domain); break;
	case 'h': cli_help(help);
	case 'o': o->output = optarg; break;
	case 's': cli_selector("-s", optarg, &o->selector); break;
	case 'v': o->verbose++; break;
	case 'V': cli_version();
	case OPT_ACTIVATE: o->activate = true; break;
	case OPT_FORCE: o->force = true; break;
	case OPT_GROUP: o->group = optarg; break;
	case OPT_NOW: o->now = cli_epoch("--now", optarg); break;
	default: cli_bad_option(c, argv);
	}
}

static bool
to_stdout(const struct options *o)
{
	return o->output != NULL && strcmp(o->output, "-") == 0;
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
		.bits = LIMIT_RSA_BITS_GOOD,
		.directory = keydir_default(),
		.now = time(NULL) };
	while ((c = getopt_long(argc, argv, ":a:b:D:d:ho:s:Vv", long_options,
		    NULL)) != -1)
		set_option(o, c, argv);
	if (optind < argc)
		cli_usage("%s: no argument expected", argv[optind]);
	if (o->output == NULL && o->domain.n == 0)
		cli_usage("no domain: -d DOMAIN (see dkim-keygen(1))");
	if (o->output != NULL && (o->activate || o->directory_given))
		cli_usage("-o: not with %s", o->activate ? "--activate" : "-D");
	if (to_stdout(o) && o->group != NULL)
		cli_usage("--group: not with -o -");
	default_selector(o);
	cli_key_name(buf_span(&o->selector), buf_span(&o->domain));
}

/* Where the private key goes, NUL at its end. */
static void
key_path(const struct options *o, struct buf *path)
{
	path->n = 0;
	if (o->output != NULL) {
		buf_adds(path, o->output);
		buf_addc(path, '\0');
	} else {
		keydir_path(o->directory, buf_span(&o->domain),
		    buf_span(&o->selector), path);
	}
}

static bool
write_key(const struct options *o, struct span pem, struct fault *f)
{
	struct buf path = { 0 };
	bool ok = false;

	key_path(o, &path);
	if (to_stdout(o)) {
		ok = file_write(STDOUT_FILENO, "stdout", pem.p, pem.n, f);
		goto done;
	}
	if (o->output == NULL &&
	    !keydir_make(o->directory, buf_span(&o->domain), f))
		goto done;
	ok = newfile_write(path.p, o->group != NULL ? 0640 : 0600, o->group,
	    o->force, pem, f);
done:
	buf_free(&path);
	return ok;
}

/* A word for sh(1), which ends no line. */
static void
add_word(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./+,:@%";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, (unsigned char)*word < ' ' ? '?' : *word);
	buf_addc(out, '\'');
}

static void
add_command(const struct options *o, const char *name, struct buf *out)
{
	buf_addf(out, "%s -d %.*s -s %.*s", name, (int)o->domain.n, o->domain.p,
	    (int)o->selector.n, o->selector.p);
	if (o->output != NULL) {
		buf_adds(out, " -k ");
		add_word(out, o->output);
	} else if (o->directory_given) {
		buf_adds(out, " -D ");
		add_word(out, o->directory);
	}
}

/* What to do now, as comment, so that all of it is still a zone file. */
static void
add_next_step(const struct options *o, struct buf *out)
{
	if (o->output != NULL) {
		buf_adds(out, "; Publish this, then: ");
		add_command(o, "dkim-check", out);
		buf_adds(out, " --wait 1h\n");
	} else if (o->activate) {
		buf_adds(out, "; This key is in use now.  To see its record: ");
		add_command(o, "dkim-check", out);
		buf_addc(out, '\n');
	} else {
		buf_adds(out, "; Not in use yet.  Publish this, then:\n; ");
		add_command(o, "dkim-check", out);
		buf_adds(out, " --wait 1h && ");
		add_command(o, "dkim-keygen --activate", out);
		buf_addc(out, '\n');
	}
}

static bool
print_record(const struct options *o, const struct key *key, struct fault *f)
{
	struct keyrec_options plain = { 0 };
	struct buf pub = { 0 }, value = { 0 }, out = { 0 };
	bool named = o->domain.n > 0, ok;
	struct dnsrec record;

	key_public(key, &pub);
	keyrec_format(o->type, buf_span(&pub), &plain, &value);
	record = (struct dnsrec){ .domain = buf_span(&o->domain),
		.selector = buf_span(&o->selector),
		.value = buf_span(&value),
		.ttl = DEFAULT_TTL };
	ok = dnsrec_write(named ? DNSREC_ZONE : DNSREC_VALUE, &record, 1, &out,
	    f);
	if (named)
		add_next_step(o, &out);
	ok = ok && file_write(STDOUT_FILENO, "stdout", out.p, out.n, f);
	buf_free(&pub);
	buf_free(&value);
	buf_free(&out);
	return ok;
}

static enum key_found
activate(const struct options *o, struct fault *f)
{
	/* As dkim-sign is going to read it. */
	const struct key_access access = { .insecure = false };
	enum key_found found = keydir_activate(o->directory,
	    buf_span(&o->domain), buf_span(&o->selector), &access, f);

	if (found == KEY_FOUND && o->verbose > 0)
		cli_note("%.*s signs with %.*s now", (int)o->domain.n,
		    o->domain.p, (int)o->selector.n, o->selector.p);
	return found;
}

/* Is a key of this type in use, which another one would take over from? */
static bool
has_current(const struct options *o)
{
	const struct key_access any = { .insecure = true };
	struct keyset set = { 0 };
	struct fault f;
	bool has = keydir_current(o->directory, buf_span(&o->domain), &any,
		       &set, &f) == KEY_FAILED;

	for (size_t i = 0; i < set.n; i++)
		has = has || key_type(set.v[i].key) == o->type;
	keyset_free(&set);
	return has;
}

/* One that is there already, and is not to be replaced. */
static bool
activate_existing(const struct options *o)
{
	enum key_found found;
	struct fault f;

	if (!o->activate || o->force)
		return false;
	found = activate(o, &f);
	if (found == KEY_FAILED)
		cli_die(&f, CLI_SYSEXITS);
	/* A mistyped selector must not put an unpublished key into use. */
	if (found == KEY_ABSENT && has_current(o)) {
		(void)fault_context(&f,
		    "no such key to activate (make it without --activate)");
		cli_die(&f, CLI_SYSEXITS);
	}
	return found == KEY_FOUND;
}

/* The record of the new key is not live, and mail would be signed with it. */
static bool
replaces_current(const struct options *o, struct fault *f)
{
	if (!o->force || o->activate || o->output != NULL ||
	    !keydir_in_use(o->directory, buf_span(&o->domain),
		buf_span(&o->selector)))
		return false;
	(void)fault_set(f, EX_CANTCREAT,
	    "%s/%.*s/%.*s.pem: in use (take another selector, or add "
	    "--activate)",
	    o->directory, (int)o->domain.n, o->domain.p, (int)o->selector.n,
	    o->selector.p);
	return true;
}

static bool
make(const struct options *o, struct fault *f)
{
	struct buf pem = { 0 };
	struct key *key;
	bool ok;

	if (replaces_current(o, f))
		return false;
	key = key_generate(o->type, o->bits, &pem, f);
	ok = key != NULL && write_key(o, buf_span(&pem), f);
	buf_wipe(&pem);
	ok = ok && (!o->activate || activate(o, f) == KEY_FOUND) &&
	    (to_stdout(o) || print_record(o, key, f));
	key_free(key);
	return ok;
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct fault f;

	cli_start(argc, argv);
	read_options(&o, argc, argv);
	if (!crypto_start(false, &f) ||
	    (!activate_existing(&o) && !make(&o, &f)))
		cli_die(&f, CLI_SYSEXITS);
	buf_free(&o.domain);
	buf_free(&o.selector);
	cli_finish(EX_OK, CLI_SYSEXITS);
}
