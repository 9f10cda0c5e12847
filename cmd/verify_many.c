#include "verify_many.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
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

static void
note_failure(struct many *m, const struct fault *f)
{
	hide_bar(m);
	m->failed(m->arg, f);
}

static bool
run_file(struct many *m, const char *path, struct fault *f)
{
	struct input *in = input_open(path, m->keep, f);
	bool ok = in != NULL &&
	    m->one(m->arg, in, strcmp(path, "-") == 0 ? NULL : path, f);

	m->done++;
	show_bar(m);
	return ok;
}

/* A message of a mailbox is called FILE:3. */
static bool
run_mbox(struct many *m, const char *path, struct fault *f)
{
	struct input *file = input_open(path, false, f), *in;
	struct buf name = { 0 };
	struct fault own;
	struct mbox box;
	size_t number = 0;

	if (file == NULL)
		return false;
	mbox_init(&box, file);
	for (;;) {
		name.n = 0;
		buf_addf(&name, "%s:%zu", input_name(file), ++number);
		buf_addc(&name, '\0');
		if ((in = mbox_next(&box, name.p, f)) == NULL)
			break;
		if (!m->one(m->arg, in, name.p, &own))
			note_failure(m, &own);
		m->done++;
		show_bar(m);
	}
	mbox_free(&box);
	input_close(file);
	buf_free(&name);
	return f->code == 0;
}

static bool
run_folder(struct many *m, const char *path, struct fault *f)
{
	struct paths paths = { 0 };
	bool ok = folder_list(path, &paths, f);

	/* The folder itself was counted as one. */
	if (ok)
		m->total += paths.n - (m->total > 0 ? 1 : 0);
	for (size_t i = 0; ok && i < paths.n; i++) {
		struct fault own;

		if (!run_file(m, paths.v[i], &own))
			note_failure(m, &own);
	}
	paths_free(&paths);
	return ok;
}

static bool
run_path(struct many *m, const char *path, struct fault *f)
{
	if (folder_is(path))
		return run_folder(m, path, f);
	return m->mbox ? run_mbox(m, path, f) : run_file(m, path, f);
}

bool
many_run(struct many *m, char *paths[], size_t n, struct fault *f)
{
	bool ok = true;

	m->began = m->bar ? clock_ms() : 0;
	m->total = m->mbox || n == 1 ? 0 : n;
	for (size_t i = 0; i < n && ok; i++) {
		struct fault own;

		if (run_path(m, paths[i], &own))
			continue;
		if (n == 1) {
			*f = own;
			ok = false;
		} else {
			note_failure(m, &own);
		}
	}
	hide_bar(m);
	return ok;
}
