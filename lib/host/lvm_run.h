// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Running LVM's own commands. One of two forms is built: with LVM_LIBRARY
 * defined liblvm2cmd, in a child process, so that neither its deadline nor its
 * state is ours; else the host's `lvm`, for a static program.
 *
 * In either form LVM reads no lvm.conf: it goes by its defaults and what the
 * command line says.
 */
#ifndef HOST_LVM_RUN_H
#define HOST_LVM_RUN_H

#include <stddef.h>

#include "host/child.h"

/* Words of a command with its NULL. No word holds a single quote. */
#define LVM_WORDS 16

typedef const char *lvm_command[LVM_WORDS];

/* Runs the commands one after the other until one fails: its status is the
 * result's, and the outputs are those of all. 0 and -1 as child_run. */
int lvm_run(const lvm_command *commands, size_t count,
	    struct child_result *result, struct error *err);

#endif
