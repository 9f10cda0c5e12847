#ifndef EXT_SCAN_H
#define EXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Copying text up to what needs thought, many octets at a time. */
struct scanned {
	size_t in;  /* octets of src that are done with */
	size_t out; /* octets at dst that they became */
};

enum { SCAN_SLACK = 32 };

/*
 * Copies text, and CRLF for the line ends in it.  With words a run of SP and HTAB
 * becomes one SP, or nothing at the end of a line.  It may stop anywhere, and does
 * so before
 *	a line end that comes first, or that CR or LF follows;
 *	a CR that is no part of a line end;
 *	with words, a run that comes first, is all of a line, ends the text, or
 *	    has such a CR behind it.
 * dst has room for 2 * n + SCAN_SLACK octets, and those behind the copied ones
 * may be overwritten.
 */
struct scanned scan_lines(char *dst, const char *src, size_t n, bool words);

#endif
