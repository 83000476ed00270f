// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A resign as a task of xapi, for users to watch. The task is one of our own:
 * the call's subtask_of is no task that can be updated (SM's cleanup.py does
 * the same).
 *
 * Nothing here fails: a task is no reason to stop a resign. Where xapi lacks
 * the calls (before 21.3), the session has ended or xapi is slow, no more is
 * reported.
 */
#ifndef XAPI_PROGRESS_H
#define XAPI_PROGRESS_H

#include <stdbool.h>

#include "xapi/xapi.h"

struct xapi_progress {
	const struct xapi *xapi; /* NULL: nothing is reported */
	char *task;
	int percent; /* as xapi has it */
};

/* Makes the task. `xapi` may be NULL, and else must live as long. */
void xapi_progress_begin(struct xapi_progress *progress,
			 const struct xapi *xapi, const char *label,
			 const char *description);

/* 0..1; xapi is told of whole per cents. */
void xapi_progress_set(struct xapi_progress *progress, double fraction);

/* Ends the task; xapi forgets it by and by. Once, whatever begin did. */
void xapi_progress_end(struct xapi_progress *progress, bool success);

#endif
