#include "verify_many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ext/clock.h"
#include "ext/folder.h"
#include "mail/mbox.h"

static void
hide_bar(struct many *m)
{
	if (m->visible)
		(void)fputs("\r\x1b[K", stderr);
	m->visible = false;
}

static void
show_bar(struct many *m)
{
	enum { PATIENCE = 1000, EVERY = 200, WIDTH = 40 };
	int64_t now = m->bar ? clock_ms() : 0;
	size_t filled = m->total > 0 ? m->done * WIDTH / m->total : 0;

	if (!m->bar || now - m->began < PATIENCE || now - m->shown < EVERY)
		return;
	m->shown = now;
	m->visible = true;
	(void)fputs("\r[", stderr);
	for (size_t i = 0; m->total > 0 && i < WIDTH; i++)
		(void)fputc(i < filled ? '#' : '.', stderr);
	(void)fprintf(stderr, "%s%zu", m->total > 0 ? "] " : "", m->done);
	if (m->total > 0)
		(void)fprintf(stderr, "/%zu ", m->total);
	else
		(void)fputs(" messages] ", stderr);
}

/* What a worker tells. */
enum {
	RESULT = 1, /* status and text, for take */
	FAILURE,    /* code and text of a fault */
	MESSAGE,    /* the message of a mailbox is done */
	END         /* and so is the file */
};

bool
many_is_worker(const struct many *m)
{
	return m->workers.child;
}

void
many_pass_on(struct many *m, int status, struct span text)
{
	workers_tell(&m->workers, RESULT, status, text);
}

static void
note_failure(struct many *m, const struct fault *why)
{
	if (many_is_worker(m)) {
		workers_tell(&m->workers, FAILURE, why->code,
		    span_str(why->text));
		return;
	}
	hide_bar(m);
	m->failed(m->arg, why);
}

/* A message or a file is done. */
static bool
tell_end(struct many *m, unsigned what, struct fault *f)
{
	if (!many_is_worker(m))
		return true;
	workers_tell(&m->workers, what, 0, SPAN(""));
	return workers_send(&m->workers, f);
}

static void
count(struct many *m)
{
	m->done++;
	show_bar(m);
}

static bool
run_file(struct many *m, const char *path, struct fault *f)
{
	struct input *in = input_open(path, m->keep, f);
	bool ok = in != NULL &&
	    m->one(m->arg, in, input_is_stdin(path) ? NULL : path, m->number,
		f);

	count(m);
	return ok;
}

/* Who does message j of file i: every process knows. */
static size_t
owner(const struct many *m, size_t i, size_t j)
{
	return (i + j) % m->workers.n;
}

static bool
is_mine(const struct many *m, size_t i, size_t j)
{
	return !many_is_worker(m) || owner(m, i, j) == m->workers.self;
}

/* A message of a mailbox is called FILE:3.  False at the end, or on a fault. */
static bool
run_message(struct many *m, struct mbox *box, const char *name, struct fault *f)
{
	struct input *in = mbox_next(box, name, f);
	struct fault own;

	if (in == NULL)
		return false;
	if (!m->one(m->arg, in, name, m->number, &own))
		note_failure(m, &own);
	count(m);
	return tell_end(m, MESSAGE, f);
}

static bool
run_messages(struct many *m, struct input *file, size_t i, bool shared,
    struct fault *f)
{
	struct buf name = { 0 };
	bool more = true;
	struct mbox box;

	mbox_init(&box, file);
	for (size_t j = 0; more; j++) {
		name.n = 0;
		buf_addf(&name, "%s:%zu", input_name(file), j + 1);
		buf_addc(&name, '\0');
		more = !shared || is_mine(m, i, j) ?
		    run_message(m, &box, name.p, f) :
		    mbox_skip(&box, f);
		m->number += more;
	}
	mbox_free(&box);
	buf_free(&name);
	return f->code == 0;
}

static bool
is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* What can be read but once is left to one worker, and so are complaints. */
static bool
run_mbox(struct many *m, const char *path, size_t i, struct fault *f)
{
	bool shared = is_regular(path), first = is_mine(m, i, 0), ok;
	struct input *file;

	if (!shared && !first)
		return true;
	if ((file = input_open(path, false, f)) == NULL)
		return !first;
	ok = run_messages(m, file, i, shared, f);
	input_close(file);
	return ok;
}

