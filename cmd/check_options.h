#ifndef CMD_CHECK_OPTIONS_H
#define CMD_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The command line of dkim-check, checked. */
struct check_options {
	struct buf domain, selector; /* empty: not given */
	const char *key;             /* NULL: the key directory's */
	const char *directory;
	struct buf passphrase; /* p NULL for none */
	const char **servers;  /* owned; the strings are argv's */
	size_t nservers;
	const char *zone;
	unsigned seconds;
	const char *signing_table, *key_table; /* NULL: not given */
	bool all_matches;
	bool all;
	bool authoritative;
	bool message;
	bool json;
	int64_t wait; /* seconds; 0: look once */
	int64_t now;
	int verbose;
};

/* Ends the program with 64 when the command line is wrong. */
void check_options_read(struct check_options *o, int argc, char *argv[]);
void check_options_free(struct check_options *o);

#endif
