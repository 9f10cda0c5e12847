#include "tool/cli.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/span.h"
#include "ext/file.h"
#include "ext/input.h"

enum { DIGITS_MAX = 12 };

void
cli_start(int argc, char *argv[])
{
	struct rlimit core;
	struct fault f;

	if (!file_guard_standard(&f))
		_exit(EX_OSERR);
	if (argc < 1 || argv[0] == NULL)
		_exit(EX_USAGE);
	/* A reader that goes away shows up as a failed write. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* So does a file that grows over its limit. */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* Private keys stay out of core files. */
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	opterr = 0;
}

void
cli_reads_stdin(void)
{
	(void)atexit(input_drain);
}

int
cli_status(const struct fault *f, enum cli_style style)
{
	int code = f->code != 0 ? f->code : EX_SOFTWARE;

	if (style == CLI_MTA && code != EX_USAGE && code != EX_DATAERR)
		return EX_TEMPFAIL;
	return code;
}

void
cli_report(const struct fault *f)
{
	if (f->text[0] != '\0')
		(void)fprintf(stderr, "%s: %s\n", getprogname(), f->text);
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
	    getprogname(), VERSION);
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
cli_style(const char *text)
{
	if (strcmp(text, "mta") == 0)
		return CLI_MTA;
	if (strcmp(text, "sysexits") != 0)
		cli_usage("--exit-style %s: not mta or sysexits", text);
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
