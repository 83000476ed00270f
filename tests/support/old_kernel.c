// SPDX-License-Identifier: LGPL-2.1-only
/*
 * old_kernel 3.10|4.4|4.19 COMMAND [ARG…]: runs COMMAND as a program of that
 * Linux: what came later answers as if it were not there. That is ENOSYS to
 * every system call after the last one that its x86_64 table has, and EINVAL to
 * fcntl() commands. Files in /proc and /sys are this kernel's.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Of arch/x86/entry/syscalls/syscall_64.tbl (before 4.2: arch/x86/syscalls). */
static const struct kernel {
	const char *version;
	unsigned last_call;	/* finit_module, mlock2, statx */
	unsigned fcntl_refused; /* how many of fcntl_commands are not there */
} kernels[] = {
	{ "3.10", 313, 5 },
	{ "4.4", 325, 0 },
	{ "4.19", 332, 0 },
};

/* F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW (3.15); F_ADD_SEALS, F_GET_SEALS
 * (3.17). */
static const unsigned fcntl_commands[] = { 36, 37, 38, 1033, 1034 };

#define FIELD(name) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

static int become(const struct kernel *kernel)
{
	struct sock_filter filter[32] = {
		FIELD(arch),
		IF_EQUAL(AUDIT_ARCH_X86_64, 1, 0),
		ANSWER(SECCOMP_RET_KILL_PROCESS),
		FIELD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kernel->last_call, 0, 1),
		ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
		IF_EQUAL(__NR_fcntl, 1, 0),
		ANSWER(SECCOMP_RET_ALLOW),
		FIELD(args[1]),
	};
	unsigned n = 9;
	struct sock_fprog program = { .filter = filter };

	for (unsigned i = 0; i < kernel->fcntl_refused; i++) {
		filter[n++] =
			(struct sock_filter)IF_EQUAL(fcntl_commands[i], 0, 1);
		filter[n++] =
			(struct sock_filter)ANSWER(SECCOMP_RET_ERRNO | EINVAL);
	}
	filter[n++] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
	program.len = (unsigned short)n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	const struct kernel *kernel = NULL;

	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		if (argc > 2 && strcmp(argv[1], kernels[i].version) == 0)
			kernel = &kernels[i];
	}
	if (!kernel) {
		fprintf(stderr, "usage: old_kernel 3.10|4.4|4.19 COMMAND…\n");
		return 125;
	}
	if (become(kernel)) {
		perror("old_kernel");
		return 125;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 125;
}
