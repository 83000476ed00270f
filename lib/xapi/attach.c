// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "xapi/call.h"

#define PLUGIN "relvmoiscsi"

/* What is known while it goes on. */
struct work {
	struct xapi xapi; /* patient */
	const struct xapi_attach *attach;
	json_t *config;	 /* device_config with secrets */
	json_t *secrets; /* references of those made here */
	json_t *hosts;	 /* references, the master's first */
	json_t *pbds;	 /* by host: reference */
	char *sr;	 /* reference */
};

static const char *text_at(const json_t *array, size_t i)
{
	return json_string_value(json_array_get(array, i));
}

/* Calls; *value, which may be NULL, is then for json_decref. */
static int call(const struct work *work, const char *method, json_t *arguments,
		json_t **value, struct xapi_reply *reply, struct error *err)
{
	struct xapi_reply own;

	if (!reply)
		reply = &own;
	if (xapi_call(&work->xapi, method, arguments, reply, err))
		return -1;
	if (value)
		*value = reply->value;
	else
		json_decref(reply->value);
	reply->value = NULL;
	return 0;
}

static int call_on(const struct work *work, const char *method, const char *ref,
		   struct error *err)
{
	return call(work, method, json_pack("[s]", ref), NULL, NULL, err);
}

/* ---- hosts ---- */

static int find_hosts(struct work *work, struct error *err)
{
	json_t *pools = NULL, *all = NULL;
	char *master = NULL;
	int rc = -1;

	work->hosts = json_array();
	if (call(work, "pool.get_all", json_array(), &pools, NULL, err) == 0 &&
	    call(work, "host.get_all", json_array(), &all, NULL, err) == 0 &&
	    text_at(pools, 0))
		rc = xapi_ask_text(&work->xapi, "pool.get_master",
				   text_at(pools, 0), &master, NULL, err);
	if (rc == 0) {
		json_array_append_new(work->hosts, json_string(master));
		for (size_t i = 0; i < json_array_size(all); i++) {
			if (text_at(all, i) && strcmp(text_at(all, i), master))
				json_array_append(work->hosts,
						  json_array_get(all, i));
		}
	}
	free(master);
	json_decref(pools);
	json_decref(all);
	return rc;
}

static int name_hosts(const struct work *work,
		      struct xapi_attach_report *report, struct error *err)
{
	size_t n = json_array_size(work->hosts);

	report->hosts = calloc(n + 1, sizeof(*report->hosts));
	if (!report->hosts)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		if (xapi_ask_text(&work->xapi, "host.get_name_label",
				  text_at(work->hosts, i),
				  &report->hosts[i].name, NULL, err))
			return -1;
		report->host_count++;
	}
	return 0;
}

/* Each host looks at this LUN: the storage manager does not, where the host has
 * a session to the target already, and then fails. That it could not look is
 * no reason to stop. */
static void rescan_hosts(const struct work *work,
			 struct xapi_attach_report *report)
{
	for (size_t i = 0; i < report->host_count; i++) {
		struct error err;

		if (call(work, "host.call_plugin",
			 json_pack("[s, s, s, O]", text_at(work->hosts, i),
				   PLUGIN, "rescan", work->config),
			 NULL, NULL, &err))
			snprintf(report->hosts[i].rescan,
				 sizeof(report->hosts[i].rescan), "%.190s",
				 err.text);
	}
}

/* ---- secrets ---- */

/* PBD.create makes copies of a secret for each PBD, so that this one goes at
 * the end. */
static int make_secret(struct work *work, const char *key, const char *value,
		       struct error *err)
{
	char name[64], *uuid = NULL;
	json_t *ref = NULL;
	int rc = call(work, "secret.create",
		      json_pack("[{s:s, s:{}}]", "value", value,
				"other_config"),
		      &ref, NULL, err);

