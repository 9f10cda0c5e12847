/* dkim-check: is the record right, and is it live? */

#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/limits.h"
#include "check/lint.h"
#include "check/preflight.h"
#include "check/probe.h"
#include "check/servers.h"
#include "check_options.h"
#include "dns/resolver.h"
#include "ext/clock.h"
#include "ext/file.h"
#include "keys/keydir.h"
#include "keys/keyinput.h"
#include "keys/keytable.h"
#include "mail/domain.h"
#include "tool/cli.h"

enum { PAUSE_MAX = 30 * 1000 }; /* milliseconds between two looks */

/* What is to be checked: names, and their keys where there are any. */
struct work {
	struct check_options o;
	struct keyset keys;
	struct fault no_key;     /* why a key is NULL */
	struct findings spoiled; /* keys that are there and cannot be read */
};

static struct resolver *
open_resolver(const struct check_options *o, struct fault *f)
{
	struct resolver *dns = o->zone != NULL ?
	    resolver_zone(o->zone, f) :
	    resolver_network(o->servers, o->nservers, o->seconds, f);

	if (dns != NULL)
		resolver_inspect(dns, true);
	return dns;
}

/* The one record that was named; the key need not be there to look at it. */
static bool
one_key(struct work *w, struct fault *f)
{
	const struct check_options *o = &w->o;
	struct span domain = buf_span(&o->domain),
		    selector = buf_span(&o->selector);
	struct buf path = { 0 };
	struct key *key;

	if (o->key != NULL) {
		if ((key = keyinput_read(o->key, buf_span(&o->passphrase),
			 f)) == NULL)
			return false;
	} else {
		keydir_path(o->directory, domain, selector, &path);
		key = keyinput_read(path.p, buf_span(&o->passphrase),
		    &w->no_key);
		buf_free(&path);
	}
	keyset_add(&w->keys, domain, selector, key);
	return true;
}

/* The keys in use of a domain: one that cannot be read hides no other. */
static void
current_keys(struct work *w, struct span domain)
{
	/* Nothing is signed here. */
	const struct key_access access = { .insecure = true,
		.passphrase = buf_span(&w->o.passphrase) };
	struct fault f;

	for (enum key_type type = KEY_RSA; type <= KEY_ED25519; type++)
		if (keydir_linked(w->o.directory, domain, type, &access,
			&w->keys, &f) == KEY_FAILED)
			findings_add(&w->spoiled, FINDING_KEY_UNREADABLE,
			    domain, "%s", f.text);
}

static bool
all_keys(struct work *w, struct fault *f)
{
	struct keydir_domains all;
	bool ok = keydir_domains(w->o.directory, &all, f);

	for (size_t i = 0; ok && i < all.n; i++)
		current_keys(w, buf_span(&all.v[i]));
	keydir_domains_free(&all);
	return ok;
}

static bool
gather(struct work *w, struct fault *f)
{
	struct span domain = buf_span(&w->o.domain);
	const char *dir = w->o.directory;

	if (w->o.selector.n > 0)
		return one_key(w, f);
	if (!w->o.all)
		current_keys(w, domain);
	else if (!all_keys(w, f))
		return false;
	if (w->keys.n > 0 || w->spoiled.n > 0)
		return true;
	return fault_set(f, EX_NOINPUT, "%s%s%.*s: no key in use", dir,
	    w->o.all ? "" : "/", (int)domain.n, domain.p);
}

/* Asks one by one the zone's own servers, or those given. */
static void
check_servers(const struct check_options *o, const struct probe *p, int64_t end,
    struct resolver *dns, struct findings *out)
{
	struct servers list = { 0 };
	struct buf name = { 0 };
	struct servers_how how = { .recursive = !o->authoritative, .end = end };

