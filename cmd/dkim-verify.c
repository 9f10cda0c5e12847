/* dkim-verify: print what the signatures of messages are worth. */

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "dkim/domainkeys.h"
#include "dkim/verifier.h"
#include "dns/resolver.h"
#include "ext/file.h"
#include "ext/folder.h"
#include "mail/date.h"
#include "mail/message.h"
#include "report/authres.h"
#include "report/dump.h"
#include "report/outcome.h"
#include "report/report.h"
#include "report/summary.h"
#include "tool/handover.h"
#include "tool/output.h"
#include "verify_many.h"
#include "verify_options.h"

/* The work of one run. */
struct run {
	struct verify_options o;
	struct resolver *dns;
	struct keycache *keys;
	struct output out; /* without a name until it is needed */
	int worst;         /* exit status so far */
	bool begun;        /* something was written */
	struct many many;
	struct summary summary;
	bool colour; /* standard output is a terminal that wants it */
};

/* Text for standard output, or whatever -o names. */
static bool
write_text(struct run *r, struct span text, struct fault *f)
{
	return (r->out.name != NULL || output_open(&r->out, r->o.output, f)) &&
	    file_write(r->out.fd, r->out.name, text.p, text.n, f);
}

/* What came of a message, here or in a worker. */
static bool
take(void *arg, int status, struct span text, struct fault *f)
{
	struct run *r = arg;
	struct buf all = { 0 };
	bool ok;

	r->worst = status > r->worst ? status : r->worst;
	if (r->o.summary) {
		summary_count(&r->summary, text);
		return true;
	}
	if (r->o.format == FORMAT_TSV && !r->begun)
		report_tsv_head(&all);
	r->begun = true;
	buf_add_span(&all, text);
	ok = write_text(r, buf_span(&all), f);
	buf_free(&all);
	return ok;
}

static int64_t
judging_time(const struct run *r, const struct header *h)
{
	const struct field *received = header_find(h, SPAN("Received"));
	int64_t when;

	if (r->o.now_received && received != NULL &&
	    date_received(received->value, &when))
		return when;
	return r->o.rules.now;
}

/* EXIT STATUS of dkim-verify(1). */
static int
exit_status(const struct run *r, const struct report *report)
{
	enum result result = outcome_of(report->verdicts, report->acceptance);
	enum dkverify_action action = DKVERIFY_ACCEPT;

	if (r->o.policy)
		action = dkverify_judge(&r->o.letters, report->verdicts,
		    report->acceptance, report->domainkeys);
	if (action != DKVERIFY_ACCEPT)
		return cli_refusal(action == DKVERIFY_DEFER, r->o.style);
	if (r->o.reject != 0 ?
		(r->o.reject >> result & 1) == 0 :
		r->o.filter || r->o.policy || result == RESULT_PASS)
		return EX_OK;
	return cli_refusal(result == RESULT_TEMPERROR, r->o.style);
}

static void
format(const struct run *r, const struct report *report, const char *eol,
    struct buf *out)
{
	switch (r->o.format) {
	case FORMAT_AUTHRES:
		authres_format(r->o.authserv_id, report->verdicts,
		    report->domainkeys, report->header, eol, out);
		break;
	case FORMAT_JSON: report_json(report, out); break;
	case FORMAT_KV: report_kv(report, out); break;
	case FORMAT_TEXT: report_text(report, out); break;
	case FORMAT_TSV: report_tsv(report, out); break;
	}
}

/* -v: what was looked up, and what came of it. */
static void
tell(const struct message *m, const struct verdicts *v)
{
	for (size_t i = 0; i < v->n; i++) {
		struct span query = buf_span(&v->v[i].sig.query);
		const char *why = v->v[i].dns_why;

		cli_note("%s: %.*s: %s (%s%s%s)", input_name(m->in),
		    (int)query.n, query.n > 0 ? query.p : "",
		    result_name(result_of(&v->v[i])),
		    verdict_code(v->v[i].verdict), why != NULL ? ": " : "",
		    why != NULL ? why : "");
	}
}

static void
tell_refused(const struct message *m, const struct report *report)
{
	const struct domainkeys_result *dk = report->domainkeys;

	cli_note("%s: refused: dkim=%s%s%s", input_name(m->in),
	    result_name(outcome_of(report->verdicts, report->acceptance)),
	    dk != NULL ? " domainkeys=" : "",
	    dk != NULL ? result_name(domainkeys_result_of(dk)) : "");
}

