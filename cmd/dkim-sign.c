/* dkim-sign: sign messages. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/limits.h"
#include "dkim/sig.h"
#include "dkim/signer.h"
#include "ext/file.h"
#include "ext/workers.h"
#include "mail/address.h"
#include "mail/domain.h"
#include "mail/lines.h"
#include "mail/message.h"
#include "sign_options.h"
#include "tool/handover.h"
#include "tool/output.h"

/* The work of one run: what is read once, and the message at hand. */
struct run {
	struct sign_options o;
	enum output_old old; /* what becomes of a file in the way */
	char *folder;        /* with new names that are not synced yet */
	struct message m;
	struct keyset keys; /* chosen for this message */
	struct lines lines;
	struct signer *signer;
};

/* The author, or *why there is none. */
static bool
find_author(const struct run *r, struct mailbox *author, const char **why)
{
	const struct header *h = &r->m.header;
	struct span name = span_str(r->o.from_header);

	if (r->o.domain.n > 0) {
		*author = (struct mailbox){ 0 };
		buf_add_span(&author->domain, buf_span(&r->o.domain));
		return true;
	}
	if (header_count(h, name) == 0)
		name = SPAN("From");
	*why = h->malformed != NULL    ? h->malformed :
	    header_count(h, name) == 0 ? "no From field" :
	    header_count(h, name) > 1  ? "more than one author field" :
					 NULL;
	return *why == NULL &&
	    address_author(header_find(h, name)->value, author, why);
}

/* Must a message not go out unsigned?  By default where a key is named. */
static bool
key_is_due(const struct run *r)
{
	const struct sign_options *o = &r->o;

	if (o->no_key != NO_KEY_DEFAULT)
		return o->no_key == NO_KEY_FAIL;
	return o->sign_command.program != NULL || o->key_files;
}

/* KEY_ABSENT, with a fault that says so, when the message goes unsigned. */
static enum key_found
choose_keys(struct run *r, struct fault *f)
{
	enum key_found found = KEY_ABSENT;
	struct mailbox box;
	const char *why = NULL;

	if (find_author(r, &box, &why)) {
		struct author a = { buf_span(&box.local),
			buf_span(&box.domain) };

		if (r->o.sign_command.program != NULL) {
			keyset_add(&r->keys, a.domain,
			    span_str(r->o.choice.selectors[0]), NULL);
			found = KEY_FOUND;
		} else {
			found = keychoice_find(&r->o.choice, &a, &r->keys, f);
		}
		mailbox_free(&box);
	} else {
		(void)fault_set(f, EX_DATAERR, "%s: %s", input_name(r->m.in),
		    why);
	}
	return found == KEY_ABSENT && key_is_due(r) ? KEY_FAILED : found;
}

/*
 * --if-signed: true when this key need not sign again, because there is a
 * well-formed signature of its domain and selector.  A field that only claims
 * the domain, or an older one, does not stop it.
 */
static bool
signed_already(struct run *r, const struct signing_key *k)
{
	struct header *h = &r->m.header;
	struct buf name = { 0 };
	bool any = false;

	if (r->o.if_signed == IF_SIGNED_ADD)
		return false;
	domain_key_name(buf_span(&k->selector), buf_span(&k->domain), &name);
	for (size_t i = 0; i < h->n; i++) {
		enum verdict v = VERDICT_OPEN;
		struct sig s;

		if (!span_eq_nocase(h->v[i].name, SPAN("DKIM-Signature")))
			continue;
		sig_parse(&s, &h->v[i], &v);
		if (span_eq(buf_span(&s.ascii), buf_span(&k->domain))) {
			any = any ||
			    (v == VERDICT_OPEN && s.b.n > 0 &&
				span_eq(buf_span(&s.query), buf_span(&name)));
			if (r->o.if_signed == IF_SIGNED_REPLACE)
				h->v[i].removed = true;
		}
		sig_free(&s);
	}
	buf_free(&name);
	return any && r->o.if_signed == IF_SIGNED_SKIP;
}

/*
 * Adds one signature, unless -a or --if-signed rules it out.  *fit counts the keys
 * that -a admits.
 */
