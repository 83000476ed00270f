// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "xapi/call.h"

static int read_config(const json_t *config, struct xapi_host *out,
		       struct error *err)
{
	static const char what[] = "host.other_config";
	const char *name, *multipathing;

	if (value_find_optional(config, ERROR_XAPI, what, "iscsi_iqn", &name,
				err) ||
	    value_find_optional(config, ERROR_XAPI, what, "multipathing",
				&multipathing, err))
		return -1;
	out->multipathing = multipathing && strcmp(multipathing, "true") == 0;
	out->initiator_name = alloc_text(name);
	return 0;
}

int xapi_host_read(const struct xapi *xapi, const char *host_ref,
		   struct xapi_host *out, struct error *err)
{
	struct xapi_host host = { 0 };
	struct xapi_reply reply;
	int rc;

	if (xapi_call(xapi, "host.get_other_config", json_pack("[s]", host_ref),
		      &reply, err))
		return -1;
	rc = read_config(reply.value, &host, err);
	reply_free(&reply);
	host.ref = alloc_text(host_ref);
	if (rc)
		xapi_host_free(&host);
	else
		*out = host;
	return rc;
}

void xapi_host_free(struct xapi_host *host)
{
	free(host->ref);
	free(host->initiator_name);
	*host = (struct xapi_host){ 0 };
}

char *xapi_host_name(const struct xapi *xapi, const char *ref)
{
	struct error ignored;
	char *name;

	return xapi_ask_text(xapi, "host.get_name_label", ref, &name, NULL,
			     &ignored)
		       ? alloc_text(ref)
		       : name;
}

int xapi_host_failed(const struct xapi *xapi, const char *ref, const char *what,
		     struct error *err)
{
	char *name = xapi_host_name(xapi, ref);

	error_prefix(err, "host '%.64s'%s: ", name, what);
	free(name);
	return -1;
}

/* What a fault of ours with this class becomes on its way (sm/errors.h). */
#define CODE_IN_USE "SR_BACKEND_FAILURE_16"

static bool is_down(const char *code)
{
	return strcmp(code, "HOST_OFFLINE") == 0 ||
	       strcmp(code, "HOST_NOT_LIVE") == 0 ||
	       strcmp(code, "CANNOT_CONTACT_HOST") == 0;
}

static int ask_host(const struct xapi *xapi, const char *host,
		    const char *function, const char *scsi_id,
		    struct error *err)
{
	struct xapi_reply reply;

	if (xapi_do(xapi, "host.call_plugin",
		    json_pack("[s, s, s, {s:s}]", host, XAPI_PLUGIN, function,
			      "SCSIid", scsi_id),
		    &reply, err) == 0)
		return 0;
	if (err->code != ERROR_XAPI)
		return -1;
	if (is_down(reply.code)) {
		log_warning("%s; it is taken to use no LUN", err->text);
		return 0;
	}
	if (strcmp(reply.code, CODE_IN_USE) == 0)
		err->code = ERROR_IN_USE;
	else if (strcmp(reply.code, "XENAPI_MISSING_PLUGIN") == 0)
		error_set(err, ERROR_XAPI,
			  "it has no plugin " XAPI_PLUGIN
			  " to say whether it uses "
			  "the LUN: install the pack there, too");
	return -1;
}

static int ask_hosts(const struct xapi *xapi, const char *own_host,
		     const char *function, const char *scsi_id,
		     bool all_the_same, struct error *err)
{
	json_t *all, *host;
	size_t i;
	int rc = 0;

	if (xapi_ask_all(xapi, "host", &all, err))
		return -1;
	json_array_foreach(all, i, host)
	{
		const char *ref = json_string_value(host);

		if (rc || (own_host && strcmp(ref, own_host) == 0))
			continue;
		rc = ask_host(xapi, ref, function, scsi_id, err);
		if (rc)
			xapi_host_failed(xapi, ref, "", err);
		if (rc && all_the_same) {
			log_warning("%s", err->text);
			rc = 0;
		}
	}
	json_decref(all);
	return rc;
}

int xapi_hosts_check(const struct xapi *xapi, const char *own_host,
		     const char *scsi_id, struct error *err)
{
	return ask_hosts(xapi, own_host, "in_use", scsi_id, false, err);
}

void xapi_hosts_refresh(const struct xapi *xapi, const char *own_host,
			const char *scsi_id)
{
	struct error err;

	if (ask_hosts(xapi, own_host, "refresh", scsi_id, true, &err))
		log_warning("the other hosts are not told: %s", err.text);
}