	if (rc == 0)
		rc = xapi_ask_text(&work->xapi, "secret.get_uuid",
				   json_string_value(ref), &uuid, NULL, err);
	if (ref)
		json_array_append_new(work->secrets, ref);
	if (rc == 0) {
		snprintf(name, sizeof(name), "%.50s_secret", key);
		json_object_set_new(work->config, name, json_string(uuid));
	}
	free(uuid);
	return rc;
}

static int make_config(struct work *work, struct error *err)
{
	const char suffix[] = "password";
	const char *key;
	json_t *item;
	/* json_object_foreach takes no const */
	json_t *from = (json_t *)(uintptr_t)work->attach->device_config;

	work->config = json_object();
	work->secrets = json_array();
	json_object_foreach(from, key, item) {
		size_t len = strlen(key), n = strlen(suffix);

		if (len < n || strcmp(key + len - n, suffix) != 0)
			json_object_set(work->config, key, item);
		else if (make_secret(work, key, json_string_value(item), err))
			return -1;
	}
	return 0;
}

static void drop_secrets(const struct work *work)
{
	for (size_t i = 0; i < json_array_size(work->secrets); i++) {
		struct error err;

		if (call_on(work, "secret.destroy", text_at(work->secrets, i),
			    &err))
			log_warning("a password stays in a secret of xapi's: "
				    "%s",
				    err.text);
	}
}

/* ---- the SR and its PBDs ---- */

static int refuse_sr(const struct work *work, const char *why,
		     struct error *err)
{
	return error_set(err, ERROR_IN_USE,
			 "SR %.36s is on record already, %s: resign the LUN "
			 "first, or forget that SR",
			 work->attach->sr_uuid, why);
}

/* Whether it is one of ours, and of this LUN unless that is NULL. */
static int has_mark(const struct work *work, const char *scsi_id, bool *marked,
		    struct error *err)
{
	json_t *config = NULL;
	const char *mark;

	if (call(work, "SR.get_sm_config", json_pack("[s]", work->sr), &config,
		 NULL, err))
		return -1;
	mark = json_string_value(json_object_get(config, XAPI_ATTACH_MARK));
	*marked = mark && (!scsi_id || strcasecmp(mark, scsi_id) == 0);
	json_decref(config);
	return 0;
}

/* Whether the SR that xapi has is this one: its PBDs name this LUN. */
static int check_pbd(struct work *work, const char *pbd, struct error *err)
{
	json_t *config = NULL;
	char *host = NULL;
	const char *id;
	int rc = -1;

	if (call(work, "PBD.get_device_config", json_pack("[s]", pbd), &config,
		 NULL, err) == 0 &&
	    xapi_ask_text(&work->xapi, "PBD.get_host", pbd, &host, NULL, err) ==
		    0) {
		id = json_string_value(json_object_get(config, "SCSIid"));
		rc = id && strcasecmp(id, work->attach->scsi_id) == 0
			     ? 0
			     : refuse_sr(work, "with another LUN", err);
	}
	if (rc == 0)
		json_object_set_new(work->pbds, host, json_string(pbd));
	free(host);
	json_decref(config);
	return rc;
}

static int look_at_sr(struct work *work, struct error *err)
{
	char *type;
	json_t *pbds = NULL;
	bool marked = true;
	int rc = xapi_ask_text(&work->xapi, "SR.get_type", work->sr, &type,
			       NULL, err);

	if (rc)
		return -1;
	if (strcmp(type, work->attach->type) != 0)
		rc = refuse_sr(work, "with another type", err);
	free(type);
	if (rc == 0)
		rc = call(work, "SR.get_PBDs", json_pack("[s]", work->sr),
			  &pbds, NULL, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(pbds); i++)
		rc = check_pbd(work, text_at(pbds, i), err);
	if (rc == 0 && json_array_size(pbds) == 0)
		rc = has_mark(work, work->attach->scsi_id, &marked, err);
	if (rc == 0 && !marked)
		rc = refuse_sr(work, "with no LUN", err);
	json_decref(pbds);
	return rc;
}

