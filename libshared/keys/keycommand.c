#include "keys/keycommand.h"

#include <string.h>
#include <sysexits.h>

#include "base/limits.h"
#include "ext/command.h"
#include "mail/domain.h"

static bool
plain_octet(char c)
{
	return ascii_alpha(c) || ascii_digit(c) ||
	    (c != '\0' && strchr("._+=-", c) != NULL);
}

static bool
is_plain(struct span local)
{
	for (size_t i = 0; i < local.n; i++)
		if (!plain_octet(local.p[i]))
			return false;
	return local.p[0] != '-';
}

static bool
has_control(struct span local)
{
	for (size_t i = 0; i < local.n; i++)
		if ((unsigned char)local.p[i] < 0x20 || local.p[i] == 0x7f)
			return true;
	return false;
}

/* The second argument, with a NUL. */
static void
put_address(const struct author *a, struct buf *out)
{
	if (a->local.n > 0 && !has_control(a->local)) {
		if (is_plain(a->local))
			buf_add_span(out, a->local);
		else
			buf_add_quoted(out, a->local);
		buf_addc(out, '@');
		buf_add_span(out, a->domain);
	}
	buf_addc(out, '\0');
}

/* "SELECTOR" or "DOMAIN SELECTOR". */
static bool
read_names(struct span line, struct span *domain, struct span *selector)
{
	size_t n = 0;

	while (n < line.n && !ascii_wsp(line.p[n]))
		n++;
	if (n == line.n) {
		*selector = line;
		return selector_ok(line);
	}
	*domain = (struct span){ line.p, n };
	*selector = span_trim(span_from(line, n));
	return domain_ok(*domain) && selector_ok(*selector);
}

/* From here through the line that ends the key. */
static struct span
cut_pem(struct span *rest)
{
	struct span text = *rest, line;

	while (span_cut(rest, '\n', &line))
		if (span_begins(line, SPAN("-----END ")))
			break;
	if (rest->p != NULL)
		text.n = (size_t)(rest->p - text.p);
	return text;
}

static enum key_found
read_blocks(const char *program, struct span rest, const struct author *author,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	enum key_found found = KEY_ABSENT;
	struct span line;

	while (span_cut(&rest, '\n', &line)) {
		struct span domain = author->domain, selector;
		struct key *key;

		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (!read_names(line, &domain, &selector) || rest.p == NULL) {
			(void)fault_set(f, EX_CONFIG,
			    "%s: its output is not SELECTOR or DOMAIN SELECTOR "
			    "and then a key",
			    program);
			return KEY_FAILED;
		}
		key = keysource_parse(cut_pem(&rest), access, program, f);
		if (key == NULL)
			return KEY_FAILED;
		if (out->n == LIMIT_CHOSEN_KEYS) {
			key_free(key);
			(void)fault_set(f, EX_CONFIG, "%s: too many keys",
			    program);
			return KEY_FAILED;
		}
		keyset_add(out, domain, selector, key);
		found = KEY_FOUND;
	}
	return found;
}

enum key_found
keycommand_find(const char *program, int64_t seconds,
    const struct author *author, const struct key_access *access,
    struct keyset *out, struct fault *f)
{
	struct buf domain = { 0 }, address = { 0 }, text = { 0 };
	struct command c = { .max = LIMIT_COMMAND_OUTPUT, .seconds = seconds };
	enum key_found found = KEY_FAILED;
	const char *argv[4] = { program };

	buf_add_span(&domain, author->domain);
	buf_addc(&domain, '\0');
	put_address(author, &address);
	argv[1] = domain.p;
	argv[2] = address.p;
	c.argv = argv;
	/* Never moved, so that no copy of a key stays behind. */
	buf_reserve(&text, LIMIT_COMMAND_OUTPUT + 8192);
	if (command_run(&c, &text, f))
		found = read_blocks(program, buf_span(&text), author, access,
		    out, f);
	buf_wipe(&text);
	buf_free(&domain);
	buf_free(&address);
	return found;
}
