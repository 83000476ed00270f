// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "xapi/attach_work.h"

/* ---- hosts ---- */

static int name_hosts(const struct attach_work *work,
		      struct xapi_attach_report *report, struct error *err)
{
	size_t n = json_array_size(work->hosts);

	report->hosts = alloc_zeroed(n + 1, sizeof(*report->hosts));
	for (size_t i = 0; i < n; i++) {
		if (xapi_ask_text(&work->xapi, "host.get_name_label",
				  attach_text_at(work->hosts, i),
				  &report->hosts[i].name, NULL, err))
			return -1;
		report->host_count++;
	}
	return 0;
}

/* Each host looks at this LUN: the storage manager does not, where the host has
 * a session to the target already, and then fails. That it could not look is
 * no reason to stop. */
static void rescan_hosts(const struct attach_work *work,
			 struct xapi_attach_report *report)
{
	for (size_t i = 0; i < report->host_count; i++) {
		struct error err;

		if (xapi_do(&work->xapi, "host.call_plugin",
			    json_pack("[s, s, s, O]",
				      attach_text_at(work->hosts, i),
				      XAPI_PLUGIN, "rescan", work->config),
			    NULL, &err))
			snprintf(report->hosts[i].rescan,
				 sizeof(report->hosts[i].rescan), "%.190s",
				 err.text);
	}
}

/* ---- secrets ---- */

/* PBD.create makes copies of a secret for each PBD, so that this one goes at
 * the end. It is marked: what is killed before leaves it to the next call. */
static int make_secret(struct attach_work *work, const char *key,
		       const char *value, struct error *err)
{
	char name[64], *ref = NULL, *uuid = NULL;
	struct xapi secretly = work->xapi;
	int rc;

	secretly.secret = true;
	rc = xapi_call_text(&secretly, "secret.create",
			    json_pack("[{s:s, s:{s:s}}]", "value", value,
				      "other_config", XAPI_ATTACH_MARK,
				      work->attach->sr_uuid),
			    &ref, NULL, err);
	if (rc == 0)
		rc = xapi_ask_text(&work->xapi, "secret.get_uuid", ref, &uuid,
				   NULL, err);
	free(ref);
	if (rc == 0) {
		snprintf(name, sizeof(name), "%.50s_secret", key);
		json_object_set_new(work->config, name, json_string(uuid));
	}
	free(uuid);
	return rc;
}

static int make_config(struct attach_work *work, struct error *err)
{
	const char suffix[] = "password";
	const char *key;
	json_t *item;
	/* json_object_foreach takes no const */
	json_t *from = (json_t *)(uintptr_t)work->attach->device_config;

	work->config = json_object();
	json_object_foreach(from, key, item)
	{
		size_t len = strlen(key), n = strlen(suffix);

		if (len < n || strcmp(key + len - n, suffix) != 0)
			json_object_set(work->config, key, item);
		else if (make_secret(work, key, json_string_value(item), err))
			return -1;
	}
	json_object_set_new(work->config, "SCSIid",
			    json_string(work->attach->scsi_id));
	return 0;
}

/* ---- the SR and its PBDs ---- */

static int refuse_sr(const struct attach_work *work, const char *why,
		     struct error *err)
{
	return error_set(err, ERROR_IN_USE,
			 "SR %.36s is on record already, %s: resign the LUN "
			 "first, or forget that SR",
			 work->attach->sr_uuid, why);
}

/* Whether the SR that xapi has is this one: its PBDs name this LUN. */
static int look_at_sr(struct attach_work *work, struct error *err)
{
	const char *host, *id, *wanted = work->attach->scsi_id;
	bool marked = true;
	json_t *pbd;
	char *type;
	int rc = xapi_ask_text(&work->xapi, "SR.get_type", work->sr, &type,
			       NULL, err);

	if (rc)
		return -1;
	if (strcmp(type, work->attach->type) != 0)
		rc = refuse_sr(work, "with another type", err);
	free(type);
	if (rc || attach_read_pbds(work, err))
		return -1;
	json_object_foreach(work->pbds, host, pbd)
	{
		id = value_get(json_object_get(pbd, "device_config"), "SCSIid");
		if (!id || strcasecmp(id, wanted) != 0)
			return refuse_sr(work, "with another LUN", err);
	}
	if (json_object_size(work->pbds) == 0)
		rc = attach_has_mark(work, work->attach->names, &marked, err);
	if (rc == 0 && !marked)
		rc = refuse_sr(work, "with no LUN", err);
	return rc;
}

/* For the eye alone: a failure says that the SR is gone, and soon shows. */
static char *label_of_sr(const struct attach_work *work)
{
	struct error ignored;
	char *label;

	return xapi_ask_text(&work->xapi, "SR.get_name_label", work->sr, &label,
			     NULL, &ignored)
		       ? alloc_text("?")
		       : label;
}

static int introduce_sr(struct attach_work *work,
			struct xapi_attach_report *report, struct error *err)
{
	const struct xapi_attach *attach = work->attach;
	int rc;

