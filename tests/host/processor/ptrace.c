// SPDX-License-Identifier: LGPL-2.1-only
/*
 * For linux.uml on processors with AMX, preloaded by boot.sh. Linux takes the
 * extended FPU state of a process (NT_X86_XSTATE) only as a whole, which is
 * 11,008 bytes there; User Mode Linux has 2,696 for it, and panics at its first
 * process ("ptrace set fp regs failed, errno = 14"). So a ptrace() that reads the
 * whole, lays what is given over it, and sets that. All else is glibc's.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

typedef long ptrace_function(enum __ptrace_request, ...);
static ptrace_function *next;

/* Not on the stack: a kernel's is small. One is enough, since User Mode Linux
 * is one processor and is not preempted here. */
static char whole[65536] __attribute__((aligned(64)));

__attribute__((constructor)) static void find_next(void)
{
	*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
	if (!next)
		abort();
}

long ptrace(enum __ptrace_request request, ...)
{
	struct iovec *given, all = { whole, sizeof(whole) };
	void *address, *data;
	va_list arguments;
	int pid;

	va_start(arguments, request);
	pid = va_arg(arguments, int);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	given = data;
	if (request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE &&
	    next(PTRACE_GETREGSET, pid, address, &all) == 0 &&
	    given->iov_len < all.iov_len) {
		memcpy(whole, given->iov_base, given->iov_len);
		data = &all;
	}
	return next(request, pid, address, data);
}
