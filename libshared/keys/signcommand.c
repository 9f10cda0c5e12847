#include "keys/signcommand.h"

#include <sysexits.h>

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/algorithm.h"
#include "ext/command.h"

static void
put_request(const struct signer_request *what, struct buf *out)
{
	buf_adds(out, algorithm_name(what->algorithm));
	buf_addc(out, ' ');
	buf_add_span(out, what->selector);
	buf_addc(out, ' ');
	buf_add_span(out, what->domain);
	buf_addc(out, ' ');
	for (size_t i = 0; i < what->digest.n; i++)
		buf_addf(out, "%02x", (unsigned char)what->digest.p[i]);
	buf_addc(out, '\n');
}

bool
signcommand_sign(void *arg, const struct signer_request *what, struct buf *sig,
    struct fault *f)
{
	const struct signcommand *s = arg;
	const char *argv[] = { s->program, NULL };
	struct command c = {
		.argv = argv, .max = LIMIT_TAGLIST, .seconds = s->seconds
	};
	struct buf request = { 0 }, text = { 0 };
	bool ok;

	put_request(what, &request);
	c.input = buf_span(&request);
	ok = command_run(&c, &text, f);
	if (ok && (text.n == 0 || !base64_decode(sig, buf_span(&text))))
		ok = fault_set(f, EX_CONFIG, "%s: its output is not base64",
		    s->program);
	buf_free(&request);
	buf_free(&text);
	return ok;
}
