// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Preloaded into linux.uml by amx.sh, below boot.sh's own ptrace.c: a machine that
 * is not at hand. PRETEND=amx: a processor whose FPU state has 11,008 bytes, which
 * Linux takes as a whole only. PRETEND=forbidden: nobody may ptrace.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define AMX_SIZE 11008

typedef long ptrace_function(enum __ptrace_request, ...);
static ptrace_function *next;
static int forbidden;
static size_t real; /* size of this processor's */

__attribute__((constructor)) static void begin(void)
{
	const char *what = getenv("PRETEND");

	forbidden = what && strcmp(what, "forbidden") == 0;
	*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
	if (!next)
		abort();
}

static long xstate(enum __ptrace_request request, int pid, struct iovec *io)
{
	static char room[65536] __attribute__((aligned(64)));
	struct iovec all = { room, sizeof(room) };
	long rc;

	if (request == PTRACE_SETREGSET) {
		if (io->iov_len != AMX_SIZE || !real) {
			errno = EFAULT;
			return -1;
		}
		all = (struct iovec){ io->iov_base, real };
		return next(request, pid, (void *)NT_X86_XSTATE, &all);
	}
	rc = next(request, pid, (void *)NT_X86_XSTATE, &all);
	if (rc)
		return rc;
	real = all.iov_len;
	memset(room + real, 0, AMX_SIZE - real);
	if (io->iov_len > AMX_SIZE)
		io->iov_len = AMX_SIZE;
	memcpy(io->iov_base, room, io->iov_len);
	return 0;
}

long ptrace(enum __ptrace_request request, ...)
{
	void *address, *data;
	va_list arguments;
	int pid;

	va_start(arguments, request);
	pid = va_arg(arguments, int);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);
	if (forbidden) {
		errno = EPERM;
		return -1;
	}
	if ((request == PTRACE_GETREGSET || request == PTRACE_SETREGSET) &&
	    address == (void *)NT_X86_XSTATE)
		return xstate(request, pid, data);
	return next(request, pid, address, data);
}
