#include "ext/sandbox_filter.h"

/* musl does not bring the kernel's headers: a build without them has no filter. */
#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/seccomp.h>)
#include <linux/audit.h>
#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif
#endif
#endif

#ifdef ARCHITECTURE

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ext/sandbox.h"

/* From NEWER on, all processors have the same numbers: Linux 5.1, 2019. */
enum { NEWER = 424, CALLS = 512, WORDS = CALLS / 32 };

struct program {
	struct sock_filter v[256];
	unsigned short n;
	uint32_t allowed[WORDS]; /* a bit for each call that is, always */
};

static void
add(struct program *p, unsigned short code, uint32_t k, uint8_t yes, uint8_t no)
{
	p->v[p->n++] = (struct sock_filter){
		.code = code, .jt = yes, .jf = no, .k = k
	};
}

static void
load(struct program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
answer(struct program *p, uint32_t what)
{
	add(p, BPF_RET | BPF_K, what, 0, 0);
}

static void
on_call(struct program *p, long call, uint32_t what)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
	answer(p, what);
}

/* The call is allowed while (its argument & mask) is value. */
static void
allow_if(struct program *p, long call, unsigned argument, uint32_t mask,
    uint32_t value)
{
	/* The low half, which is all there is of an int: little-endian. */
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 5);
	load(p,
	    offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t));
	add(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	answer(p, SECCOMP_RET_ALLOW);
	load(p, offsetof(struct seccomp_data, nr));
}

static void
allow_open(struct program *p, uint32_t mask, uint32_t value)
{
	allow_if(p, SYS_openat, 2, mask, value);
#ifdef SYS_open
	allow_if(p, SYS_open, 1, mask, value);
#endif
}

/* What any of the two C libraries does for a filter of mail. */
static const short always[] = { SYS_read, SYS_write, SYS_pread64, SYS_lseek,
	SYS_close, SYS_fstat, SYS_newfstatat, SYS_sendfile, SYS_brk, SYS_munmap,
	SYS_mremap, SYS_madvise, SYS_ppoll, SYS_exit, SYS_exit_group, SYS_readv,
	SYS_writev, SYS_getrandom, SYS_clock_gettime, SYS_gettimeofday,
	SYS_nanosleep, SYS_clock_nanosleep, SYS_rt_sigaction,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_futex,
	SYS_fcntl, SYS_fsync, SYS_ftruncate, SYS_umask, SYS_getuid, SYS_geteuid,
	SYS_getgid, SYS_getegid, SYS_getpid, SYS_gettid, SYS_tgkill, SYS_tkill,
	SYS_sysinfo, SYS_getcwd, SYS_readlinkat, SYS_faccessat,
#ifdef SYS_poll
	SYS_poll, SYS_time, SYS_access, SYS_stat, SYS_lstat, SYS_readlink,
#endif
	SYS_statx };

static const short reading[] = { SYS_getdents64, SYS_fadvise64 };

static const short spooling[] = {
#ifdef SYS_unlink
	SYS_unlink,
#endif
	SYS_unlinkat
};

static const short writing[] = {
	SYS_linkat, SYS_fchmod, SYS_fchown, SYS_renameat2, SYS_utimensat,
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_link
	SYS_link, SYS_rename
#endif
};

static const short net[] = { SYS_connect, SYS_sendto, SYS_recvfrom, SYS_sendmsg,
	SYS_recvmsg, SYS_getsockname, SYS_getsockopt, SYS_setsockopt,
	SYS_shutdown };

static const short forking[] = {
	SYS_clone,
	SYS_wait4,
	SYS_waitid,
	SYS_kill,
	SYS_pipe2,
	SYS_dup,
	SYS_dup3,
	SYS_getppid,
	SYS_set_robust_list,
	SYS_set_tid_address,
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
	SYS_pipe,
	SYS_dup2,
#endif
};

static void
allow(struct program *p, const short *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->allowed[calls[i] / 32] |= 1u << calls[i] % 32;
}

#define ALLOW(p, calls) allow(p, calls, sizeof(calls) / sizeof(*(calls)))

/*
 * Looks up the call in allowed[].  A test of one number after the other takes
 * the kernel three times as long to install, for it tries all calls then.
 */
