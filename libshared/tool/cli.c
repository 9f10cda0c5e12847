#include "tool/cli.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/limits.h"
#include "ext/file.h"
#include "ext/input.h"
#include "ext/platform.h"
#include "mail/domain.h"

enum { DIGITS_MAX = 12 };

/* Exit codes of qmail-queue(8); from 11 to 40 the refusal is for good. */
enum {
	QUEUE_REFUSE = 31,
	QUEUE_MEMORY = 51,
	QUEUE_WRITE = 53,
	QUEUE_READ = 54,
	QUEUE_CONFIG = 55,
	QUEUE_DEFER = 71
};

void
cli_start(int argc, char *argv[])
{
	struct fault f;

	if (!file_guard_standard(&f))
		_exit(EX_OSERR);
	if (argc < 1 || argv[0] == NULL)
		_exit(EX_USAGE);
	/* A reader that goes away shows up as a failed write. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* So does a file that grows over its limit. */
	(void)signal(SIGXFSZ, SIG_IGN);
	sandbox_no_core();
	opterr = 0;
}

void
cli_reads_stdin(void)
{
	(void)atexit(input_drain);
	(void)at_quick_exit(input_drain);
}

char **
cli_command(int *argc, char *argv[])
{
	for (int i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			bool any = i + 1 < *argc;

			*argc = i;
			return any ? argv + i + 1 : NULL;
		}
	return NULL;
}

bool
cli_asks_qmail(int argc, char *argv[])
{
	static const char option[] = "--exit-style";
	bool asks = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t n = strcspn(argv[i], "=");
		const char *value = argv[i][n] == '=' ? argv[i] + n + 1 :
							argv[i + 1];

		/* As getopt_long does, a beginning will do for a name. */
		if (n >= sizeof("--exi") - 1 && n < sizeof(option) &&
		    strncmp(argv[i], option, n) == 0 && value != NULL)
			asks = strcmp(value, "qmail") == 0;
	}
	return asks;
}

/* Octets that cannot be written go to a caller who is not there any more. */
static void
put_octet(char c)
{
	struct fault f;

	(void)!file_write(STDOUT_FILENO, "stdout", &c, 1, &f);
}

/* The line that stderr holds back becomes the text of a report. */
static void
report_remote(char kind)
{
	put_octet(kind);
	(void)dup2(STDOUT_FILENO, STDERR_FILENO);
	(void)fflush(stderr);
	put_octet('\0');
	_exit(EX_OK);
}

static void
defer_remote(void)
{
	report_remote('Z');
}

void
cli_answer_remote(char *room, size_t n)
{
	(void)setvbuf(stderr, room, _IOFBF, n);
	if (atexit(defer_remote) != 0 || at_quick_exit(defer_remote) != 0)
		report_remote('Z');
}

static void
end_queue(void)
{
	_exit(QUEUE_MEMORY);
}

void
cli_answer_queue(void)
{
	if (at_quick_exit(end_queue) != 0)
		end_queue();
}

int
cli_refusal(bool for_now, enum cli_style style)
{
	if (style == CLI_QMAIL_QUEUE)
		return for_now ? QUEUE_DEFER : QUEUE_REFUSE;
	return for_now ? EX_TEMPFAIL : 1;
}

/* All but the refusal of a message that is none are temporary. */
static int
queue_status(int code)
{
	switch (code) {
	case EX_DATAERR: return QUEUE_REFUSE;
	case EX_CANTCREAT:
	case EX_IOERR: return QUEUE_WRITE;
	case EX_NOINPUT: return QUEUE_READ;
	case EX_CONFIG:
	case EX_NOPERM: return QUEUE_CONFIG;
	default: return QUEUE_DEFER;
	}
}

int
cli_status(const struct fault *f, enum cli_style style)
{
	int code = f->code != 0 ? f->code : EX_SOFTWARE;

	if (style == CLI_QMAIL_QUEUE)
		return queue_status(code);
	if (style == CLI_MTA && code != EX_USAGE && code != EX_DATAERR)
		return EX_TEMPFAIL;
	return code;
}

void
cli_report(const struct fault *f)
{
	if (f->text[0] != '\0')
		(void)fprintf(stderr, "%s: %s\n", platform_program(), f->text);
}

void
cli_finish(int status, enum cli_style style)
{
	struct fault f;

	/* Some file systems tell of a full disk only here. */
	if (close(STDOUT_FILENO) != 0) {
		(void)fault_errno(&f, EX_IOERR, "stdout");
		cli_report(&f);
		exit(cli_status(&f, style));
	}
	exit(status);
}

void
cli_die(const struct fault *f, enum cli_style style)
{
	cli_report(f);
	if (style == CLI_QMAIL_REMOTE && f->code == EX_DATAERR) {
		input_drain();
		report_remote('D');
	}
	exit(cli_status(f, style));
}

