#ifndef DKIM_CANON_H
#define DKIM_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "ext/scan.h"
#include "mail/header.h"

/* RFC 6376 section 3.4. */
enum canon { CANON_SIMPLE, CANON_RELAXED };

const char *canon_name(enum canon c);

/*
 * "header[/body]", the body being simple when it is not named (section 3.5).
 * False, with both untouched, for anything else.
 */
ATTR_CHECK bool canon_parse(struct span text, enum canon *header,
    enum canon *body);

/* Appends the field in canonical form, CRLF at its end included. */
void canon_field(enum canon c, const struct field *field, struct buf *out);

/*
 * The body as a stream.  Give it the octets in pieces of any size; it hands
 * canonical octets to put, in large pieces.  A line ends at LF, and a CR straight before that
 * LF belongs to the line ending, so LF and CRLF input give the same octets.  A
 * last line without an ending gets one.
 */
typedef void canon_put(void *arg, const void *p, size_t n);

enum { CANON_BLOCK = 32 << 10 };

struct canon_body {
	enum canon mode;
	canon_put *put;
	void *arg;
	uint64_t blank_lines; /* held back: they count only if text follows */
	bool space;           /* relaxed: white space held back */
	bool cr;              /* CR held back: LF may follow */
	bool text;            /* this line has put something out */
	bool any;             /* the body has put something out */
	size_t n;             /* octets in block, not yet handed to put */
	char block[CANON_BLOCK + SCAN_SLACK];
};

void canon_body_init(struct canon_body *c, enum canon mode, canon_put *put,
    void *arg);
void canon_body_add(struct canon_body *c, const void *p, size_t n);
void canon_body_end(struct canon_body *c);

#endif