static void
look_up(struct program *p)
{
	unsigned words = 0;

	for (uint32_t i = 0; i < WORDS; i++)
		words += p->allowed[i] != 0;
	load(p, offsetof(struct seccomp_data, nr));
	add(p, BPF_JMP | BPF_JGE | BPF_K, CALLS, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
	add(p, BPF_ALU | BPF_AND | BPF_K, 31, 0, 0);
	add(p, BPF_MISC | BPF_TAX, 0, 0, 0);
	add(p, BPF_LD | BPF_IMM, 1, 0, 0);
	add(p, BPF_ALU | BPF_LSH | BPF_X, 0, 0, 0);
	add(p, BPF_ST, 0, 0, 0);
	load(p, offsetof(struct seccomp_data, nr));
	add(p, BPF_ALU | BPF_RSH | BPF_K, 5, 0, 0);
	for (uint32_t i = 0; i < WORDS; i++) {
		if (p->allowed[i] == 0)
			continue;
		words--;
		add(p, BPF_JMP | BPF_JEQ | BPF_K, i, 0, 2);
		add(p, BPF_LD | BPF_MEM, 0, 0, 0);
		add(p, BPF_JMP | BPF_JSET | BPF_K, p->allowed[i],
		    (uint8_t)(3 * words + 1), (uint8_t)(3 * words + 2));
	}
	add(p, BPF_JMP | BPF_JA, 1, 0, 0);
	answer(p, SECCOMP_RET_ALLOW);
	load(p, offsetof(struct seccomp_data, nr));
}

/* The calls that are allowed whatever their arguments are. */
static void
choose_calls(struct program *p, unsigned needs)
{
	ALLOW(p, always);
	if ((needs & SANDBOX_READ) != 0)
		ALLOW(p, reading);
	if ((needs & (SANDBOX_SPOOL | SANDBOX_WRITE)) != 0)
		ALLOW(p, spooling);
	if ((needs & SANDBOX_WRITE) != 0)
		ALLOW(p, writing);
	if ((needs & SANDBOX_NET) != 0)
		ALLOW(p, net);
	if ((needs & SANDBOX_FORK) != 0)
		ALLOW(p, forking);
}

static void
write_program(struct program *p, unsigned needs)
{
	const uint32_t exec = 4; /* PROT_EXEC */

	choose_calls(p, needs);
	load(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	look_up(p);
	allow_if(p, SYS_mmap, 2, exec, 0);
	allow_if(p, SYS_mprotect, 2, exec, 0);
	allow_if(p, SYS_ioctl, 1, UINT32_MAX, TCGETS);     /* isatty(3), */
	allow_if(p, SYS_ioctl, 1, UINT32_MAX, TIOCGWINSZ); /* and in musl */
	if ((needs & SANDBOX_SPOOL) != 0) { /* new files, none that exist */
		allow_open(p, O_TMPFILE, O_TMPFILE);
		allow_open(p, O_CREAT | O_EXCL, O_CREAT | O_EXCL);
	}
	if ((needs & SANDBOX_READ) != 0)
		allow_open(p, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
	if ((needs & SANDBOX_WRITE) != 0)
		allow_open(p, 0, 0);
	if ((needs & SANDBOX_NET) != 0) {
		allow_if(p, SYS_socket, 0, UINT32_MAX, AF_INET);
		allow_if(p, SYS_socket, 0, UINT32_MAX, AF_INET6);
		allow_if(p, SYS_ioctl, 1, UINT32_MAX, SIOCGIFINDEX);
	}
	on_call(p, SYS_execve, SECCOMP_RET_KILL_PROCESS);
	on_call(p, SYS_execveat, SECCOMP_RET_KILL_PROCESS);
	on_call(p, SYS_ptrace, SECCOMP_RET_KILL_PROCESS);
	/* A C library takes an older call when a newer one is not there. */
	add(p, BPF_JMP | BPF_JGE | BPF_K, NEWER, 0, 1);
	answer(p, SECCOMP_RET_ERRNO | ENOSYS);
	answer(p, SECCOMP_RET_ERRNO | EPERM);
}

bool
sandbox_filter(unsigned needs)
{
	struct program p = { .n = 0 };
	struct sock_fprog f;

	write_program(&p, needs);
	f = (struct sock_fprog){ .len = p.n, .filter = p.v };
	/*
	 * Nothing here runs what others wrote, so the slow mitigations of the
	 * processor's faults that come with a filter are not wanted.
	 */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		   SECCOMP_FILTER_FLAG_SPEC_ALLOW, &f) == 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f) == 0;
}

#else

bool
sandbox_filter(unsigned needs)
{
	(void)needs;
	return false;
}

#endif
