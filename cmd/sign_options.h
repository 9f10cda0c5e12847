#ifndef CMD_SIGN_OPTIONS_H
#define CMD_SIGN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dkim/algorithm.h"
#include "dkim/signer.h"
#include "keys/keychoice.h"
#include "keys/signcommand.h"
#include "tool/cli.h"

/* What the command line of dkim-sign asks for, checked. */

enum if_signed { IF_SIGNED_ADD, IF_SIGNED_SKIP, IF_SIGNED_REPLACE };
enum no_key { NO_KEY_DEFAULT, NO_KEY_PASS, NO_KEY_FAIL };

struct sign_options {
	struct buf domain;       /* -d; empty: that of the author field */
	struct keychoice choice; /* -k, -s, -D, --key-command, tables */
	bool key_files;          /* a -k that is no template */
	struct signcommand sign_command; /* program NULL for none */
	struct signer_remote remote;     /* it, when there is one */
	struct buf fallback;             /* --fallback, or empty */
	struct buf passphrase;
	const char *from_header;
	enum no_key no_key;
	enum if_signed if_signed;
	bool lines_fail; /* --long-lines=fail */
	bool header_only;
	bool in_place;
	size_t jobs;        /* -j */
	bool any_algorithm; /* no -a */
	struct algorithm algorithm;
	const char *output;
	char **command;         /* what gets the message, or NULL */
	struct buf identity;    /* -i, with a NUL behind it; empty for none */
	size_t identity_domain; /* where in it the domain begins */
	int64_t now;
	int64_t expire; /* seconds, 0 for none */
	bool no_timestamp;
	const char *signed_names, *oversigned; /* -H, -O, or NULL */
	struct fieldlist fields;               /* what they come to */
	struct signer_spec spec;               /* all but its names */
	enum cli_style style;
	int verbose;
};

/*
 * Leaves optind at the first file and *argc behind the last.  Ends the process on
 * a usage error.
 */
void sign_options_read(struct sign_options *o, int *argc, char *argv[]);
void sign_options_free(struct sign_options *o);

#endif
