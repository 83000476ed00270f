// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "xapi/call.h"
#include "xapi/host.h"

/* "SR 'name' (uuid)" */
static void name_sr(const struct guard_verdict *verdict, char *out, size_t size)
{
	const json_t *sr = verdict->sr;
	const char *pbd = value_get(verdict->pbd, "uuid");

	if (sr)
		snprintf(out, size, "SR '%.64s' (%.36s)",
			 value_get(sr, "name_label"), value_get(sr, "uuid"));
	else
		snprintf(out, size,
			 "an SR that xapi does not know, by PBD %.36s (xe "
			 "pbd-destroy takes it away)",
			 pbd ? pbd : "?");
}

static int refuse_attached(const struct xapi *xapi,
			   const struct guard_verdict *verdict,
			   const char *scsi_id, const char *sr,
			   struct error *err)
{
	char *host = xapi_host_name(xapi, value_get(verdict->pbd, "host"));

	error_set(err, ERROR_IN_USE,
		  "SCSIid %.128s is attached as %s on host '%.64s'", scsi_id,
		  sr, host);
	free(host);
	return -1;
}

static int refuse(const struct xapi *xapi, const struct guard_verdict *verdict,
		  const char *scsi_id, struct error *err)
{
	char sr[160];

	name_sr(verdict, sr, sizeof(sr));
	if (guard_is_attached(verdict))
		return refuse_attached(xapi, verdict, scsi_id, sr, err);
	switch (verdict->owner) {
	case OWNER_NOT_ASKED:
	case OWNER_UNKNOWN:
	case OWNER_CLONE:
		break;
	case OWNER_ORIGINAL:
		return error_set(err, ERROR_IN_USE,
				 "SCSIid %.128s is no clone but the LUN of %s, "
				 "which is detached; forget that SR if it is "
				 "to be resigned all the same",
				 scsi_id, sr);
	case OWNER_OTHER_SR:
		return error_set(err, ERROR_IN_USE,
				 "SCSIid %.128s is recorded as the LUN of %s; "
				 "forget that SR if the LUN holds a clone now",
				 scsi_id, sr);
	case OWNER_UNTOLD:
		return error_set(err, ERROR_IN_USE,
				 "the LUN holds %s, and xapi does not record "
				 "which SCSIid that has, or only one that "
				 "cannot be compared with %.128s: it may be "
				 "this LUN; forget that SR if the LUN holds a "
				 "clone",
				 sr, scsi_id);
	}
	return 0;
}

static int guard_lun(const struct xapi *xapi, struct records *records,
		     const struct xapi_guard *guard, struct error *err)
{
	const char *scsi_id = lun_names_best(guard->lun.names);
	struct guard_verdict verdict;

	if (xapi_judge(xapi, &guard->lun, records, &verdict, err))
		return -1;
	if (owner_refuses(verdict.owner))
		return refuse(xapi, &verdict, scsi_id, err);
	if (guard->owner)
		*guard->owner = verdict.owner;
	log_info("xapi: %zu PBDs, %zu SRs, none of them is SCSIid %.128s",
		 json_object_size(records->pbds),
		 json_object_size(records->srs), scsi_id);
	return 0;
}

static int guard_new_sr(const struct records *records,
			const struct xapi_guard *guard, struct error *err)
{
	const char *sr = records_find_sr(records, guard->new_sr);

	if (!sr ||
	    (guard->lun.own_sr_ref && strcmp(sr, guard->lun.own_sr_ref) == 0))
		return 0;
	return error_set(
		err, ERROR_IN_USE,
		"the new SR uuid %s is that of SR '%.64s' already",
		uuid_string(guard->new_sr).chars,
		value_get(json_object_get(records->srs, sr), "name_label"));
}

static int guard_new_vdis(const struct xapi *xapi,
			  const struct xapi_guard *guard, struct error *err)
{
	const char *ref, *uuid = "?";
	struct buffer query = { 0 };
	struct xapi_reply reply;
	json_t *vdi;
	int rc;

	if (!guard->new_vdi_count)
		return 0;
	for (size_t i = 0; i < guard->new_vdi_count; i++)
		xapi_where_add(&query, "uuid",
			       uuid_string(&guard->new_vdis[i]).chars);
	if (xapi_call(xapi, "VDI.get_all_records_where", xapi_where(&query),
		      &reply, err))
		return -1;
	rc = value_check(reply.value, JSON_OBJECT, ERROR_XAPI, "list of VDIs",
			 err);
	json_object_foreach(reply.value, ref, vdi)
	{
		value_find_optional(vdi, ERROR_XAPI, "VDI", "uuid", &uuid, err);
		rc = error_set(err, ERROR_IN_USE,
			       "the new VDI uuid %.36s is that of another VDI",
			       uuid ? uuid : ref);
		break;
	}
	reply_free(&reply);
	return rc;
}

int xapi_guard(const struct xapi *xapi, const struct xapi_guard *guard,
	       struct error *err)
{
	struct records records = { 0 };
	int rc = guard_lun(xapi, &records, guard, err);

	if (rc == 0 && guard->new_sr)
		rc = guard_new_sr(&records, guard, err);
	records_free(&records);
	return rc ? -1 : guard_new_vdis(xapi, guard, err);
}