/* -f, or for a command: the message itself. */
static bool
write_whole(struct run *r, struct message *m, struct span field,
    struct fault *f)
{
	for (size_t i = 0; i < m->header.n; i++)
		m->header.v[i].removed = authres_forged(&m->header.v[i],
		    r->o.authserv_id);
	m->drop = SPAN("Authentication-Results");
	if (r->o.command != NULL)
		return handover(m, field, r->o.command, f);
	return output_open(&r->out, r->o.output, f) &&
	    message_write(m, field, r->out.fd, r->out.name, f);
}

static bool
write_result(struct run *r, struct message *m, const struct report *report,
    struct fault *f)
{
	int status = exit_status(r, report);
	struct buf text = { 0 };
	bool ok = true;

	if (r->o.verbose > 0)
		tell(m, report->verdicts);
	if (r->o.filter && status != EX_OK) {
		tell_refused(m, report);
		r->worst = status > r->worst ? status : r->worst;
		return true;
	}
	if (r->o.summary)
		summary_lines(report, &text);
	else
		format(r, report, m->eol, &text);
	if (r->o.filter)
		ok = write_whole(r, m, buf_span(&text), f);
	else if (many_is_worker(&r->many))
		many_pass_on(&r->many, status, buf_span(&text));
	else
		ok = take(r, status, buf_span(&text), f);
	buf_free(&text);
	return ok;
}

/* Who reads the body, besides the verifier only where asked for. */
struct readers {
	struct verifier *verifier;
	struct domainkeys *domainkeys;
	struct dump *dump;
	struct explain *explain;
	struct verifier_rules rules;
	struct resolver *dns; /* goes on meanwhile */
	int fd;               /* where the body comes from */
};

/* qmail-queue(8) tells reading from writing, <sysexits.h> does not. */
static void
reading_failed(const struct run *r, struct fault *f)
{
	if (r->o.style == CLI_QMAIL_QUEUE && f->code == EX_IOERR)
		f->code = EX_NOINPUT;
}

static void
feed(void *arg, const void *p, size_t n)
{
	const struct readers *to = arg;

	verifier_add(to->verifier, p, n);
	if (to->domainkeys != NULL)
		domainkeys_add(to->domainkeys, p, n);
	if (to->dump != NULL)
		dump_add(to->dump, p, n);
	if (to->explain != NULL)
		explain_add(to->explain, p, n);
	resolver_meanwhile(to->dns, to->fd);
}

static bool
begin_readers(const struct run *r, struct readers *to, const struct header *h,
    size_t number, struct fault *f)
{
	to->rules = r->o.rules;
	to->rules.now = judging_time(r, h);
	resolver_next(to->dns);
	if (r->o.dump != NULL &&
	    (to->dump = dump_begin(r->o.dump, number, h, f)) == NULL)
		return false;
	if (r->o.explain)
		to->explain = explain_new();
	if (r->o.domainkeys)
		to->domainkeys = domainkeys_begin(h, to->rules.min_key_bits,
		    to->dns);
	to->verifier = verifier_begin(h, &to->rules, to->dns, r->keys);
	resolver_meanwhile(to->dns, to->fd);
	return true;
}

/* What they have to say now that they have read it all. */
static bool
conclude(struct run *r, struct message *m, const struct readers *to,
    const char *name, struct fault *f)
{
	struct report report = { .file = name,
		.header = &m->header,
		.acceptance = &r->o.acceptance,
		.explain = to->explain,
		.now = to->rules.now,
		.colour = r->colour };

	if (to->dump != NULL && !dump_end(to->dump, f))
		return false;
	report.verdicts = verifier_end(to->verifier);
	if (to->explain != NULL)
		explain_run(to->explain,
		    &(struct why_message){ .header = &m->header,
			.verdicts = report.verdicts,
			.rules = &to->rules,
			.dns = to->dns });
	if (to->domainkeys != NULL)
		report.domainkeys = domainkeys_end(to->domainkeys);
	return write_result(r, m, &report, f);
}

/* One message; closes in. */
static bool
verify(void *arg, struct input *in, const char *name, size_t number,
    struct fault *f)
{
	struct run *r = arg;
	struct message m = { 0 };
	struct readers to = { .dns = r->dns, .fd = input_fd(in) };
	bool ok = false;

	if (!message_open(&m, in, f)) {
		reading_failed(r, f);
	} else if (begin_readers(r, &to, &m.header, number, f)) {
		if (message_body(&m, feed, &to, f))
			ok = conclude(r, &m, &to, name, f);
		else
			reading_failed(r, f);
	}
	verifier_free(to.verifier);
	domainkeys_free(to.domainkeys);
	dump_free(to.dump);
	explain_free(to.explain);
	message_close(&m);
	input_close(in);
	return ok;
}