static int introduce_sr(struct work *work, struct error *err)
{
	const struct xapi_attach *attach = work->attach;
	int rc;

	work->pbds = json_object();
	rc = xapi_find_uuid(&work->xapi, "SR", attach->sr_uuid, &work->sr, err);
	if (rc == 0 && work->sr)
		rc = look_at_sr(work, err);
	else if (rc == 0)
		rc = call(work, "SR.introduce",
			  json_pack("[s, s, s, s, s, b, {s:s}]",
				    attach->sr_uuid, attach->label, "",
				    attach->type, "user", 1, XAPI_ATTACH_MARK,
				    attach->scsi_id),
			  NULL, NULL, err) ||
		     xapi_find_uuid(&work->xapi, "SR", attach->sr_uuid,
				    &work->sr, err);
	return rc ? -1 : 0;
}

static int create_pbds(struct work *work, struct error *err)
{
	for (size_t i = 0; i < json_array_size(work->hosts); i++) {
		const char *host = text_at(work->hosts, i);
		json_t *made = NULL;

		if (json_object_get(work->pbds, host))
			continue;
		if (call(work, "PBD.create",
			 json_pack("[{s:s, s:s, s:O, s:{}}]", "SR", work->sr,
				   "host", host, "device_config", work->config,
				   "other_config"),
			 &made, NULL, err))
			return -1;
		json_object_set_new(work->pbds, host, made);
	}
	return 0;
}

/* VDI.db_introduce as before XenServer 6.1, whose further arguments have
 * defaults. */
static int introduce_in_flight(const struct work *work, struct error *err)
{
	for (size_t i = 0; i < work->attach->in_flight_count; i++) {
		const char *uuid = work->attach->in_flight[i];
		char *known;

		if (xapi_find_uuid(&work->xapi, "VDI", uuid, &known, err))
			return -1;
		if (known) {
			free(known);
			continue;
		}
		if (call(work, "VDI.db_introduce",
			 json_pack("[s, s, s, s, s, b, b, {}, s, {}, {}]", uuid,
				   "", "", work->sr, "user", 0, 0, uuid),
			 NULL, NULL, err))
			return -1;
	}
	return 0;
}

/* The master first, which replays what is in flight; the others only then. */
static int plug(const struct work *work, struct xapi_attach_report *report,
		struct error *err)
{
	for (size_t i = 0; i < report->host_count; i++) {
		struct xapi_attach_host *host = &report->hosts[i];
		const char *pbd = json_string_value(json_object_get(
			work->pbds, text_at(work->hosts, i)));

		host->attached = call_on(work, "PBD.plug", pbd ? pbd : "",
					 err) == 0;
		if (host->attached)
			continue;
		if (i == 0 || err->code == ERROR_INTERRUPTED)
			return error_prefix(
				err, "SR %.36s is introduced, not attached; "
				     "the same call goes on, detach takes it "
				     "away: host '%.64s': ",
				work->attach->sr_uuid, host->name);
		snprintf(host->error, sizeof(host->error), "%.390s", err->text);
		log_warning("host '%.64s': %s", host->name, err->text);
	}
	return 0;
}

static int scan(const struct work *work, struct xapi_attach_report *report,
		struct error *err)
{
	char query[160];

	snprintf(query, sizeof(query), "field \"SR\" = \"%.100s\"", work->sr);
	return call_on(work, "SR.scan", work->sr, err) ||
			       call(work, "VDI.get_all_records_where",
				    json_pack("[s]", query), &report->vdis,
				    NULL, err)
		       ? -1
		       : 0;
}

static void end(struct work *work)
{
	drop_secrets(work);
	json_decref(work->config);
	json_decref(work->secrets);
	json_decref(work->hosts);
	json_decref(work->pbds);
	free(work->sr);
}

int xapi_attach(const struct xapi *xapi, const struct xapi_attach *attach,
		struct xapi_attach_report *report, struct error *err)
{
	struct work work = { .xapi = *xapi, .attach = attach };
	int rc;

