/*
 * usage: stopwatch [-n ROUNDS] [-l MESSAGE] COMMAND...
 *
 * Runs each COMMAND, words with "<FILE" and ">FILE" among them, in turn, so many
 * rounds.  Prints a line for each: microseconds from start to end (median), of
 * processor time (median), KiB of memory (largest), failures.  With -l each gets
 * MESSAGE on a pipe when it has had 20 milliseconds to get ready, and the time
 * runs from the message's end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct timing {
	double *wall, *cpu;
	long memory;
	int failures;
};

static double
now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
microseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A line of words, "<FILE" and ">FILE" among them. */
static void
run_child(const char *command, const int *feed)
{
	static char line[16384], *word[1000];
	int n = 0;

	if (feed != NULL) {
		(void)dup2(feed[0], STDIN_FILENO);
		(void)close(feed[0]);
		(void)close(feed[1]);
	}
	(void)snprintf(line, sizeof(line), "%s", command);
	for (char *w = strtok(line, " "); w != NULL && n < 999;
	     w = strtok(NULL, " ")) {
		if (*w == '<')
			(void)dup2(open(w + 1, O_RDONLY), STDIN_FILENO);
		else if (*w == '>')
			(void)dup2(open(w + 1, O_WRONLY), STDOUT_FILENO);
		else
			word[n++] = w;
	}
	(void)execvp(word[0], word);
	_exit(127);
}

/* Hands the message over; the time at its end. */
static double
give(int feed[2], const char *message, size_t n)
{
	const struct timespec ready = { 0, 20000000 };
	double start;

	(void)close(feed[0]);
	(void)nanosleep(&ready, NULL);
	start = now();
	if (write(feed[1], message, n) != (ssize_t)n)
		exit(1);
	(void)close(feed[1]);
	return start;
}

static void
measure(struct timing *t, int round, const char *command, const char *message,
    size_t n)
{
	double start = now();
	struct rusage used;
	int feed[2], status;
	pid_t pid;

	if (message != NULL && pipe(feed) != 0)
		exit(1);
	pid = fork();
	if (pid == 0)
		run_child(command, message != NULL ? feed : NULL);
	if (message != NULL)
		start = give(feed, message, n);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		exit(1);
	t->wall[round] = now() - start;
	t->cpu[round] = microseconds(used.ru_utime) +
	    microseconds(used.ru_stime);
	if (used.ru_maxrss > t->memory)
		t->memory = used.ru_maxrss;
	t->failures += status != 0;
}

static char *
read_message(const char *path, size_t *n)
{
	static char message[60000]; /* less than a pipe takes at once */
	FILE *f = fopen(path, "r");

	if (f == NULL)
		exit(66);
	*n = fread(message, 1, sizeof(message), f);
	(void)fclose(f);
	return message;
}

int
main(int argc, char *argv[])
{
	const char *message = NULL;
	struct timing *t;
	int c, rounds = 20;
	size_t n = 0;

	while ((c = getopt(argc, argv, "n:l:")) != -1) {
		if (c == 'n')
			rounds = atoi(optarg);
		else if (c == 'l')
			message = read_message(optarg, &n);
		else
			return 64;
	}
	t = calloc((size_t)argc, sizeof(*t));
	if (t == NULL || rounds < 1)
		return 64;
	for (int i = optind; i < argc; i++) {
		t[i].wall = calloc((size_t)rounds, sizeof(double));
		t[i].cpu = calloc((size_t)rounds, sizeof(double));
		if (t[i].wall == NULL || t[i].cpu == NULL)
			return 71;
	}
	/* One to get warm. */
	for (int round = rounds > 1 ? -1 : 0; round < rounds; round++)
		for (int i = optind; i < argc; i++)
			measure(&t[i], round < 0 ? 0 : round, argv[i], message,
			    n);
	for (int i = optind; i < argc; i++) {
		qsort(t[i].wall, (size_t)rounds, sizeof(double), compare);
		qsort(t[i].cpu, (size_t)rounds, sizeof(double), compare);
		printf("%.0f %.0f %ld %d\n", t[i].wall[rounds / 2],
		    t[i].cpu[rounds / 2], t[i].memory, t[i].failures);
	}
	return 0;
}
