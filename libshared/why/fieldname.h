#ifndef WHY_FIELDNAME_H
#define WHY_FIELDNAME_H

#include "base/buf.h"

/* Kinds of header fields, by what mail systems do to them. */
enum {
	FIELD_SUBJECT = 1, /* Subject */
	FIELD_ADDRESS = 2, /* From, Sender, Reply-To, To, Cc... */
	FIELD_MIME = 4,    /* Content-... */
	FIELD_OTHER = 8,
	FIELD_ANY = FIELD_SUBJECT | FIELD_ADDRESS | FIELD_MIME | FIELD_OTHER
};

unsigned fieldname_kind(struct span name);

/* Appends the name as most programs write it. */
void fieldname_spell(struct span name, struct buf *out);

/* What a field that is gone, or another now, may have said; NULL ends them. */
const char *const *fieldname_values(struct span name);

#endif
