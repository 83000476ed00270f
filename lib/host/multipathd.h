// SPDX-License-Identifier: LGPL-2.1-only
/*
 * multipathd's own socket: what `multipathd -k` speaks, without a process.
 *
 * Source: multipath-tools libmpathcmd (since 0.5.0, and Red Hat's 0.4.9): an
 * abstract socket; each message is its length as a size_t, then the text with
 * its NUL, either way.
 */
#ifndef HOST_MULTIPATHD_H
#define HOST_MULTIPATHD_H

#include <stdbool.h>
#include <stddef.h>

enum multipathd_result {
	MULTIPATHD_ANSWERED,
	MULTIPATHD_NOT_RUNNING, /* nobody listens */
	MULTIPATHD_NO_ANSWER,	/* not in time, or not in full */
};

/* Sends one command and waits up to ten seconds for the answer, which is "ok",
 * "fail" or another text, without its last newline; what does not fit is
 * cut. */
enum multipathd_result multipathd_ask(const char *command, char *answer,
				      size_t size);

/* Whether it runs; asks it nothing. */
bool multipathd_runs(void);

#endif
