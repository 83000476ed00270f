// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "base/log.h"
#include "xapi/attach_work.h"

int xapi_attach_begun(const struct xapi *xapi, const char *sr_uuid,
		      const struct lun_names *names, bool *begun,
		      struct error *err)
{
	struct attach_work work = { .xapi = *xapi };
	int rc = xapi_find_uuid(xapi, "SR", sr_uuid, &work.sr, err);

	*begun = false;
	if (rc == 0 && work.sr)
		rc = attach_has_mark(&work, names, begun, err);
	attach_end(&work);
	return rc;
}

static int check_mark(const struct attach_work *work, const char *sr_uuid,
		      struct error *err)
{
	bool marked;

	if (attach_has_mark(work, NULL, &marked, err))
		return -1;
	return marked ? 0
		      : error_set(err, ERROR_IN_USE,
				  "SR %.36s was not attached by this program: "
				  "unplug and forget it by xe",
				  sr_uuid);
}

/* A host that is down has nothing plugged, and cannot be asked to unplug it. */
static int unplug_host(const struct attach_work *work, const char *host,
		       struct error *err)
{
	const json_t *pbd = json_object_get(work->pbds, host);

	if (!json_is_true(json_object_get(pbd, "currently_attached")) ||
	    attach_call_on(work, "PBD.unplug", value_get(pbd, "ref"), err) == 0)
		return 0;
	return xapi_host_failed(&work->xapi, host, " keeps the SR", err);
}

/* Where the host has a session to the target still, it has the LUN, which
 * attach has shown to it. A host that cannot be asked does not stop us. */
static int release_host(const struct attach_work *work, const char *host,
			const char *sr_uuid, struct error *err)
{
	static const char refusal[] = "SR_BACKEND_FAILURE_";
	json_t *config = json_object_get(json_object_get(work->pbds, host),
					 "device_config");
	json_t *iqn = json_object_get(config, "targetIQN");
	json_t *scsi_id = json_object_get(config, "SCSIid");
	struct xapi_reply reply;

	/* By iSCSI alone. */
	if (!iqn || !scsi_id)
		return 0;
	if (xapi_do(&work->xapi, "host.call_plugin",
		    json_pack("[s, s, s, {s:s, s:O, s:O}]", host, XAPI_PLUGIN,
			      "release", "sr_uuid", sr_uuid, "targetIQN", iqn,
			      "SCSIid", scsi_id),
		    &reply, err) == 0)
		return 0;
	xapi_host_failed(&work->xapi, host, " keeps the LUN", err);
	if (strncmp(reply.code, refusal, strlen(refusal)) == 0)
		return -1;
	log_warning("%s", err->text);
	return 0;
}

int xapi_attach_ended(const struct xapi *xapi, const char *sr_uuid,
		      const char *scsi_id, struct error *err)
{
	struct attach_work work = { .xapi = *xapi };
	struct lun_names names;
	bool ended = false;
	const char *host;
	json_t *pbd;
	int rc = xapi_find_uuid(xapi, "SR", sr_uuid, &work.sr, err);

	lun_names_set(&names, scsi_id);
	if (rc == 0 && work.sr)
		rc = attach_has_mark(&work, &names, &ended, err);
	if (rc == 0 && ended)
		rc = attach_read_pbds(&work, err);
	json_object_foreach(work.pbds, host, pbd) ended =
		ended &&
		!json_is_true(json_object_get(pbd, "currently_attached"));
	if (rc == 0 && !ended)
		rc = error_set(err, ERROR_IN_USE,
			       "SR %.36s is not one that is being detached "
			       "from SCSIid %.80s",
			       sr_uuid, scsi_id);
	attach_end(&work);
	return rc;
}

int xapi_detach(const struct xapi *xapi, const char *sr_uuid, struct error *err)
{
	struct attach_work work = { .xapi = *xapi };
	int rc;

	work.xapi.transport.timeout_ms = XAPI_ATTACH_TIMEOUT_MS;
	rc = xapi_find_uuid(&work.xapi, "SR", sr_uuid, &work.sr, err);
	if (rc == 0 && work.sr) {
		rc = check_mark(&work, sr_uuid, err) ||
		     attach_find_hosts(&work, err) ||
		     attach_read_pbds(&work, err);
		/* the master last: it is the one that may change the SR */
		for (size_t i = json_array_size(work.hosts); !rc && i-- > 0;)
			rc = unplug_host(&work, attach_text_at(work.hosts, i),
					 err);
		for (size_t i = json_array_size(work.hosts); !rc && i-- > 0;)
			rc = release_host(&work, attach_text_at(work.hosts, i),
					  sr_uuid, err);
		if (!rc)
			rc = attach_call_on(&work, "SR.forget", work.sr, err);
		if (!rc)
			attach_drop_secrets(&work, sr_uuid);
	}
	attach_end(&work);
	return rc ? -1 : 0;
}