/* Each message by itself; one that fails does not stop the others. */
static void
note_failure(void *arg, const struct fault *f)
{
	struct run *r = arg;
	int status = cli_status(f, r->o.style);

	cli_report(f);
	r->worst = status > r->worst ? status : r->worst;
}

/* The zone, or the name servers, are known, and nothing of a message yet. */
static void
enter_sandbox(const struct run *r)
{
	const struct verify_options *o = &r->o;
	const struct paths *files = &r->many.files;
	struct sandbox s;

	sandbox_plan(&s,
	    (o->command != NULL ? SANDBOX_EXEC : 0) |
		(o->zone == NULL ? SANDBOX_NET : 0) |
		(r->many.jobs > 1 ? SANDBOX_FORK : 0) |
		(o->filter || o->mbox ? SANDBOX_SPOOL : 0));
	/* Links in a folder may lead anywhere. */
	if (r->many.folders)
		sandbox_read(&s, "/");
	for (size_t i = 0; i < files->n && !r->many.folders; i++)
		if (!input_is_stdin(files->v[i].path))
			sandbox_read(&s, files->v[i].path);
	if (o->dump != NULL)
		sandbox_write(&s, o->dump);
	output_plan(o->output, &s);
	cli_enter(&s, o->verbose);
}

static bool
verify_files(struct run *r, char *files[], int n, struct fault *f)
{
	bool stdin_too = input_among(files, n),
	     alone = stdin_too || r->o.filter || (r->o.dump && r->o.mbox);

	r->many = (struct many){ .mbox = r->o.mbox,
		.keep = r->o.filter,
		.bar = isatty(STDERR_FILENO) &&
		    (r->o.output != NULL || !isatty(STDOUT_FILENO)),
		/* Not what comes once, nor numbers behind such a mailbox. */
		.jobs = alone ? 1 : r->o.jobs,
		.arg = r,
		.one = verify,
		.take = take,
		.failed = note_failure };
	if (!stdin_too)
		input_unused();
	if (r->many.jobs > 1)
		resolver_share(r->dns);
	many_list(&r->many, files, (size_t)n);
	enter_sandbox(r);
	return many_run(&r->many, f);
}

static bool
write_summary(struct run *r, struct fault *f)
{
	struct buf text = { 0 };
	bool ok;

	if (r->o.format == FORMAT_TSV)
		summary_tsv(&r->summary, &text);
	else if (r->o.format == FORMAT_JSON)
		summary_json(&r->summary, &text);
	else
		summary_text(&r->summary, &text);
	ok = write_text(r, buf_span(&text), f);
	buf_free(&text);
	return ok;
}

static bool
finish(struct run *r, struct fault *f)
{
	return (!r->o.summary || write_summary(r, f)) &&
	    (r->out.name == NULL ||
		output_commit(&r->out, OUTPUT_REPLACE, NULL, NULL, f));
}

/* https://no-color.org */
static bool
wants_colour(const char *output)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return output == NULL && isatty(STDOUT_FILENO) &&
	    (no == NULL || *no == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

int
main(int argc, char *argv[])
{
	char standard[] = "-", *only[] = { standard };
	struct run r = { 0 };
	struct fault f;
	bool ok;

	cli_start(argc, argv);
	if (cli_asks_qmail(argc, argv))
		cli_answer_queue();
	cli_reads_stdin();
	verify_options_read(&r.o, &argc, argv);
	if (!crypto_start(false, &f))
		cli_die(&f, r.o.style);
	r.dns = r.o.zone != NULL ?
	    resolver_zone(r.o.zone, &f) :
	    resolver_network(r.o.servers, r.o.nservers, r.o.seconds, &f);
	/* To qmail-queue(8) only the message is what is read. */
	if (r.dns == NULL && r.o.style == CLI_QMAIL_QUEUE)
		f.code = EX_CONFIG;
	if (r.dns == NULL)
		cli_die(&f, r.o.style);
	r.keys = keycache_new();
	r.colour = wants_colour(r.o.output);
	ok = optind < argc ?
	    verify_files(&r, argv + optind, argc - optind, &f) :
	    verify_files(&r, only, 1, &f);
	ok = ok && (many_is_worker(&r.many) || finish(&r, &f));
	if (r.out.name != NULL)
		output_close(&r.out);
	if (!ok)
		cli_die(&f, r.o.style);
	resolver_free(r.dns);
	keycache_free(r.keys);
	summary_free(&r.summary);
	verify_options_free(&r.o);
	cli_finish(r.worst, r.o.style);
}