static bool
is_mbox(const struct many *m, const struct found *file)
{
	return m->mbox && !file->maildir;
}

/* The share of a worker, or everything. */
static bool
run_all(struct many *m, const struct paths *files, bool alone, struct fault *f)
{
	m->number = 1;
	for (size_t i = 0; i < files->n; i++) {
		bool mbox = is_mbox(m, &files->v[i]), ok = true;
		struct fault own = { 0 };

		if (mbox)
			ok = run_mbox(m, files->v[i].path, i, &own);
		else if (is_mine(m, i, 0))
			ok = run_file(m, files->v[i].path, &own);
		m->number += mbox ? 0 : 1;
		if (!ok && alone) {
			*f = own;
			return false;
		}
		if (!ok)
			note_failure(m, &own);
		if ((mbox || is_mine(m, i, 0)) && !tell_end(m, END, f))
			return false;
	}
	return true;
}

/*
 * What worker k has to say until its message of the file is done.  *end: that it
 * has no more messages, *lost: that it is no more; on false f is for the caller.
 */
static bool
hear(struct many *m, size_t k, bool *end, bool *lost, struct fault *f)
{
	struct buf text = { 0 };
	struct worker_note note = { 0 };
	struct fault own = { 0 };
	bool ok = true;

	while (ok && note.kind != MESSAGE && note.kind != END) {
		*lost = !workers_hear(&m->workers, k, &note, &text, f);
		if (*lost)
			break;
		if (note.kind == RESULT) {
			hide_bar(m);
			ok = m->take(m->arg, note.value, buf_span(&text), f);
		} else if (note.kind == FAILURE) {
			(void)fault_set(&own, note.value, "%.*s", (int)text.n,
			    text.n > 0 ? text.p : "");
			note_failure(m, &own);
		}
	}
	if (!*lost && note.kind == MESSAGE)
		count(m);
	*end = note.kind == END;
	buf_free(&text);
	return ok;
}

/* All of a mailbox, whoever has it; and after its end what is left. */
static bool
gather_mbox(struct many *m, size_t i, struct fault *why, bool *lost,
    struct fault *f)
{
	size_t over = 0, n = m->workers.n;
	bool *ended = mem_alloc(n * sizeof(*ended)), ok = true;

	for (size_t j = 0; ok && over < n; j++) {
		size_t k = owner(m, i, j);
		bool gone = false;

		if (ended[k])
			continue;
		ok = hear(m, k, &ended[k], &gone, f);
		if (ok && gone) {
			*why = *f;
			*lost = ended[k] = true;
		}
		over += ended[k];
	}
	free(ended);
	return ok;
}

static bool
gather(struct many *m, const struct paths *files, struct fault *f)
{
	for (size_t i = 0; i < files->n; i++) {
		struct fault why = { 0 };
		bool lost = false, end, ok;

		if (is_mbox(m, &files->v[i])) {
			ok = gather_mbox(m, i, &why, &lost, f);
		} else {
			ok = hear(m, owner(m, i, 0), &end, &lost, f);
			why = lost ? *f : why;
			count(m);
		}
		if (!ok)
			return false;
		if (lost) {
			(void)fault_context(&why, "%s: the process that had it",
			    files->v[i].path);
			note_failure(m, &why);
		}
	}
	return true;
}

void
many_list(struct many *m, char *paths[], size_t n)
{
	struct fault own;

	m->began = m->bar ? clock_ms() : 0;
	for (size_t i = 0; i < n; i++) {
		bool folder = folder_is(paths[i]);

		m->folders = m->folders || folder;
		if (!folder)
			paths_add(&m->files, paths[i], false);
		else if (!folder_list(paths[i], &m->files, &own))
			note_failure(m, &own);
	}
	m->single = n == 1 && !m->folders;
	m->total = m->mbox || m->single ? 0 : m->files.n;
}

bool
many_run(struct many *m, struct fault *f)
{
	size_t jobs = m->jobs;
	bool ok;

	if (!m->mbox && jobs > m->files.n)
		jobs = m->files.n;
	if (jobs > 1)
		workers_start(&m->workers, jobs);
	if (many_is_worker(m))
		m->bar = false;
	ok = jobs > 1 && !many_is_worker(m) ?
	    gather(m, &m->files, f) :
	    run_all(m, &m->files, m->single && jobs <= 1, f);
	hide_bar(m);
	workers_end(&m->workers);
	paths_free(&m->files);
	return ok;
}
