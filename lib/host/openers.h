// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Who has a block device or a file open. The kernel knows only
 * whether one has claimed it (O_EXCL), or holds a lock; whoever merely reads or
 * writes is seen in /proc, and the kernel's own targets in /sys alone.
 */
#ifndef HOST_OPENERS_H
#define HOST_OPENERS_H

#include <stdbool.h>
#include <sys/types.h>

struct openers {
	unsigned ours;	  /* by this process */
	unsigned passers; /* of programs that look at every device of the host:
			   * multipathd, udev and its helpers; reading */
	unsigned others;
	bool unseen;   /* there are processes that only root may look at */
	pid_t pid;     /* of the first of the others, if there are any */
	char name[32]; /* that process's */
};

/* Looks at all processes, whatever the node is called that they have opened. None is
 * found where /proc cannot be read. No file server that does not answer stops it:
 * before Linux 4.11, which cannot look without asking one, only what is called
 * /dev/… is looked at. */
void openers_of(dev_t device, struct openers *out);

/* The same of a regular file; none if it is not there. Before Linux 4.11 who has
 * opened it by another hard link or in another mount namespace is not found. */
void openers_of_file(const char *path, struct openers *out);

/* The kernel's target, "LIO" or "SCST", that serves this file or device; NULL: none.
 * It has it open in the kernel, which no process shows, and takes no lock. LIO is
 * found by its fileio backstores; by the others it claims a device. */
const char *kernel_target_of(const char *path);

#endif
