#include "mail/fold.h"

void
fold_put(struct fold *f, struct span text)
{
	buf_add_span(f->out, text);
	f->column += text.n;
}

static void
break_line(struct fold *f)
{
	buf_adds(f->out, f->eol);
	buf_addc(f->out, ' ');
	f->column = 1;
}

void
fold_word(struct fold *f, struct span text)
{
	if (f->column + 1 + text.n > FOLD_COLUMNS)
		break_line(f);
	else
		fold_put(f, SPAN(" "));
	fold_put(f, text);
}

void
fold_glue(struct fold *f, struct span text)
{
	if (f->column + text.n > FOLD_COLUMNS)
		break_line(f);
	fold_put(f, text);
}

void
fold_anywhere(struct fold *f, struct span text)
{
	while (text.n > 0) {
		size_t n;

		if (f->column + 3 > FOLD_COLUMNS)
			break_line(f);
		n = FOLD_COLUMNS - f->column;
		n = n < text.n ? n : text.n;
		if (n < text.n && text.p[n - 1] == '=')
			n -= 1;
		else if (n < text.n && text.p[n - 2] == '=')
			n -= 2;
		fold_put(f, (struct span){ text.p, n });
		text = span_from(text, n);
	}
}
