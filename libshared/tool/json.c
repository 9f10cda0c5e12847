#include "tool/json.h"

static void
separate(struct json *j)
{
	if (j->comma)
		buf_addc(j->out, ',');
	j->comma = true;
}

void
json_begin(struct json *j, char bracket)
{
	separate(j);
	buf_addc(j->out, bracket);
	j->comma = false;
}

void
json_end(struct json *j, char bracket)
{
	buf_addc(j->out, bracket);
	j->comma = true;
}

static void
put_string(struct buf *out, struct span text)
{
	bool utf8 = span_utf8(text);

	buf_addc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (utf8 && c == 0xc2 && (unsigned char)text.p[i + 1] < 0xa0)
			buf_addf(out, "\\u%04X", (unsigned char)text.p[++i]);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c > 0x7f && !utf8))
			buf_addf(out, "\\u%04X", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

void
json_name(struct json *j, const char *name)
{
	separate(j);
	put_string(j->out, span_str(name));
	buf_addc(j->out, ':');
	j->comma = false;
}

void
json_string(struct json *j, struct span text)
{
	separate(j);
	put_string(j->out, text);
}

void
json_number(struct json *j, int64_t value)
{
	separate(j);
	buf_addf(j->out, "%lld", (long long)value);
}

void
json_bool(struct json *j, bool value)
{
	separate(j);
	buf_adds(j->out, value ? "true" : "false");
}

void
json_null(struct json *j)
{
	separate(j);
	buf_adds(j->out, "null");
}

void
json_text(struct json *j, const char *name, struct span text)
{
	json_name(j, name);
	if (text.n > 0)
		json_string(j, text);
	else
		json_null(j);
}

void
json_word(struct json *j, const char *name, const char *word)
{
	json_text(j, name, span_str(word != NULL ? word : ""));
}

void
json_flag(struct json *j, const char *name, bool value)
{
	json_name(j, name);
	json_bool(j, value);
}

void
json_count(struct json *j, const char *name, int64_t value)
{
	json_name(j, name);
	json_number(j, value);
}
