#include "keys/keytemplate.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "ext/newfile.h"
#include "mail/domain.h"

bool
keytemplate_is(const char *path)
{
	return strchr(path, '%') != NULL;
}

/* What the "%" at the start of text stands for; '\0' when for nothing. */
static char
escape(const char *text)
{
	char c = text[1];

	/* Not %d and "omain": no file would ever be found. */
	if (strncmp(text + 1, "domain", 6) == 0 ||
	    strncmp(text + 1, "selector", 8) == 0)
		return '\0';
	if (c == 'd' || c == 's' || c == '%')
		return c;
	return ascii_alpha(c) || ascii_digit(c) ? '\0' : 'd';
}

/* How many octets an escape takes: a bare "%" is one. */
static size_t
escape_length(const char *text)
{
	return text[1] == 'd' || text[1] == 's' || text[1] == '%' ? 2 : 1;
}

/* A "%" and the letters and digits behind it. */
static size_t
word_length(const char *text)
{
	size_t n = 1;

	while (ascii_alpha(text[n]) || ascii_digit(text[n]))
		n++;
	return n;
}

bool
keytemplate_check(const char *text, bool selector, struct fault *f)
{
	for (const char *p = strchr(text, '%'); p != NULL;
	     p = strchr(p + escape_length(p), '%')) {
		if (escape(p) == '\0')
			return fault_set(f, EX_CONFIG,
			    "%s: %.*s stands for nothing (%%d, %%s, %%%%)",
			    text, (int)word_length(p), p);
		if (escape(p) == 's' && !selector)
			return fault_set(f, EX_USAGE, "%s: %%s needs -s", text);
	}
	return true;
}

/* One pass: what is put in is never looked at again. */
static void
expand(const char *text, struct span domain, struct span selector,
    struct buf *out)
{
	while (*text != '\0') {
		if (*text != '%') {
			buf_addc(out, *text++);
			continue;
		}
		switch (escape(text)) {
		case 'd': buf_add_span(out, domain); break;
		case 's': buf_add_span(out, selector); break;
		default: buf_addc(out, '%'); break;
		}
		text += escape_length(text);
	}
	buf_addc(out, '\0');
}

static bool
drop_suffix(struct span *name, const char *suffix)
{
	size_t n = strlen(suffix);

	if (name->n <= n || memcmp(name->p + name->n - n, suffix, n) != 0)
		return false;
	name->n -= n;
	return true;
}

static struct span
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span name = span_str(slash != NULL ? slash + 1 : path);

	if (!drop_suffix(&name, ".pem") && !drop_suffix(&name, ".key"))
		(void)drop_suffix(&name, ".private");
	return name;
}

char *
keytemplate_folder(const char *text)
{
	char *fixed = mem_strndup(text, strcspn(text, "%"));
	char *folder = newfile_folder(fixed);

	free(fixed);
	return folder;
}

static enum key_found
store_absent(const char *text, struct fault *f)
{
	char *folder = keytemplate_folder(text);
	enum key_found found = keysource_absent(folder, f);

	free(folder);
	return found;
}

enum key_found
keytemplate_find(const char *text, struct span domain, struct span selector,
    const struct key_access *access, struct keyset *out, struct fault *f)
{
	struct buf path = { 0 };
	enum key_found found;
	struct key *key;

	do {
		path.n = 0;
		expand(text, domain, selector, &path);
		found = keysource_read(path.p, access, &key, f);
	} while (found == KEY_ABSENT && domain_parent(domain, &domain));
	if (found == KEY_FOUND) {
		if (selector.n == 0)
			selector = base_name(path.p);
		if (selector_ok(selector)) {
			keyset_add(out, domain, selector, key);
		} else {
			(void)fault_set(f, EX_CONFIG,
			    "%s: the file name is no selector", path.p);
			key_free(key);
			found = KEY_FAILED;
		}
	}
	buf_free(&path);
	return found == KEY_ABSENT ? store_absent(text, f) : found;
}
