#ifndef DKIM_SIG_H
#define DKIM_SIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dkim/algorithm.h"
#include "dkim/canon.h"
#include "dkim/verdict.h"
#include "mail/header.h"

/*
 * A DKIM-Signature field as values (RFC 6376 section 3.5).  Spans lie in the
 * header that it was parsed from.  A value that is absent or not valid is an
 * empty span, an empty buf or the value named.
 */
struct sig {
	bool known_algorithm;
	struct algorithm algorithm; /* a= */
	struct span algorithm_text; /* a= as it stands, when it is a word */
	enum canon canon_header;    /* c= before the slash */
	enum canon canon_body;
	struct span domain;     /* d= */
	struct span selector;   /* s= */
	struct buf identity;    /* i= decoded */
	size_t identity_domain; /* where in identity the domain begins */
	bool below;             /* that domain is not d= but lies below it */
	struct span fields;     /* h=, to be taken apart with taglist_item */
	size_t nfields;
	uint64_t limit;      /* l=; BODYHASH_ALL */
	int64_t signed_at;   /* t=, seconds since 1970; -1 */
	int64_t expires;     /* x=, likewise */
	struct span copied;  /* z= */
	struct span b_value; /* b= as it stands, white space around included */
	struct buf bh;       /* decoded octets */
	struct buf b;
	struct buf ascii; /* d= in A-labels */
	struct buf query; /* selector._domainkey.domain, likewise */
};

/*
 * Reads as much as there is.  *v is settled when the field is defective (section
 * 6.1.1); what was read can still be reported then.  An empty b= is taken: it
 * is what a signer begins with.
 */
void sig_parse(struct sig *s, const struct field *field, enum verdict *v);
void sig_free(struct sig *s);

/* How often h= names a field. */
size_t sig_covers(const struct sig *s, struct span name);

/*
 * The field itself as it is hashed, before canonicalization: without the b=
 * value.  It lies in raw, which has to be empty.
 */
struct field sig_own(const struct sig *s, const struct field *own,
    struct buf *raw);

/*
 * Hands the header hash input to put: the fields of h= and then own, its b=
 * value left out and no CRLF after it (sections 3.7 and 5.4.2).
 */
void sig_put_header(const struct sig *s, const struct header *header,
    const struct field *own, canon_put *put, void *arg);

/* Adds the same to d. */
void sig_hash_header(const struct sig *s, const struct header *header,
    const struct field *own, struct digest *d);

#endif
