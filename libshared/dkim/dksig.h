#ifndef DKIM_DKSIG_H
#define DKIM_DKSIG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "dkim/verdict.h"
#include "mail/header.h"

/* RFC 4870 section 3.4.2: as it is, or without any white space. */
enum dkcanon { DKCANON_SIMPLE, DKCANON_NOFWS };

const char *dkcanon_name(enum dkcanon c);

/*
 * A DomainKey-Signature field as values (RFC 4870 section 3.3).  Spans lie in
 * the header that it was parsed from.
 */
struct dksig {
	enum dkcanon canon;   /* c= */
	struct span domain;   /* d= */
	struct span selector; /* s= */
	bool listed;          /* there is an h= */
	struct span fields;   /* h=, to be taken apart with taglist_item */
	struct buf b;         /* decoded */
	struct buf ascii;     /* d= in A-labels */
	struct buf query;     /* selector._domainkey.domain, likewise */
};

/* *v is settled when the field is defective; what was read is there then. */
void dksig_parse(struct dksig *s, const struct field *field, enum verdict *v);
void dksig_free(struct dksig *s);

/*
 * A signature is about the fields below it: all of them, or those named by h=,
 * every occurrence of each.
 */
bool dksig_covers(const struct dksig *s, const struct field *own,
    const struct field *f);

/* A key record (RFC 4870 section 3.2.3). */
struct dkkey {
	struct buf granularity; /* g=, a local-part; empty for any */
	bool testing;           /* t=y */
	struct buf pub;         /* p= decoded; empty means revoked */
};

/*
 * One of DKIM will do.  *shaped tells whether the text is meant as a key record
 * at all.  False, with k freed and *v settled, when it cannot be used.
 */
ATTR_CHECK bool dkkey_parse(struct dkkey *k, struct span text, bool *shaped,
    enum verdict *v);
void dkkey_free(struct dkkey *k);

#endif
