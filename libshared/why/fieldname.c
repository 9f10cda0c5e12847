#include "why/fieldname.h"

static bool
name_among(struct span name, const char *const names[])
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (span_eq_nocase(name, span_str(names[i])))
			return true;
	return false;
}

unsigned
fieldname_kind(struct span name)
{
	static const char *const subject[] = { "Subject", "Thread-Topic",
		NULL };
	static const char *const address[] = { "From", "Sender", "Reply-To",
		"To", "Cc", "Resent-From", "Resent-To", "Resent-Cc",
		"Resent-Sender", NULL };

	if (name_among(name, subject))
		return FIELD_SUBJECT;
	if (name_among(name, address))
		return FIELD_ADDRESS;
	return span_begins_nocase(name, SPAN("Content-")) ? FIELD_MIME :
							    FIELD_OTHER;
}

void
fieldname_spell(struct span name, struct buf *out)
{
	static const char *const others[] = { "MIME-Version", "Message-ID",
		"DKIM-Signature", NULL };
	bool start = true;

	for (size_t i = 0; others[i] != NULL; i++)
		if (span_eq_nocase(name, span_str(others[i]))) {
			buf_adds(out, others[i]);
			return;
		}
	for (size_t i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);

		buf_addc(out,
		    start && ascii_alpha(c) ? (char)(c - 'a' + 'A') : c);
		start = c == '-';
	}
}

const char *const *
fieldname_values(struct span name)
{
	static const char *const encoding[] = { " 7bit", " 8bit",
		" quoted-printable", " base64", " binary", " 7BIT", " 8BIT",
		NULL };
	static const char *const type[] = { " text/plain; charset=utf-8",
		" text/plain; charset=\"utf-8\"", " text/plain; charset=UTF-8",
		" text/plain; charset=\"UTF-8\"", " text/plain",
		" text/plain; charset=us-ascii",
		" text/plain; charset=\"us-ascii\"",
		" text/plain; charset=iso-8859-1",
		" text/plain; charset=UTF-8; format=flowed",
		" text/plain; charset=utf-8; format=flowed",
		" text/html; charset=utf-8", " text/html; charset=\"utf-8\"",
		" text/html; charset=UTF-8", " text/html; charset=\"UTF-8\"",
		NULL };
	static const char *const version[] = { " 1.0", " 1.0 (1.0)", NULL };
	static const char *const language[] = { " en-US", " en", " de",
		" de-DE", " en-GB", NULL };
	static const char *const disposition[] = { " inline", NULL };
	static const char *const precedence[] = { " bulk", " list", NULL };
	static const char *const empty[] = { "", " ", NULL };
	static const char *const nobody[] = { " undisclosed-recipients:;",
		" undisclosed-recipients: ;", "", NULL };
	static const struct {
		const char *name;
		const char *const *values;
	} common[] = {
		{ "Content-Transfer-Encoding", encoding },
		{ "Content-Type", type },
		{ "MIME-Version", version },
		{ "Content-Language", language },
		{ "Content-Disposition", disposition },
		{ "Precedence", precedence },
		{ "Subject", empty },
		{ "Cc", empty },
		{ "To", nobody },
	};

	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		if (span_eq_nocase(name, span_str(common[i].name)))
			return common[i].values;
	return NULL;
}
