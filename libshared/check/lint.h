#ifndef CHECK_LINT_H
#define CHECK_LINT_H

#include "check/findings.h"
#include "crypto/pubkey.h"

/* What a record says its key is. */
struct linted {
	enum key_type type;
	struct buf pub; /* octets of p=; empty when there is nothing to use */
};

/*
 * Says what is wrong with, or remarkable about, the text of a key record.
 * subject is what the findings are to be about.  True when nothing in the text
 * keeps a receiver from using it.
 */
bool lint_record(struct span text, struct span subject, struct linted *key,
    struct findings *out);
void linted_free(struct linted *key);

/* The same for the key itself; also right for one that is not published. */
bool lint_key(enum key_type type, struct span pub, struct span subject,
    struct findings *out);

/* Appends "RSA of 2048 bits" or "Ed25519". */
void lint_describe(enum key_type type, struct span pub, struct buf *out);

/* Is the text meant as a key record?  Also true for one that is damaged. */
bool lint_shaped(struct span text);

#endif