static bool
want(struct run *r, const struct signing_key *k, size_t *fit, struct fault *f)
{
	struct sign_options *o = &r->o;
	struct signer_spec spec = o->spec;

	if (k->key != NULL && !o->any_algorithm &&
	    key_type(k->key) != o->algorithm.key)
		return true;
	++*fit;
	if (signed_already(r, k))
		return true;
	spec.domain = buf_span(&k->domain);
	spec.selector = buf_span(&k->selector);
	spec.identity = o->identity.n > 0 ? buf_span(&o->identity) :
					    buf_span(&k->identity);
	if (o->identity.n > 0 &&
	    !domain_within(span_from(spec.identity, o->identity_domain),
		spec.domain))
		return fault_set(f, EX_CONFIG, "-i %s: not within %.*s",
		    spec.identity.p, (int)spec.domain.n, spec.domain.p);
	if (o->verbose > 0)
		cli_note("%s: signing for %.*s with %.*s", input_name(r->m.in),
		    (int)spec.domain.n, spec.domain.p, (int)spec.selector.n,
		    spec.selector.p);
	return k->key != NULL ?
	    signer_want(r->signer, &spec, k->key, f) :
	    signer_want_remote(r->signer, &spec, &o->remote, f);
}

static bool
want_all(struct run *r, size_t *fit, struct fault *f)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->keys.n; i++)
		ok = want(r, &r->keys.v[i], fit, f);
	return ok;
}

static void
add_body(void *arg, const void *p, size_t n)
{
	struct run *r = arg;

	if (r->signer != NULL)
		signer_add(r->signer, p, n);
	if (r->o.lines_fail || r->o.verbose > 0)
		lines_add(&r->lines, p, n);
}

/* What a relay may change on the way, and break the signature with. */
static bool
check_lines(struct run *r, struct fault *f)
{
	const char *name = input_name(r->m.in);
	struct lines *l = &r->lines;
	size_t header = header_longest_line(&r->m.header);

	l->longest = header > l->longest ? header : l->longest;
	if (r->o.lines_fail && l->longest > LIMIT_LINE)
		return fault_set(f, EX_DATAERR,
		    "%s: a line of %zu octets will be broken by a relay", name,
		    l->longest);
	if (r->o.verbose == 0)
		return true;
	if (l->longest > LIMIT_LINE)
		cli_note("%s: a line of %zu octets may be broken by a relay",
		    name, l->longest);
	if (l->bare_cr)
		cli_note("%s: a CR without LF may be changed by a relay", name);
	if (l->eight_bit &&
	    header_count(&r->m.header, SPAN("MIME-Version")) == 0)
		cli_note("%s: 8-bit text without MIME may be changed by a "
			 "relay",
		    name);
	return true;
}

static bool
write_message(struct run *r, struct span top, const char *target,
    const struct stat *like, struct fault *f)
{
	struct output out;
	bool ok;

	if (r->o.command != NULL)
		return handover(&r->m, top, r->o.command, f);
	if (!output_open(&out, target, f))
		return false;
	ok = r->o.header_only ? file_write(out.fd, out.name, top.p, top.n, f) :
				message_write(&r->m, top, out.fd, out.name, f);
	ok = ok &&
	    output_commit(&out, r->old, like, like != NULL ? &r->folder : NULL,
		f);
	output_close(&out);
	return ok;
}

/* The new fields, or none where nothing is to sign with. */
static bool
make_fields(struct run *r, struct buf *top, struct fault *f)
{
	enum key_found found = choose_keys(r, f);
	size_t fit = 0;

	if (found == KEY_FAILED)
		return false;
	if (found == KEY_ABSENT && r->o.verbose > 0)
		cli_note("%s: passed unsigned", f->text);
	if (found == KEY_FOUND &&
	    ((r->signer = signer_begin(&r->m.header, f)) == NULL ||
		!want_all(r, &fit, f)))
		return fault_context(f, "%s", input_name(r->m.in));
	if (found == KEY_FOUND && fit == 0 && !r->o.any_algorithm)
		return fault_set(f, EX_CONFIG, "no key for -a %s",
		    algorithm_name(r->o.algorithm));
	if (!message_body(&r->m, add_body, r, f) || !check_lines(r, f))
		return false;
	return r->signer == NULL || signer_end(r->signer, r->m.eol, top, f);
}

static bool
sign(struct run *r, const char *path, const char *target, struct fault *f)
{
	struct input *in = input_open(path, !r->o.header_only, f);
	struct buf top = { 0 };
	bool ok = false;

	r->m = (struct message){ 0 };
	r->lines = (struct lines){ 0 };
	if (in == NULL || !message_open(&r->m, in, f))
		goto done;
	ok = make_fields(r, &top, f) &&
	    write_message(r, buf_span(&top), target,
		!input_is_stdin(path) ? input_stat(in) : NULL, f);
done:
	signer_free(r->signer);
	r->signer = NULL;
	keyset_free(&r->keys);
	message_close(&r->m);
	input_close(in);
	buf_free(&top);
	return ok;
}

