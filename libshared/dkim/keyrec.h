#ifndef DKIM_KEYREC_H
#define DKIM_KEYREC_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "dkim/algorithm.h"
#include "dkim/verdict.h"

/* A key record (RFC 6376 section 3.6.1). */
struct keyrec {
	enum key_type type; /* k= */
	bool known_type;    /* false: k= names something else */
	bool sha1, sha256;  /* h=; both when absent */
	bool email;         /* s= has "*" or "email" */
	bool testing;       /* t=y */
	bool strict;        /* t=s */
	struct buf pub;     /* p= decoded, owned; empty means revoked */
};

/*
 * *shaped tells whether the text is meant as a key record at all: a list of
 * tags with p= in it and no other version than DKIM1.  False, with k freed and
 * *v settled, when it cannot be used.
 */
ATTR_CHECK bool keyrec_parse(struct keyrec *k, struct span text, bool *shaped,
    enum verdict *v);
void keyrec_free(struct keyrec *k);

/* What a record says besides its key; text is for n=, NULL for none. */
struct keyrec_options {
	bool testing;     /* t=y */
	bool strict;      /* t=s */
	bool sha256;      /* h=sha256 */
	const char *note; /* n= */
};

/* Appends the text of a record; an empty pub makes one that revokes. */
void keyrec_format(enum key_type type, struct span pub,
    const struct keyrec_options *options, struct buf *out);

#endif