	*report = (struct xapi_attach_report){ 0 };
	work.xapi.transport.timeout_ms = XAPI_ATTACH_TIMEOUT_MS;
	rc = find_hosts(&work, err) || name_hosts(&work, report, err) ||
	     introduce_sr(&work, err) || make_config(&work, err);
	if (!rc) {
		rescan_hosts(&work, report);
		rc = create_pbds(&work, err) ||
		     introduce_in_flight(&work, err) ||
		     plug(&work, report, err) || scan(&work, report, err);
	}
	end(&work);
	return rc ? -1 : 0;
}

int xapi_attach_begun(const struct xapi *xapi, const char *sr_uuid,
		      const char *scsi_id, bool *begun, struct error *err)
{
	struct work work = { .xapi = *xapi };
	int rc = xapi_find_uuid(xapi, "SR", sr_uuid, &work.sr, err);

	*begun = false;
	if (rc == 0 && work.sr)
		rc = has_mark(&work, scsi_id, begun, err);
	end(&work);
	return rc;
}

void xapi_attach_report_free(struct xapi_attach_report *report)
{
	for (size_t i = 0; i < report->host_count; i++)
		free(report->hosts[i].name);
	free(report->hosts);
	json_decref(report->vdis);
	*report = (struct xapi_attach_report){ 0 };
}

/* ---- the way back ---- */

static int check_mark(const struct work *work, const char *sr_uuid,
		      struct error *err)
{
	bool marked;

	if (has_mark(work, NULL, &marked, err))
		return -1;
	return marked ? 0
		      : error_set(err, ERROR_IN_USE,
				  "SR %.36s was not attached by this program: "
				  "unplug and forget it by xe",
				  sr_uuid);
}

static int unplug_host(struct work *work, const char *host, struct error *err)
{
	const char *pbd =
		json_string_value(json_object_get(work->pbds, host));
	char *name = NULL;
	struct error ignored;

	if (!pbd || call_on(work, "PBD.unplug", pbd, err) == 0)
		return 0;
	if (xapi_ask_text(&work->xapi, "host.get_name_label", host, &name, NULL,
			  &ignored))
		name = NULL;
	error_prefix(err, "host '%.64s' keeps the SR: ", name ? name : host);
	free(name);
	return -1;
}

static int read_pbds(struct work *work, struct error *err)
{
	json_t *pbds = NULL;
	int rc = call(work, "SR.get_PBDs", json_pack("[s]", work->sr), &pbds,
		      NULL, err);

	work->pbds = json_object();
	for (size_t i = 0; rc == 0 && i < json_array_size(pbds); i++) {
		char *host;

		rc = xapi_ask_text(&work->xapi, "PBD.get_host",
				   text_at(pbds, i), &host, NULL, err);
		if (rc == 0) {
			json_object_set(work->pbds, host,
					json_array_get(pbds, i));
			free(host);
		}
	}
	json_decref(pbds);
	return rc;
}

int xapi_detach(const struct xapi *xapi, const char *sr_uuid, struct error *err)
{
	struct work work = { .xapi = *xapi };
	int rc;

	work.xapi.transport.timeout_ms = XAPI_ATTACH_TIMEOUT_MS;
	rc = xapi_find_uuid(&work.xapi, "SR", sr_uuid, &work.sr, err);
	if (rc == 0 && work.sr) {
		rc = check_mark(&work, sr_uuid, err) ||
		     find_hosts(&work, err) || read_pbds(&work, err);
		/* the master last: it is the one that may change the SR */
		for (size_t i = json_array_size(work.hosts); !rc && i-- > 0;)
			rc = unplug_host(&work, text_at(work.hosts, i), err);
		if (!rc)
			rc = call_on(&work, "SR.forget", work.sr, err);
	}
	end(&work);
	return rc ? -1 : 0;
}