void
cli_usage(const char *fmt, ...)
{
	struct fault f;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(&f, EX_USAGE, "%s", text);
	cli_report(&f);
	exit(EX_USAGE);
}

void
cli_bad_option(int c, char *argv[])
{
	const char *word = argv[optind - 1];

	if (c == ':')
		cli_usage("%s: needs an argument", word);
	if (optopt != 0 && strncmp(word, "--", 2) != 0)
		cli_usage("-%c: unknown option", optopt);
	cli_usage("%s: %s", word,
	    optopt != 0 ? "takes no argument" : "unknown or ambiguous option");
}

static ATTR_NORETURN void
print_and_end(const char *text)
{
	struct fault f;

	if (!file_write(STDOUT_FILENO, "stdout", text, strlen(text), &f) ||
	    close(STDOUT_FILENO) != 0)
		_exit(EX_IOERR);
	_exit(EX_OK);
}

void
cli_help(const char *text)
{
	print_and_end(text);
}

void
cli_version(void)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "%s (dkim-tools) %s\n",
	    platform_program(), VERSION);
	print_and_end(text);
}

int64_t
cli_number(const char *option, const char *text, int64_t min, int64_t max)
{
	uint64_t n;

	if (!span_u64(span_str(text), DIGITS_MAX, &n) || (int64_t)n < min ||
	    (int64_t)n > max)
		cli_usage("%s %s: not a number from %lld to %lld", option, text,
		    (long long)min, (long long)max);
	return (int64_t)n;
}

int64_t
cli_epoch(const char *option, const char *text)
{
	return cli_number(option, text, 0, 999999999999);
}

void
cli_domain(const char *option, const char *text, struct buf *out)
{
	struct span d = span_str(text);

	if (d.n > 0 && d.p[d.n - 1] == '.')
		d.n--;
	out->n = 0;
	if (!domain_typed(d, out))
		cli_usage("%s %s: not a domain name", option, text);
}

void
cli_selector(const char *option, const char *text, struct buf *out)
{
	out->n = 0;
	if (!selector_ascii(span_str(text), out))
		cli_usage("%s %s: not a selector", option, text);
}

void
cli_key_name(struct span selector, struct span domain)
{
	struct buf name = { 0 };

	domain_key_name(selector, domain, &name);
	if (name.n > DOMAIN_MAX)
		cli_usage("domain and selector make no name: over %d octets",
		    DOMAIN_MAX);
	buf_free(&name);
}

static void
take_line_end_off(struct buf *b)
{
	while (b->n > 0 && strchr("\r\n", b->p[b->n - 1]) != NULL)
		b->n--;
	buf_reserve(b, 1); /* an empty one is one, too */
}

void
cli_passphrase(const char *path, struct buf *out, enum cli_style style)
{
	struct fault f;

	buf_wipe(out);
	if (file_slurp(path, FILE_PRIVATE, LIMIT_PASSPHRASE, out, &f) !=
	    FILE_READ)
		cli_die(&f, style);
	take_line_end_off(out);
}

void
cli_passphrase_fd(const char *number, struct buf *out, enum cli_style style)
{
	int fd = (int)cli_number("--passphrase-fd", number, 0, 65535);
	struct fault f;

	buf_wipe(out);
	/* Never moved, so that no copy of it stays behind. */
	buf_reserve(out, LIMIT_PASSPHRASE + 8192);
	if (!file_slurp_fd(fd, "passphrase", LIMIT_PASSPHRASE, out, &f))
		cli_die(&f, style);
	/* No program that is run later is to read it again. */
	if (fd > STDERR_FILENO)
		(void)close(fd);
	take_line_end_off(out);
}

int64_t
cli_duration(const char *option, const char *text)
{
	static const char units[] = "smhdw";
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	struct span number = span_str(text);
	const char *unit = NULL;
	uint64_t n;

	if (number.n > 0)
		unit = memchr(units, text[number.n - 1], sizeof(units) - 1);
	if (unit != NULL)
		number.n--;
	if (!span_u64(number, 9, &n) || n == 0)
		cli_usage("%s %s: not a duration such as 900s, 36h or 7d",
		    option, text);
	return (int64_t)n * (unit != NULL ? seconds[unit - units] : 1);
}

enum cli_style
cli_style(const char *text, enum cli_style qmail)
{
	if (strcmp(text, "mta") == 0)
		return CLI_MTA;
	if (strcmp(text, "qmail") == 0)
		return qmail;
	if (strcmp(text, "sysexits") != 0)
		cli_usage("--exit-style %s: not mta, sysexits or qmail", text);
	return CLI_SYSEXITS;
}

void
cli_note(const char *fmt, ...)
{
	struct fault f;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)fault_set(&f, 0, "%s", text);
	cli_report(&f);
}

void
cli_enter(struct sandbox *s, int verbose)
{
	const char *active = sandbox_enter(s);

	if (verbose > 0)
		cli_note("sandbox: %s", active);
}
