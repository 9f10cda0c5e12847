#ifndef KEYS_TABLE_H
#define KEYS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"

/*
 * A text file of keys and values as OpenDKIM keeps them: one pair a line, white
 * space between, "#" begins a comment, empty lines do not count.
 */

enum table_kind {
	TABLE_PLAIN,    /* FILE or file:FILE: keys are words */
	TABLE_PATTERNS, /* refile:FILE: in keys "*" stands for anything */
	TABLE_SORTED    /* sorted:FILE: words in octet order, lower case */
};

struct table {
	enum table_kind kind;
	const char *path; /* within the specification */
	int fd;
	uint64_t size;
	/* The piece of the file at hand: octets from first to end of chunk. */
	char *chunk;
	size_t first, end;
	uint64_t offset; /* where in the file the octet at end lies */
	uint64_t line;   /* as in struct row, of the one last read */
	size_t ahead;    /* octets read at a time */
	size_t used;     /* of chunk, to be wiped */
};

/* One line; the spans hold until the next call for this table. */
struct row {
	struct span key, value;
	uint64_t at;   /* where in the file it begins */
	uint64_t line; /* its number; 0 when only a search knows it */
};

enum table_got {
	TABLE_ROW,
	TABLE_END,
	TABLE_BAD,   /* a line is no row: the fault names file, line and why */
	TABLE_FAILED /* the file cannot be read */
};

/*
 * EX_USAGE for a kind of table that only OpenDKIM has (db:, dsn:, ldap:...),
 * EX_NOINPUT for a file that cannot be opened, EX_CONFIG for one of more than
 * LIMIT_TABLE octets.  {0} may be closed, too.
 */
ATTR_CHECK bool table_open(struct table *t, const char *spec, struct fault *f);
void table_close(struct table *t);

/* The next line that is one; after TABLE_BAD the call goes on behind it. */
ATTR_CHECK enum table_got table_next(struct table *t, struct row *row,
    struct fault *f);

/*
 * TABLE_SORTED only: what table_next then gives is the first row whose key is
 * not before this one, which is in lower case.  Reads about as many pieces as
 * the number of lines has binary digits, and fails with TABLE_DISORDER when
 * those that it meets are not in order.
 */
ATTR_CHECK bool table_seek(struct table *t, struct span key, struct fault *f);

#define TABLE_DISORDER "not in the order of LC_ALL=C sort"

/* Puts "FILE:LINE: " of a row before the fault there is; false. */
bool table_context(const struct table *t, const struct row *row,
    struct fault *f);
/* EX_CONFIG, "FILE:LINE: why"; false. */
bool table_fault(const struct table *t, const struct row *row, struct fault *f,
    const char *why);

/* Appends a value with the author's domain in place of each "%". */
void table_fill(struct span text, struct span domain, struct buf *out);

/* Does text, whatever its case, match a key of this table? */
bool table_match(const struct table *t, struct span key, struct span text);

#endif
