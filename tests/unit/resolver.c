/*
 * Looks TXT records up and prints a line a name, tabs between: name, status,
 * TTL, "ad" or "-", why or "-", and the records, escaped.
 *	-n, -Z, -T	as in the commands
 *	-1		one name after the other, not all at once
 *	-r ROUNDS	all of it so many times, as for so many messages
 *	-s SECONDS	sleep between asking and waiting
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/span.h"
#include "dns/resolver.h"

static void
put_escaped(const struct buf *b)
{
	for (size_t i = 0; i < b->n; i++) {
		unsigned char c = (unsigned char)b->p[i];

		if (c < 0x20 || c > 0x7e || c == '\\')
			printf("\\%03u", c);
		else
			putchar(c);
	}
}

static void
put_answer(const char *name, const struct answer *a)
{
	static const char *const status[] = {
		[LOOKUP_FOUND] = "found",
		[LOOKUP_NONE] = "none",
		[LOOKUP_TIMEOUT] = "timeout",
		[LOOKUP_SERVFAIL] = "servfail",
		[LOOKUP_BROKEN] = "broken",
	};

	printf("%s\t%s\t%lu\t%s\t%s", name, status[a->status],
	    (unsigned long)a->ttl, a->dnssec ? "ad" : "-",
	    a->why != NULL ? a->why : "-");
	for (size_t i = 0; i < a->n; i++) {
		putchar('\t');
		put_escaped(&a->v[i]);
	}
	putchar('\n');
}

/* As many of the names as there are, up to max.  How many there were. */
static size_t
look_up(struct resolver *r, char **names, size_t max, unsigned pause)
{
	size_t *numbers = NULL, n;

	for (n = 0; n < max && names[n] != NULL; n++) {
		numbers = mem_grow(numbers, n + 1, sizeof(*numbers));
		numbers[n] = resolver_ask(r, span_str(names[n]));
	}
	(void)sleep(pause);
	for (size_t i = 0; i < n; i++)
		put_answer(names[i], resolver_wait(r, numbers[i]));
	free(numbers);
	return n;
}

int
main(int argc, char **argv)
{
	const char *servers[64], *zone = NULL;
	unsigned seconds = 8, pause = 0, rounds = 1;
	struct fault f = { 0 };
	struct resolver *r;
	size_t n = 0, together = SIZE_MAX;
	int c;

	while ((c = getopt(argc, argv, "n:Z:T:r:s:1")) != -1) {
		switch (c) {
		case 'n':
			if (n < sizeof(servers) / sizeof(servers[0]))
				servers[n++] = optarg;
			break;
		case 'Z': zone = optarg; break;
		case 'T': seconds = (unsigned)atoi(optarg); break;
		case 'r': rounds = (unsigned)atoi(optarg); break;
		case '1': together = 1; break;
		case 's': pause = (unsigned)atoi(optarg); break;
		default: return EX_USAGE;
		}
	}
	r = zone != NULL ? resolver_zone(zone, &f) :
			   resolver_network(servers, n, seconds, &f);
	if (r == NULL) {
		fprintf(stderr, "resolver: %s\n", f.text);
		return f.code;
	}
	for (; rounds > 0; rounds--) {
		for (char **name = argv + optind; *name != NULL;)
			name += look_up(r, name, together, pause);
		resolver_next(r);
	}
	resolver_free(r);
	return 0;
}
