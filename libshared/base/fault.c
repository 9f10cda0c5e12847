#include "base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = sizeof(((struct fault *)0)->text) };

/* Appends text, whatever is not printable ASCII as \xNN, cut at the room. */
static void
append(struct fault *f, const char *text)
{
	size_t n = strlen(f->text);

	for (; *text != '\0' && n + 5 < ROOM; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c <= 0x7e)
			f->text[n++] = (char)c;
		else
			n += (size_t)snprintf(f->text + n, ROOM - n, "\\x%02x",
			    c);
	}
	f->text[n] = '\0';
}

static void ATTR_VPRINTF(2)
    append_format(struct fault *f, const char *fmt, va_list ap)
{
	char raw[ROOM];

	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	append(f, raw);
}

bool
fault_set(struct fault *f, int code, const char *fmt, ...)
{
	va_list ap;

	*f = (struct fault){ .code = code };
	va_start(ap, fmt);
	append_format(f, fmt, ap);
	va_end(ap);
	return false;
}

bool
fault_errno(struct fault *f, int code, const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	*f = (struct fault){ .code = code };
	va_start(ap, fmt);
	append_format(f, fmt, ap);
	va_end(ap);
	append(f, ": ");
	append(f, why);
	return false;
}

bool
fault_context(struct fault *f, const char *fmt, ...)
{
	struct fault inner = *f;
	va_list ap;

	f->text[0] = '\0';
	va_start(ap, fmt);
	append_format(f, fmt, ap);
	va_end(ap);
	append(f, ": ");
	append(f, inner.text);
	return false;
}
