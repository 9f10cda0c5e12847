#ifndef CMD_VERIFY_OPTIONS_H
#define CMD_VERIFY_OPTIONS_H

#include <stdbool.h>

#include "dkim/verifier.h"
#include "report/dkverify.h"
#include "report/outcome.h"
#include "tool/cli.h"

/* What the command line of dkim-verify asks for, checked. */

enum format { FORMAT_AUTHRES, FORMAT_JSON, FORMAT_KV, FORMAT_TEXT, FORMAT_TSV };

struct verify_options {
	char host[256];          /* the default for the next */
	const char *authserv_id; /* -A */
	enum format format;
	bool filter; /* -f, or a command */
	const char **servers;
	size_t nservers;
	const char *zone;
	unsigned seconds; /* -T */
	const char *output;
	const char *dump; /* --dump, or NULL */
	bool explain;     /* --explain */
	bool mbox;        /* --mbox */
	size_t jobs;      /* -j */
	bool summary;     /* --summary */
	struct verifier_rules rules;
	bool now_received; /* --now received */
	struct acceptance acceptance;
	struct buf required; /* its domain */
	unsigned reject;     /* --reject, a bit for each enum result */
	bool policy;         /* --dkverify, and its letters */
	struct dkverify letters;
	bool domainkeys; /* judge DomainKey-Signature, too */
	char **command;  /* what gets the message, or NULL */
	enum cli_style style;
	int verbose;
};

/*
 * Leaves optind at the first file and *argc behind the last.  Ends the process on
 * a usage error.
 */
void verify_options_read(struct verify_options *o, int *argc, char *argv[]);
void verify_options_free(struct verify_options *o);

#endif