	domain_key_name(p->selector, p->domain, &name);
	how.question = buf_span(&name);
	if (o->authoritative) {
		const struct answer *a = resolver_wait(dns,
		    resolver_ask(dns, how.question));

		if (a->links > 0)
			how.question = buf_span(&a->target);
		servers_of_zone(&list, how.question, o->servers, o->nservers,
		    dns);
	} else {
		servers_add(&list, o->servers, o->nservers);
	}
	if (list.n > 0)
		servers_probe(&list, &how, p, dns, out);
	else
		findings_say(out, FINDING_NO_SERVERS, how.question);
	servers_free(&list);
	buf_free(&name);
}

static bool
check_one(const struct work *w, const struct signing_key *k, int64_t end,
    struct findings *out, struct fault *f)
{
	const struct check_options *o = &w->o;
	struct resolver *dns = open_resolver(o, f);
	struct buf pub = { 0 }, name = { 0 };
	struct probe p = { .domain = buf_span(&k->domain),
		.selector = buf_span(&k->selector),
		.compare = k->key != NULL,
		.why_not = w->no_key.text,
		.offline = o->zone != NULL };

	if (dns == NULL)
		return false;
	resolver_until(dns, end);
	if (p.compare) {
		key_public(k->key, &pub);
		p.type = key_type(k->key);
		p.pub = buf_span(&pub);
	}
	domain_key_name(p.selector, p.domain, &name);
	if (o->authoritative || (o->wait > 0 && o->nservers > 0))
		check_servers(o, &p, end, dns, out);
	else
		probe_answer(&p,
		    resolver_wait(dns, resolver_ask(dns, buf_span(&name))), dns,
		    out);
	resolver_free(dns);
	buf_free(&pub);
	buf_free(&name);
	return true;
}

/* end: of the whole run, 0 for none. */
static bool
check_keys(const struct work *w, int64_t end, struct findings *out,
    struct fault *f)
{
	for (size_t i = 0; i < w->keys.n; i++) {
		int64_t one = clock_ms() + (int64_t)w->o.seconds * 1000, share;

		if (end > 0 && (share = clock_share(end, w->keys.n - i)) < one)
			one = share;
		if (!check_one(w, &w->keys.v[i], one, out, f))
			return false;
	}
	return true;
}

/*
 * Looks until there is no error, or until the time is over.  Of a look that the
 * end cut short the findings would be that nothing answers: those of the last
 * that had twice the time any before it took stand.
 */
static bool
check_until(const struct work *w, struct findings *out, struct fault *f)
{
	int64_t end = clock_ms() + w->o.wait * 1000, pause = 1000, longest = 0,
		began, now;

	for (;;) {
		struct findings found = { 0 };
		bool done;

		began = clock_ms();
		if (!check_keys(w, w->o.wait > 0 ? end : 0, &found, f))
			return false;
		now = clock_ms();
		done = findings_status(&found) == EX_OK;
		if (done || out->n == 0 ||
		    (now < end && end - began >= 2 * longest)) {
			findings_free(out);
			findings_append(out, &found);
		}
		findings_free(&found);
		if (done || now >= end)
			return true;
		if (w->o.verbose > 0)
			cli_note("not yet; %lld s left",
			    (long long)(end - now) / 1000);
		longest = now - began > longest ? now - began : longest;
		pause = pause < end - now ? pause : end - now;
		(void)poll(NULL, 0, (int)pause);
		pause = 2 * pause < PAUSE_MAX ? 2 * pause : PAUSE_MAX;
	}
}

static bool
check_message(const struct work *w, struct findings *out, struct fault *f)
{
	struct verifier_rules rules = { .now = w->o.now,
		.clock_skew = LIMIT_CLOCK_SKEW,
		.min_key_bits = LIMIT_RSA_BITS_MIN,
		.max_signatures = LIMIT_SIGNATURES_JUDGED,
		.allow_body_length = true };
	struct resolver *dns = open_resolver(&w->o, f);
	struct input *in = dns != NULL ? input_open("-", false, f) : NULL;
	bool ok = in != NULL && preflight(in, &rules, dns, out, f);

	input_close(in);
	resolver_free(dns);
	return ok;
}

