#ifndef TOOL_CLI_H
#define TOOL_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ext/sandbox.h"

/* What every command does alike: starting, options, ending. */

/* How a fault becomes an exit status. */
enum cli_style {
	CLI_SYSEXITS, /* the code of <sysexits.h> */
	CLI_MTA,      /* 75 for all but a usage error and a hopeless message */
	CLI_QMAIL_REMOTE, /* 0, and a Z or D report on stdout */
	CLI_QMAIL_QUEUE   /* the codes of qmail-queue(8) */
};

/* For argc and argv of main, before anything else. */
void cli_start(int argc, char *argv[]);

/*
 * What follows the word "--", or NULL where nothing does; *argc becomes the number
 * of words before it.  To be called before getopt_long(3), which moves words.
 * "--" is never taken for the argument of an option.
 */
char **cli_command(int *argc, char *argv[]);

/*
 * Does the command line ask for --exit-style qmail?  What is wrong with it has to
 * be answered in that style already.
 */
bool cli_asks_qmail(int argc, char *argv[]);

/*
 * From here on every end of the process is an answer of qmail-remote(8), which
 * its caller reads from stdout and, mixed into it, stderr: a report "Z", the line
 * that would have gone to stderr and a NUL, and exit status 0.  Success is to
 * become another program.  That line is kept in room, which has to outlive all
 * this; so much and no more may be printed.  To be called before cli_reads_stdin:
 * what is asked for last is done first at the end.
 */
void cli_answer_remote(char *room, size_t n);
/* And of qmail-queue(8): 51 when memory runs out. */
void cli_answer_queue(void);

/* The exit status that refuses a message for good, or for now. */
int cli_refusal(bool for_now, enum cli_style style);

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
/*
 * A domain name as people type it, as lower-case A-labels, which replaces out; a
 * dot at its end is taken off.  And a selector, which takes no such dot.
 */
void cli_domain(const char *option, const char *text, struct buf *out);
void cli_selector(const char *option, const char *text, struct buf *out);
/* cli_usage where the name of their key record is too long for a name. */
void cli_key_name(struct span selector, struct span domain);
/*
 * What a file holds, or the descriptor of that number, without a line end behind
 * it replaces out, which the caller wipes; out->p is not NULL then.
 */
void cli_passphrase(const char *path, struct buf *out, enum cli_style style);
void cli_passphrase_fd(const char *number, struct buf *out,
    enum cli_style style);
/* Of --exit-style; qmail is what that word means to this program. */
enum cli_style cli_style(const char *text, enum cli_style qmail);

/* A note for -v on stderr, unprintable octets escaped. */
void cli_note(const char *fmt, ...) ATTR_PRINTF(1);
/* sandbox_enter, and says what is in force when verbose is not 0. */
void cli_enter(struct sandbox *s, int verbose);

#endif
