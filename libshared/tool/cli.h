#ifndef TOOL_CLI_H
#define TOOL_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"

/* What every command does alike: starting, options, ending. */

/* How a fault becomes an exit status. */
enum cli_style {
	CLI_SYSEXITS, /* the code of <sysexits.h> */
	CLI_MTA       /* 75 for all but a usage error and a hopeless message */
};

/* For argc and argv of main, before anything else. */
void cli_start(int argc, char *argv[]);

/*
 * For a command that filters a message: whatever ends it, standard input is
 * read to its end first, because some callers take a filter that does not for a
 * broken one.
 */
void cli_reads_stdin(void);

/* The exit status for a fault; never 0. */
int cli_status(const struct fault *f, enum cli_style style);

/* "prog: what: why" on stderr; nothing for a fault without text. */
void cli_report(const struct fault *f);

/* Makes sure that what went to stdout arrived, and ends with status. */
ATTR_NORETURN void cli_finish(int status, enum cli_style style);

/* cli_report and the exit. */
ATTR_NORETURN void cli_die(const struct fault *f, enum cli_style style);

/* One line on stderr and 64. */
ATTR_NORETURN void cli_usage(const char *fmt, ...) ATTR_PRINTF(1);
/* The same for what getopt_long(3) refused: c is what it returned. */
ATTR_NORETURN void cli_bad_option(int c, char *argv[]);
ATTR_NORETURN void cli_help(const char *text);
ATTR_NORETURN void cli_version(void);

/* A whole number in [min, max], or cli_usage naming the option. */
int64_t cli_number(const char *option, const char *text, int64_t min,
    int64_t max);
/* Seconds: a number with s, m, h, d, w or nothing behind it. */
int64_t cli_duration(const char *option, const char *text);
/* Seconds since 1970, of at most 12 digits. */
int64_t cli_epoch(const char *option, const char *text);
enum cli_style cli_style(const char *text); /* of --exit-style */

/* A note for -v on stderr, unprintable octets escaped. */
void cli_note(const char *fmt, ...) ATTR_PRINTF(1);

#endif