static void
table_finding(void *arg, enum keytable_finding what,
    const struct fault *finding)
{
	static const enum finding_code codes[] = {
		[KEYTABLE_WRONG] = FINDING_TABLE_ROW,
		[KEYTABLE_SHADOWED] = FINDING_TABLE_SHADOWED,
		[KEYTABLE_TWO_KEYS] = FINDING_TABLE_TWO_KEYS,
		[KEYTABLE_UNUSED] = FINDING_TABLE_UNUSED,
	};

	findings_say(arg, codes[what], span_str(finding->text));
}

static void
table_key(void *arg, const char *where, const struct key *key)
{
	struct buf pub = { 0 };

	key_public(key, &pub);
	(void)lint_key(key_type(key), buf_span(&pub), span_str(where), arg);
	buf_free(&pub);
}

/* The tables of dkim-sign, whole; their keys are looked up with --all. */
static bool
check_tables(struct work *w, struct fault *f)
{
	const struct check_options *o = &w->o;
	struct findings *out = &w->spoiled;
	const struct keytables tables = { .signing = o->signing_table,
		.keys = o->key_table,
		.all = o->all_matches };
	const struct key_access access = {
		.passphrase = buf_span(&o->passphrase)
	};
	const struct keytable_tell tell = { table_finding, table_key, out };

	if (keytable_check(&tables, &access, &tell) == 0)
		findings_say(out, FINDING_TABLES, span_str(o->signing_table));
	/* What cannot be read is told already. */
	return !o->all || keytable_list(&tables, &access, &w->keys, &tell, f) ||
	    findings_status(out) != EX_OK;
}

/* Keys are read, and nothing of a message or of a server yet. */
static void
enter_sandbox(const struct check_options *o)
{
	struct sandbox s;

	sandbox_plan(&s, o->zone == NULL ? SANDBOX_NET : 0);
	/* In an hour there may be another file of that name. */
	sandbox_read(&s,
	    o->wait > 0         ? "/" :
		o->zone != NULL ? o->zone :
				  "/etc/resolv.conf");
	cli_enter(&s, o->verbose);
}

/* To look at the records only the public half is needed. */
static void
forget_private(struct keyset *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct key *private = keys->v[i].key, *public = NULL;
		struct buf octets = { 0 };
		enum key_defect why;

		if (private != NULL) {
			key_public(private, &octets);
			public = key_from_public(key_type(private),
			    buf_span(&octets), &why);
		}
		/* One with a defect stays, for that is to be told. */
		if (public != NULL) {
			key_free(private);
			keys->v[i].key = public;
		}
		buf_free(&octets);
	}
}

static bool
look(struct work *w, struct findings *out, struct fault *f)
{
	bool ok = w->o.message         ? true :
	    w->o.signing_table != NULL ? check_tables(w, f) :
					 gather(w, f);

	if (!ok)
		return false;
	forget_private(&w->keys);
	enter_sandbox(&w->o);
	return w->o.message ? check_message(w, out, f) : check_until(w, out, f);
}

int
main(int argc, char *argv[])
{
	struct work w = { 0 };
	struct findings found = { 0 };
	struct buf text = { 0 };
	struct fault f;
	int status;

	cli_start(argc, argv);
	check_options_read(&w.o, argc, argv);
	if (w.o.message)
		cli_reads_stdin();
	if (!crypto_start(w.o.passphrase.p != NULL, &f) ||
	    !look(&w, &found, &f))
		cli_die(&f, CLI_SYSEXITS);
	findings_append(&found, &w.spoiled);
	status = findings_status(&found);
	if (w.o.json)
		findings_json(&found, &text);
	else
		findings_text(&found, &text);
	if (!file_write(STDOUT_FILENO, "stdout", text.p, text.n, &f))
		cli_die(&f, CLI_SYSEXITS);
	buf_free(&text);
	findings_free(&found);
	keyset_free(&w.keys);
	check_options_free(&w.o);
	cli_finish(status, CLI_SYSEXITS);
}
