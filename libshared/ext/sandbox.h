#ifndef EXT_SANDBOX_H
#define EXT_SANDBOX_H

/*
 * The process gives up what it will not need, before it looks at the first
 * octet of a stranger's: Landlock and a seccomp filter on Linux (that one on
 * x86-64 and aarch64), pledge(2) and unveil(2) on OpenBSD.  Where a kernel has
 * one of them or none, that is what there is; nothing fails.
 *
 * Afterwards what was not asked for here fails with EPERM or EACCES, as if the
 * caller had no right to it, or with ENOSYS where the call is newer than 2019;
 * and a program that starts another one is killed (SIGSYS; SIGABRT on OpenBSD).
 */
enum sandbox_need {
	SANDBOX_SPOOL = 1, /* makes files in TMPDIR and unlinks them */
	SANDBOX_READ = 2,  /* opens what sandbox_read names */
	SANDBOX_WRITE =
	    4,           /* makes and replaces files where sandbox_write says */
	SANDBOX_NET = 8, /* talks to name servers */
	SANDBOX_FORK = 16, /* starts workers, which are bound as well */
	/*
	 * Becomes or starts another program.  It is not bound at all then: that
	 * program would be, too, and one that is set-id, such as Postfix'
	 * postdrop, would have lost its rights.
	 */
	SANDBOX_EXEC = 32
};

/* What is still to come. */
struct sandbox {
	unsigned needs;
	int rules; /* of Landlock, or -1 */
};

/* needs: of the bits above all but READ and WRITE, which the next two set. */
void sandbox_plan(struct sandbox *s, unsigned needs);
/* A file or a folder, and what is in it, will be opened to be read. */
void sandbox_read(struct sandbox *s, const char *path);
/* The same to write to it, or to make and replace files in it. */
void sandbox_write(struct sandbox *s, const char *path);

/*
 * Cannot be undone; a second sandbox can only take more away.  Returns what is
 * in force, in words for -v: "none", "seccomp", "landlock, seccomp"...
 */
const char *sandbox_enter(struct sandbox *s);

/*
 * No core image is left of this process, which may hold a private key, and
 * nobody else with its user id looks into it.  The next program is not bound.
 */
void sandbox_no_core(void);

#endif
