#ifndef WHY_CHARSET_H
#define WHY_CHARSET_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * Conversions that relays make on the way.  All append to out and return false
 * when the text has nothing to convert or is not of the kind; out is then of no
 * use.
 */
ATTR_CHECK bool charset_latin1_to_utf8(struct span text, struct buf *out);
ATTR_CHECK bool charset_utf8_to_latin1(struct span text, struct buf *out);

/*
 * Quoted-printable (RFC 2045 section 6.7) decoded: all of the text or, where it
 * has lines that say a part is in quoted-printable, these parts; the lines then
 * say 8bit.
 */
ATTR_CHECK bool charset_qp_decode_parts(struct span text, struct buf *out);
/* The reverse for all of the text, in lines of at most 76 octets. */
ATTR_CHECK bool charset_qp_encode(struct span text, struct buf *out);

/* The whole text in base64, in lines of 76 digits. */
ATTR_CHECK bool charset_base64_encode(struct span text, struct buf *out);

/* A header value with its encoded words (RFC 2047) as UTF-8. */
ATTR_CHECK bool charset_words_decode(struct span value, struct buf *out);

/* How charset_words_encode writes a word. */
struct charset_style {
	const char *charset; /* "UTF-8" or "utf-8" */
	char encoding;       /* B, b, Q or q */
	bool split;          /* in words of at most 75 octets, SP between */
};

/* The whole of text as encoded words. */
void charset_words_encode(struct span text, const struct charset_style *style,
    struct buf *out);

#endif
