#include "check/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/mem.h"
#include "check/meanings.h"
#include "tool/json.h"

void
findings_add(struct findings *all, enum finding_code code, struct span subject,
    const char *fmt, ...)
{
	struct finding *one;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	all->v = mem_grow(all->v, all->n + 1, sizeof(*all->v));
	one = &all->v[all->n++];
	*one = (struct finding){ .code = code };
	buf_add_span(&one->subject, subject);
	buf_adds(&one->detail, text);
}

void
findings_say(struct findings *all, enum finding_code code, struct span subject)
{
	findings_add(all, code, subject, "%s", "");
}

void
findings_append(struct findings *all, struct findings *more)
{
	all->v = mem_grow(all->v, all->n + more->n + 1, sizeof(*all->v));
	for (size_t i = 0; i < more->n; i++)
		all->v[all->n++] = more->v[i];
	free(more->v);
	*more = (struct findings){ 0 };
}

bool
findings_have(const struct findings *all, enum finding_code code)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].code == code)
			return true;
	return false;
}

void
findings_free(struct findings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		buf_free(&all->v[i].subject);
		buf_free(&all->v[i].detail);
	}
	free(all->v);
	*all = (struct findings){ 0 };
}

int
findings_status(const struct findings *all)
{
	int status = EX_OK;

	for (size_t i = 0; i < all->n; i++)
		switch (meaning_of(all->v[i].code)->severity) {
		case ERROR: return 1;
		case TEMPORARY: status = EX_TEMPFAIL; break;
		default: break;
		}
	return status;
}

static const char *
word(enum severity s)
{
	static const char *const words[] = { "ok", "note", "warning", "error",
		"error" };

	return words[s];
}

void
findings_text(const struct findings *all, struct buf *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *one = &all->v[i];
		const struct meaning *m = meaning_of(one->code);

		buf_addf(out, "%s %s ", word(m->severity), m->code);
		buf_add_visible(out, buf_span(&one->subject));
		buf_addf(out, ": %s", m->why);
		if (one->detail.n > 0) {
			buf_adds(out, " (");
			buf_add_visible(out, buf_span(&one->detail));
			buf_addc(out, ')');
		}
		if (m->advice != NULL)
			buf_addf(out, "; %s", m->advice);
		buf_addc(out, '\n');
	}
}

void
findings_json(const struct findings *all, struct buf *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *one = &all->v[i];
		const struct meaning *m = meaning_of(one->code);
		struct json j = { .out = out };

		json_begin(&j, '{');
		json_word(&j, "severity", word(m->severity));
		json_word(&j, "code", m->code);
		json_flag(&j, "temporary", m->severity == TEMPORARY);
		json_text(&j, "subject", buf_span(&one->subject));
		json_word(&j, "why", m->why);
		json_text(&j, "detail", buf_span(&one->detail));
		json_word(&j, "advice", m->advice);
		json_end(&j, '}');
		buf_addc(out, '\n');
	}
}
