#ifndef CHECK_PREFLIGHT_H
#define CHECK_PREFLIGHT_H

#include "base/attr.h"
#include "base/fault.h"
#include "check/findings.h"
#include "dkim/verifier.h"
#include "ext/input.h"

/*
 * Reads a message and says what receivers will make of it: its signatures and
 * what they leave open, and the DMARC and SPF records of the domain of From:.
 */
ATTR_CHECK bool preflight(struct input *in, const struct verifier_rules *rules,
    struct resolver *dns, struct findings *out, struct fault *f);

#endif
