// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Running another program of the host, such as iscsiadm or lvm.
 *
 * There is no shell: arguments reach the program as they are. It is looked for
 * where the system keeps its programs and nowhere else, so that whoever sets
 * our PATH does not choose what root runs. It gets an empty standard input, an
 * environment of PATH, LC_ALL and what the caller adds, and no file of ours.
 * It has a process group of its own: a signal from a terminal is for us to act
 * on, and at the deadline its own children end with it.
 */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* What is kept of each of a program's outputs; more is read and dropped. */
#define CHILD_OUTPUT_MAX (1024 * 1024)

/* Both outputs end with a NUL that their length does not count. */
struct child_result {
	int status; /* its exit status; 128 + number if a signal ended it */
	struct buffer out;
	struct buffer err;
};

/* Runs the program argv[0], without a folder, to its end; `argv` ends with NULL.
 * `variable` is a NAME=VALUE to add to its environment, or NULL. 0 with *result,
 * to be given to child_result_free, whatever its exit status is. -1 and nothing
 * to free: ERROR_HOST (there is no such program, or it cannot be started; or it
 * did not end in time and was killed). The arguments are not logged here: the
 * caller knows which of them may be. */
int child_run(const char *const *argv, const char *variable,
	      unsigned deadline_ms, struct child_result *result,
	      struct error *err);

void child_result_free(struct child_result *result);

/* The first line of what the program said, on stderr rather than stdout: for an
 * error's text. Ends the line in place; never NULL. */
const char *child_said(struct child_result *result);

#endif
