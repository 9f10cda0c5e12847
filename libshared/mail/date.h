#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/span.h"

/*
 * A date-time (RFC 5322 section 3.3, without comments) as seconds since 1970.
 * Zones of letters count as UTC (section 4.3).
 */
ATTR_CHECK bool date_parse(struct span text, int64_t *out);

/* The date of a Received value: what stands behind its last ";". */
ATTR_CHECK bool date_received(struct span value, int64_t *out);

#endif
