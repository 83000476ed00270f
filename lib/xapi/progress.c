// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/progress.h"

#include <stdlib.h>

#include "base/log.h"
#include "xapi/call.h"
#include "xapi/value.h"

/* A resign takes seconds; it must not wait longer for its own report. */
#define PROGRESS_TIMEOUT_MS 2000

/* Calls; *text is the answer if it is not NULL. After a failure there are no
 * more calls. */
static void report(struct xapi_progress *progress, const char *method,
		   const struct xapi_argument *arguments, size_t count,
		   char **text)
{
	struct xapi_reply reply;
	struct xapi patient;
	struct error err;
	int rc;

	if (!progress->xapi)
		return;
	patient = *progress->xapi;
	if (patient.transport.timeout_ms > PROGRESS_TIMEOUT_MS)
		patient.transport.timeout_ms = PROGRESS_TIMEOUT_MS;
	/* a signal ends the resign, not the report of its end */
	patient.transport.stop = NULL;
	rc = xapi_call(&patient, method, arguments, count, &reply, &err);
	if (rc == 0) {
		if (text)
			rc = value_text(reply.value, method, text, &err);
		reply_free(&reply);
	}
	if (rc) {
		log_info("progress is not reported: %s", err.text);
		progress->xapi = NULL;
	}
}

void xapi_progress_begin(struct xapi_progress *progress,
			 const struct xapi *xapi, const char *label,
			 const char *description)
{
	const struct xapi_argument arguments[] = { { .text = label },
						   { .text = description } };

	*progress = (struct xapi_progress){ .xapi = xapi };
	report(progress, "task.create", arguments, 2, &progress->task);
}

void xapi_progress_set(struct xapi_progress *progress, double fraction)
{
	int percent = (int)(fraction * 100);
	const struct xapi_argument arguments[] = { { .text = progress->task },
						   { .real = fraction } };

	if (percent == progress->percent)
		return;
	progress->percent = percent;
	report(progress, "task.set_progress", arguments, 2, NULL);
}

void xapi_progress_end(struct xapi_progress *progress, bool success)
{
	const struct xapi_argument arguments[] = {
		{ .text = progress->task },
		{ .text = success ? "success" : "failure" },
	};

	report(progress, "task.set_status", arguments, 2, NULL);
	free(progress->task);
	*progress = (struct xapi_progress){ 0 };
}
