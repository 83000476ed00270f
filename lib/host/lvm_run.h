// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Running the host's own `lvm`. It reads no lvm.conf: it goes by its defaults
 * and what the command line says.
 */
#ifndef HOST_LVM_RUN_H
#define HOST_LVM_RUN_H

#include <stddef.h>

#include "host/child.h"

/* Words of a command with its NULL. */
#define LVM_WORDS 16

typedef const char *lvm_command[LVM_WORDS];

/* Runs the commands one after the other until one fails: its status is the
 * result's, and the outputs are those of all. 0 and -1 as child_run. */
int lvm_run(const lvm_command *commands, size_t count,
	    struct child_result *result, struct error *err);

#endif
