#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Writes JSON (RFC 8259) into a buf; commas come by themselves.  Strings are
 * taken as UTF-8; an octet that is none comes out as U+0080 to U+00FF, and control
 * characters are always escaped.
 */
struct json {
	struct buf *out;
	bool comma; /* the next value needs one before it */
};

void json_begin(struct json *j, char bracket); /* '{' or '[' */
void json_end(struct json *j, char bracket);   /* '}' or ']' */
void json_name(struct json *j, const char *name);
void json_string(struct json *j, struct span text);
void json_number(struct json *j, int64_t value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* Members of an object.  A text without octets and a word NULL become null. */
void json_text(struct json *j, const char *name, struct span text);
void json_word(struct json *j, const char *name, const char *word);
void json_flag(struct json *j, const char *name, bool value);
void json_count(struct json *j, const char *name, int64_t value);

#endif
