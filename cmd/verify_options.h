#ifndef CMD_VERIFY_OPTIONS_H
#define CMD_VERIFY_OPTIONS_H

#include <stdbool.h>

#include "dkim/verifier.h"
#include "tool/cli.h"
#include "tool/outcome.h"

/* What the command line of dkim-verify asks for, checked. */

enum format { FORMAT_AUTHRES, FORMAT_JSON, FORMAT_KV, FORMAT_TEXT, FORMAT_TSV };

struct verify_options {
	char host[256];          /* the default for the next */
	const char *authserv_id; /* -A */
	enum format format;
	bool filter; /* -f */
	const char **servers;
	size_t nservers;
	const char *zone;
	unsigned seconds; /* -T */
	const char *output;
	const char *dump; /* --dump, or NULL */
	bool explain;     /* --explain */
	bool mbox;        /* --mbox */
	bool summary;     /* --summary */
	struct verifier_rules rules;
	bool now_received; /* --now received */
	struct acceptance acceptance;
	unsigned reject; /* --reject, a bit for each enum result */
	enum cli_style style;
	int verbose;
};

/* Leaves optind at the first file.  Ends the process on a usage error. */
void verify_options_read(struct verify_options *o, int argc, char *argv[]);
void verify_options_free(struct verify_options *o);

#endif
