#ifndef DNS_ANSWERSHARE_H
#define DNS_ANSWERSHARE_H

#include <stddef.h>

#include "dns/dnsquery.h" /* struct dnsquestion */
#include "dns/resolver.h" /* struct answer */

/*
 * Answers that processes have in common, so that each question is asked by one of
 * them.  The first that takes a question asks it and gives the answer, the others
 * wait for that as long as they like; nobody waits in here.  It survives the death
 * of any of them.
 */
struct answershare;

enum share {
	SHARE_ASK,   /* nobody else does: answershare_give is due for *place */
	SHARE_WAIT,  /* another one is asking */
	SHARE_KNOWN, /* *answer is it */
	SHARE_NONE   /* no room for this one: ask for yourself */
};

/* To be made before the processes part.  NULL when there is no memory for it. */
struct answershare *answershare_new(void);
void answershare_free(struct answershare *s); /* this process' view of it */

/* *answer is {0}. */
enum share answershare_take(struct answershare *s, const struct dnsquestion *q,
    size_t *place, struct answer *answer);

/*
 * Only what was found or found missing is kept; after anything else, or NULL, the
 * next one that takes the question asks it anew.
 */
void answershare_give(struct answershare *s, size_t place,
    const struct answer *answer);

#endif