/* The last one answers for the name of each before it, too. */
static bool
sign_file(struct run *r, const char *path, bool last, struct fault *f)
{
	const char *slash = strrchr(path, '/');
	struct buf target = { 0 };
	struct fault own;
	bool ok;

	if (r->o.in_place)
		buf_adds(&target, path);
	else
		buf_addf(&target, "%s/%s", r->o.output,
		    slash != NULL ? slash + 1 : path);
	buf_addc(&target, '\0');
	ok = sign(r, path, target.p, f);
	buf_free(&target);
	if (!last || output_sync(&r->folder, &own))
		return ok;
	if (!ok)
		(void)fault_context(&own, "%s; besides", f->text);
	*f = own;
	return false;
}

/* What a worker tells its parent of each file. */
enum { SIGNED = 1, FAILED };

static bool
sign_share(struct run *r, struct workers *w, char *files[], size_t n,
    struct fault *f)
{
	bool ok = true;

	keychoice_forked(&r->o.choice);
	for (size_t i = w->self; ok && i < n; i += w->n) {
		struct fault own;

		if (sign_file(r, files[i], i + w->n >= n, &own))
			workers_tell(w, SIGNED, 0, SPAN(""));
		else
			workers_tell(w, FAILED, own.code, span_str(own.text));
		ok = workers_send(w, f);
	}
	return ok;
}

static bool
was_signed(struct workers *w, size_t i, const char *file, struct fault *f)
{
	struct worker_note note;
	struct buf text = { 0 };
	bool ok = false;

	if (!workers_hear(w, i % w->n, &note, &text, f))
		(void)fault_context(f, "%s: the process that had it", file);
	else if (note.kind == FAILED)
		(void)fault_set(f, note.value, "%.*s", (int)text.n,
		    text.n > 0 ? text.p : "");
	else
		ok = true;
	buf_free(&text);
	return ok;
}

/*
 * Each file by itself; one that fails does not stop the others.  *worst is the
 * highest status.  False only in a worker that nobody listens to.
 */
static bool
sign_files(struct run *r, char *files[], size_t n, int *worst, struct fault *f)
{
	size_t jobs = r->o.jobs < n ? r->o.jobs : n;
	struct workers w = { 0 };
	bool ok = true;

	/* Files of one name from two folders must not swallow each other. */
	r->old = r->o.in_place ? OUTPUT_REPLACE : OUTPUT_KEEP;
	if (jobs > 1)
		workers_start(&w, jobs);
	if (w.child)
		ok = sign_share(r, &w, files, n, f);
	for (size_t i = 0; !w.child && i < n; i++) {
		struct fault own;
		int status;

		if (jobs > 1 ? was_signed(&w, i, files[i], &own) :
			       sign_file(r, files[i], i + 1 == n, &own))
			continue;
		cli_report(&own);
		status = cli_status(&own, r->o.style);
		*worst = status > *worst ? status : *worst;
	}
	workers_end(&w);
	return ok;
}

/* What -k names has been read, and nothing of a message yet. */
static void
enter_sandbox(const struct run *r, char *files[], int n)
{
	const struct sign_options *o = &r->o;
	bool starts = o->command != NULL || o->choice.command != NULL ||
	    o->sign_command.program != NULL;
	struct sandbox s;

	sandbox_plan(&s,
	    (starts ? SANDBOX_EXEC : 0) | (o->jobs > 1 ? SANDBOX_FORK : 0) |
		((n > 0 && !input_among(files, n)) || o->header_only ?
			0 :
			SANDBOX_SPOOL));
	keychoice_plan(&o->choice, &s);
	if (o->in_place)
		output_plan_all(files, (size_t)n, &s);
	for (int i = 0; i < n && !o->in_place; i++)
		sandbox_read(&s, files[i]);
	if (n > 0 && !o->in_place)
		sandbox_write(&s, o->output);
	else
		output_plan(o->output, &s);
	cli_enter(&s, o->verbose);
}

int
main(int argc, char *argv[])
{
	struct run r = { 0 };
	char report[1024];
	struct fault f;
	int status = EX_OK;
	bool ok;

	cli_start(argc, argv);
	if (cli_asks_qmail(argc, argv))
		cli_answer_remote(report, sizeof(report));
	cli_reads_stdin();
	sign_options_read(&r.o, &argc, argv);
	/* Before the message, while that may still be on its way. */
	if (!crypto_start(r.o.choice.access.passphrase.p != NULL, &f) ||
	    !keychoice_open(&r.o.choice, r.o.no_key == NO_KEY_PASS, &f))
		cli_die(&f, r.o.style);
	if (optind < argc && !input_among(argv + optind, argc - optind))
		input_unused();
	enter_sandbox(&r, argv + optind, argc - optind);
	ok = optind < argc ? sign_files(&r, argv + optind,
				 (size_t)(argc - optind), &status, &f) :
			     sign(&r, "-", r.o.output, &f);
	if (!ok)
		cli_die(&f, r.o.style);
	sign_options_free(&r.o);
	cli_finish(status, r.o.style);
}
