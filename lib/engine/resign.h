// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The story of one resign, from the LUN's address to its new identifiers:
 * connect, load, guard, plan, commit, apply, verify, detach.
 */
#ifndef ENGINE_RESIGN_H
#define ENGINE_RESIGN_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/reach.h"
#include "plan/plan.h"
#include "report/report.h"
#include "xapi/xapi.h"

struct resign_request {
	struct plan_options plan;
	bool only_recover; /* complete an earlier resign, make none */

	/* Who knows which LUNs are originals; NULL: nobody is asked. */
	const struct xapi *xapi;
	const char *own_sr_ref; /* xapi's SR that this call makes, or NULL */
	const char *own_host;	/* xapi's reference of this host, or NULL */
};

/* Resigns the LUN, or completes a resign that was cut short. On 0 the LUN
 * carries its new identifiers, is flushed, read back and detached, and *report,
 * which may be NULL, is the caller's, to be given to sr_report_free.
 * *scsi_id, which may be NULL, is the LUN's best name as far as it was found
 * out, on failure, too. Of an image file nobody but this host is asked. On -1
 * it is as it was, or the text says otherwise: a resign that is committed is
 * completed by the next call. ERROR_LOCKED while another process of this host
 * is at it; ERROR_IN_USE: it is, or may be, a live original, and nothing was
 * written; ERROR_XAPI: nobody can say. A signal (base/stop.h) before the commit
 * ends it with ERROR_INTERRUPTED; after the commit it changes nothing. */
int resign(const struct lun_choice *choice,
	   const struct resign_request *request, struct scsi_id *scsi_id,
	   struct resign_report *report, struct error *err);

#endif
