// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/pool_records.h"

#include "xapi/call.h"

#define MAX_TRIES 3

typedef int (*reader)(xmlrpc_value *value, struct records *records,
		      struct error *err);

static int read_records(const struct xapi *xapi, const char *method,
			reader read, struct records *records, struct error *err)
{
	struct xapi_reply reply;
	int rc;

	if (xapi_ask(xapi, method, NULL, &reply, err))
		return -1;
	rc = read(reply.value, records, err);
	reply_free(&reply);
	return rc;
}

int pool_records_read(const struct xapi *xapi, struct records *records,
		      struct error *err)
{
	if (read_records(xapi, "SR.get_all_records", records_read_srs, records,
			 err))
		return -1;
	return read_records(xapi, "PBD.get_all_records", records_read_pbds,
			    records, err);
}

/* xapi may make or forget an SR between our two questions, so that one seems to
 * be missing; a PBD that has none for good does exist, too. */
int xapi_judge(const struct xapi *xapi, const struct guard_question *question,
	       struct records *records, struct guard_verdict *verdict,
	       struct error *err)
{
	for (int tries = 1;; tries++) {
		if (pool_records_read(xapi, records, err))
			return -1;
		*verdict = guard_judge(records, question);
		if (!verdict->pbd || verdict->sr || tries == MAX_TRIES)
			return 0;
		records_free(records);
	}
}