	rc = xapi_find_uuid(&work->xapi, "SR", attach->sr_uuid, &work->sr, err);
	if (rc == 0 && work->sr) {
		report->label = label_of_sr(work);
		return look_at_sr(work, err);
	}
	report->label = alloc_text(attach->label);
	if (rc == 0)
		rc = xapi_call_text(
			&work->xapi, "SR.introduce",
			json_pack("[s, s, s, s, s, b, {s:s}]", attach->sr_uuid,
				  attach->label, "", attach->type, "user", 1,
				  XAPI_ATTACH_MARK, attach->scsi_id),
			&work->sr, NULL, err);
	return rc;
}

static int create_pbds(struct attach_work *work, struct error *err)
{
	if (!work->pbds)
		work->pbds = json_object();
	for (size_t i = 0; i < json_array_size(work->hosts); i++) {
		const char *host = attach_text_at(work->hosts, i);
		json_t *made;

		if (json_object_get(work->pbds, host))
			continue;
		if (xapi_call_for(&work->xapi, "PBD.create",
				  json_pack("[{s:s, s:s, s:O, s:{}}]", "SR",
					    work->sr, "host", host,
					    "device_config", work->config,
					    "other_config"),
				  JSON_STRING, &made, err))
			return -1;
		json_object_set_new(work->pbds, host,
				    json_pack("{s:o}", "ref", made));
	}
	return 0;
}

/* VDI.db_introduce as before XenServer 6.1, whose further arguments have
 * defaults. */
static int introduce_in_flight(const struct attach_work *work,
			       struct error *err)
{
	for (size_t i = 0; i < work->attach->in_flight_count; i++) {
		const struct uuid_string uuid =
			uuid_string(&work->attach->in_flight[i]);
		char *known;

		if (xapi_find_uuid(&work->xapi, "VDI", uuid.chars, &known, err))
			return -1;
		if (known) {
			free(known);
			continue;
		}
		if (xapi_do(&work->xapi, "VDI.db_introduce",
			    json_pack("[s, s, s, s, s, b, b, {}, s, {}, {}]",
				      uuid.chars, "", "", work->sr, "user", 0,
				      0, uuid.chars),
			    NULL, err))
			return -1;
	}
	return 0;
}

/* The storage manager may fail once at what is in flight, and undo it. */
static int plug_host(const struct attach_work *work, size_t i,
		     struct error *err)
{
	const json_t *pbd =
		json_object_get(work->pbds, attach_text_at(work->hosts, i));
	const char *ref = value_get(pbd, "ref");
	bool again = i == 0 && work->attach->in_flight_count;

	return attach_call_on(work, "PBD.plug", ref, err) &&
			       (!again || err->code == ERROR_INTERRUPTED ||
				attach_call_on(work, "PBD.plug", ref, err))
		       ? -1
		       : 0;
}

/* The master first, which replays what is in flight; the others only then. */
static int plug(const struct attach_work *work,
		struct xapi_attach_report *report, struct error *err)
{
	for (size_t i = 0; i < report->host_count; i++) {
		struct xapi_attach_host *host = &report->hosts[i];

		host->attached = plug_host(work, i, err) == 0;
		if (host->attached)
			continue;
		if (i == 0 || err->code == ERROR_INTERRUPTED)
			return error_prefix(
				err,
				"SR %.36s is introduced, not attached; "
				"the same call goes on, detach takes it "
				"away: host '%.64s': ",
				work->attach->sr_uuid, host->name);
		snprintf(host->error, sizeof(host->error), "%.390s", err->text);
		log_warning("host '%.64s': %s", host->name, err->text);
	}
	return 0;
}

/* What a VDI is called is for people: it is no reason to fail. */
static int scan(const struct attach_work *work,
		struct xapi_attach_report *report, struct error *err)
{
	struct buffer query = { 0 };

	if (attach_call_on(work, "SR.scan", work->sr, err))
		return -1;
	xapi_where_add(&query, "SR", work->sr);
	if (xapi_call_for(&work->xapi, "VDI.get_all_records_where",
			  xapi_where(&query), JSON_OBJECT, &report->vdis, err))
		log_warning("the SR's VDIs are not told: %s", err->text);
	return 0;
}

int xapi_attach(const struct xapi *xapi, const struct xapi_attach *attach,
		struct xapi_attach_report *report, struct error *err)
{
	struct attach_work work = { .xapi = *xapi, .attach = attach };
	int rc;

	*report = (struct xapi_attach_report){ 0 };
	work.xapi.transport.timeout_ms = XAPI_ATTACH_TIMEOUT_MS;
	rc = attach_find_hosts(&work, err) || name_hosts(&work, report, err) ||
	     introduce_sr(&work, report, err) || make_config(&work, err);
	if (!rc) {
		if (attach->rescan)
			rescan_hosts(&work, report);
		rc = create_pbds(&work, err) ||
		     introduce_in_flight(&work, err) ||
		     plug(&work, report, err) || scan(&work, report, err);
	}
	attach_drop_secrets(&work, attach->sr_uuid);
	attach_end(&work);
	return rc ? -1 : 0;
}

void xapi_attach_report_free(struct xapi_attach_report *report)
{
	for (size_t i = 0; i < report->host_count; i++)
		free(report->hosts[i].name);
	free(report->hosts);
	free(report->label);
	json_decref(report->vdis);
	*report = (struct xapi_attach_report){ 0 };
}
