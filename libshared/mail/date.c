#include "mail/date.h"

#include <string.h>

/* The next word: white space and ":" and "," end it. */
static struct span
take_word(struct span *rest)
{
	static const char ends[] = " \t\r\n,:";
	struct span word;
	size_t n = 0;

	while (rest->n > 0 && memchr(ends, rest->p[0], sizeof(ends) - 1))
		*rest = span_from(*rest, 1);
	while (n < rest->n && !memchr(ends, rest->p[n], sizeof(ends) - 1))
		n++;
	word = (struct span){ rest->p, n };
	*rest = span_from(*rest, n);
	return word;
}

static bool
take_number(struct span *rest, unsigned digits, uint64_t max, int64_t *out)
{
	uint64_t n;

	if (!span_u64(take_word(rest), digits, &n) || n > max)
		return false;
	*out = (int64_t)n;
	return true;
}

static bool
take_month(struct span *rest, int64_t *out)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct span word = take_word(rest);

	for (int64_t i = 0; word.n == 3 && i < 12; i++)
		if (span_eq_nocase(word, (struct span){ months + 3 * i, 3 })) {
			*out = i + 1;
			return true;
		}
	return false;
}

/* Seconds to take off for a zone such as +0130. */
static int64_t
zone_offset(struct span zone)
{
	uint64_t n;
	int64_t seconds;

	if (zone.n != 5 || (zone.p[0] != '+' && zone.p[0] != '-') ||
	    !span_u64(span_from(zone, 1), 4, &n))
		return 0;
	seconds = (int64_t)(n / 100 * 3600 + n % 100 * 60);
	return zone.p[0] == '-' ? -seconds : seconds;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t
days(int64_t year, int64_t month, int64_t day)
{
	/* Years begin in March, so that a leap day is the last of one. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
	    day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

bool
date_parse(struct span text, int64_t *out)
{
	struct span rest = text, peek;
	int64_t day, month, year, hour, minute, second = 0;

	peek = take_word(&rest);
	if (peek.n > 0 && ascii_digit(peek.p[0]))
		rest = text;
	if (!take_number(&rest, 2, 31, &day) || day == 0 ||
	    !take_month(&rest, &month) || !take_number(&rest, 4, 9999, &year))
		return false;
	/* Section 4.3: years of two digits. */
	if (year < 100)
		year += year < 50 ? 2000 : 1900;
	if (!take_number(&rest, 2, 23, &hour) ||
	    !take_number(&rest, 2, 59, &minute))
		return false;
	peek = rest;
	if (peek.n > 0 && peek.p[0] == ':' &&
	    !take_number(&rest, 2, 60, &second))
		return false;
	*out = days(year, month, day) * 86400 + hour * 3600 + minute * 60 +
	    second - zone_offset(take_word(&rest));
	return true;
}

bool
date_received(struct span value, int64_t *out)
{
	const char *semicolon = value.n > 0 ? memrchr(value.p, ';', value.n) :
					      NULL;

	return semicolon != NULL &&
	    date_parse(span_from(value, (size_t)(semicolon - value.p) + 1),
		out);
}
