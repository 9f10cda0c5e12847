#include "report/dump.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "dkim/bodyhash.h"
#include "dkim/sig.h"
#include "ext/file.h"
#include "ext/newfile.h"

enum { MODE = 0600 }; /* it is somebody's mail */

/* The body of one signature on its way to a file. */
struct body {
	struct dump *owner;
	size_t number; /* of the signature, from 1 */
	uint64_t left; /* of l= */
	size_t octets;
	struct canon_body canon;
	struct digest *digest;
	struct newfile file;
	struct buf hashes; /* what the third file says */
	const char *hash;  /* name of the hash */
};

struct dump {
	const char *dir;
	size_t message;
	struct body *v[LIMIT_SIGNATURES_PARSED];
	size_t n;
	bool failed;
	struct fault fault;
};

static char *
path_of(const struct dump *d, size_t number, const char *part)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/%zu-%zu.%s", d->dir, d->message, number, part);
	buf_addc(&path, '\0');
	return path.p;
}

static bool
write_part(const struct dump *d, size_t number, const char *part,
    struct span text, struct fault *f)
{
	char *path = path_of(d, number, part);
	bool ok = newfile_write(path, MODE, NULL, false, text, f);

	free(path);
	return ok;
}

static void
put_buf(void *out, const void *p, size_t n)
{
	buf_add(out, p, n);
}

static void
add_hash(struct body *b, const char *part, struct digest *digest, size_t octets)
{
	unsigned char hash[DIGEST_MAX];
	size_t n = digest_end(digest, hash);

	buf_addf(&b->hashes, "%s %s ", part, b->hash);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b->hashes, "%02x", hash[i]);
	buf_addf(&b->hashes, " %zu\n", octets);
}

static bool
dump_header(struct body *b, const struct sig *s, const struct header *h,
    const struct field *own, struct fault *f)
{
	struct digest *digest = digest_new(s->algorithm.hash);
	struct buf text = { 0 };
	bool ok;

	sig_put_header(s, h, own, put_buf, &text);
	digest_add(digest, text.p, text.n);
	add_hash(b, "header", digest, text.n);
	digest_free(digest);
	ok = write_part(b->owner, b->number, "header", buf_span(&text), f);
	buf_free(&text);
	return ok;
}

static void
put_body(void *arg, const void *p, size_t n)
{
	struct body *b = arg;
	struct dump *d = b->owner;

	n = n < b->left ? n : (size_t)b->left;
	if (n == 0 || d->failed)
		return;
	b->left -= n;
	b->octets += n;
	digest_add(b->digest, p, n);
	d->failed = !file_write(b->file.fd, b->file.path, p, n, &d->fault);
}

static bool
begin_one(struct dump *d, size_t number, const struct header *h,
    const struct field *own, struct fault *f)
{
	enum verdict ignored = VERDICT_OPEN;
	struct body *b;
	struct sig s;
	char *path;
	bool ok = true;

	sig_parse(&s, own, &ignored);
	if (s.fields.n > 0 && s.known_algorithm && s.b_value.p != NULL) {
		b = d->v[d->n++] = mem_alloc(sizeof(*b));
		*b = (struct body){ .owner = d,
			.number = number,
			.left = s.limit,
			.digest = digest_new(s.algorithm.hash),
			.hash = hash_name(s.algorithm.hash),
			.file.fd = -1 };
		canon_body_init(&b->canon, s.canon_body, put_body, b);
		path = path_of(d, number, "body");
		ok = dump_header(b, &s, h, own, f) &&
		    newfile_open(&b->file, path, f);
		free(path);
	}
	sig_free(&s);
	return ok;
}

struct dump *
dump_begin(const char *dir, size_t message, const struct header *header,
    struct fault *f)
{
	struct dump *d = mem_alloc(sizeof(*d));
	size_t number = 0;

	d->dir = dir;
	d->message = message;
	for (size_t i = 0; i < header->n; i++) {
		const struct field *own = &header->v[i];

		if (!span_eq_nocase(own->name, SPAN("DKIM-Signature")))
			continue;
		if (number++ == LIMIT_SIGNATURES_PARSED)
			break;
		if (!begin_one(d, number, header, own, f)) {
			dump_free(d);
			return NULL;
		}
	}
	return d;
}

void
dump_add(void *arg, const void *p, size_t n)
{
	struct dump *d = arg;

	for (size_t i = 0; i < d->n; i++)
		canon_body_add(&d->v[i]->canon, p, n);
}

bool
dump_end(struct dump *d, struct fault *f)
{
	for (size_t i = 0; i < d->n; i++) {
		struct body *b = d->v[i];

		canon_body_end(&b->canon);
		if (d->failed) {
			*f = d->fault;
			return false;
		}
		add_hash(b, "body", b->digest, b->octets);
		if (!newfile_commit(&b->file, MODE, NULL, false, f) ||
		    !write_part(d, b->number, "hash", buf_span(&b->hashes), f))
			return false;
	}
	return true;
}

void
dump_free(struct dump *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++) {
		newfile_close(&d->v[i]->file);
		digest_free(d->v[i]->digest);
		buf_free(&d->v[i]->hashes);
		free(d->v[i]);
	}
	free(d);
}
