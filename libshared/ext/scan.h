#ifndef EXT_SCAN_H
#define EXT_SCAN_H

#include <stddef.h>

/*
 * Copying octets up to the first one that needs thought, many at a time where
 * the machine can.  Each copies from src to dst and returns how many octets it
 * copied, at most n.  dst has room for n + SCAN_SLACK octets, and those behind
 * the copied ones may be overwritten.
 */
enum { SCAN_SLACK = 16 };

/* Up to the first CR or LF. */
size_t scan_copy_line(char *dst, const char *src, size_t n);

/*
 * Up to the first CR, LF or HTAB, or an SP that is not followed by an octet
 * other than CR, LF, HTAB and SP; one at the end of src counts as such.
 */
size_t scan_copy_words(char *dst, const char *src, size_t n);

#endif
