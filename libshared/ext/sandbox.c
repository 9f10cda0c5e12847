#include "ext/sandbox.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ext/file.h"
#include "ext/sandbox_filter.h"

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer)
#define WATCHED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1
#endif

/* A sanitizer or valgrind opens, forks and traces on its own account. */
static bool
watched(void)
{
#ifdef WATCHED
	return true;
#else
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
#endif
}

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && \
    defined(SYS_landlock_create_ruleset)

/* All rights that this header and the kernel know of. */
static uint64_t
known_rights(long version)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

#ifdef LANDLOCK_ACCESS_FS_REFER
	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
#endif
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
#endif
	return rights;
}

static int
make_rules(void)
{
	struct landlock_ruleset_attr all = { 0 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return -1;
	all.handled_access_fs = known_rights(version);
	return (int)syscall(SYS_landlock_create_ruleset, &all,
	    sizeof(all.handled_access_fs), 0);
}

/* What is not there is told of when it is wanted. */
static void
allow(const struct sandbox *s, const char *path, bool write)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE
	};
	const uint64_t folder = LANDLOCK_ACCESS_FS_READ_DIR |
	    (write ? LANDLOCK_ACCESS_FS_MAKE_REG |
			LANDLOCK_ACCESS_FS_REMOVE_FILE :
		     0);

	if (s->rules < 0)
		return;
	if (write)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	/* The rights of a folder are refused for a file. */
	rule.allowed_access |= folder;
	if (syscall(SYS_landlock_add_rule, s->rules, LANDLOCK_RULE_PATH_BENEATH,
		&rule, 0) != 0) {
		rule.allowed_access &= ~folder;
		(void)syscall(SYS_landlock_add_rule, s->rules,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	(void)close(rule.parent_fd);
}

static bool
enforce(struct sandbox *s)
{
	bool ok = s->rules >= 0 &&
	    syscall(SYS_landlock_restrict_self, s->rules, 0) == 0;

	if (s->rules >= 0)
		(void)close(s->rules);
	s->rules = -1;
	return ok;
}

#else

static int
make_rules(void)
{
	return -1;
}

#ifdef __OpenBSD__

static void
allow(const struct sandbox *s, const char *path, bool write)
{
	if ((s->needs & SANDBOX_EXEC) == 0)
		(void)unveil(path, write ? "rwc" : "r");
}

/* Nothing was unveiled where nothing is opened: pledge sees to that. */
static bool
enforce(struct sandbox *s)
{
	char promises[80] = "stdio";

	if ((s->needs & ~(SANDBOX_NET | SANDBOX_FORK)) != 0)
		(void)strlcat(promises, " rpath", sizeof(promises));
	if ((s->needs & (SANDBOX_SPOOL | SANDBOX_WRITE)) != 0)
		(void)strlcat(promises, " wpath cpath", sizeof(promises));
	if ((s->needs & SANDBOX_WRITE) != 0)
		(void)strlcat(promises, " fattr chown", sizeof(promises));
	if ((s->needs & SANDBOX_NET) != 0)
		(void)strlcat(promises, " inet", sizeof(promises));
	if ((s->needs & SANDBOX_FORK) != 0)
		(void)strlcat(promises, " proc", sizeof(promises));
	return pledge(promises, NULL) == 0;
}

#else

static void
allow(const struct sandbox *s, const char *path, bool write)
{
	(void)s;
	(void)path;
	(void)write;
}

static bool
enforce(struct sandbox *s)
{
	(void)s;
	return false;
}

#endif
#endif

void
sandbox_plan(struct sandbox *s, unsigned needs)
{
	*s = (struct sandbox){ .needs = needs, .rules = -1 };
	if (watched())
		s->needs |= SANDBOX_EXEC;
	if ((s->needs & SANDBOX_EXEC) == 0)
		s->rules = make_rules();
	if ((needs & SANDBOX_SPOOL) != 0)
		allow(s, file_temporary_folder(), true);
}

void
sandbox_read(struct sandbox *s, const char *path)
{
	s->needs |= SANDBOX_READ;
	allow(s, path, false);
}

void
sandbox_write(struct sandbox *s, const char *path)
{
	s->needs |= SANDBOX_READ | SANDBOX_WRITE;
	allow(s, path, true);
}

#ifdef __linux__

const char *
sandbox_enter(struct sandbox *s)
{
	static const char *const words[] = { "none", "landlock", "seccomp",
		"landlock, seccomp" };
	unsigned active = 0;

	if ((s->needs & SANDBOX_EXEC) != 0)
		return watched() ? "none (sanitizer or valgrind)" :
				   "none (another program will be started)";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return words[0];
	if (enforce(s))
		active |= 1;
	if (sandbox_filter(s->needs))
		active |= 2;
	return words[active];
}

void
sandbox_no_core(void)
{
	/* Unlike a limit of 0 it counts for the program of core_pattern, too. */
	if (!watched())
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#else

const char *
sandbox_enter(struct sandbox *s)
{
	return (s->needs & SANDBOX_EXEC) == 0 && enforce(s) ? "pledge, unveil" :
							      "none";
}

void
sandbox_no_core(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) != 0)
		return;
	limit.rlim_cur = 0;
	(void)setrlimit(RLIMIT_CORE, &limit);
}

#endif
