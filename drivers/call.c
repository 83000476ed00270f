// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/this_host.h"
#include "xapi/call.h"
#include "xapi/secret.h"

static int read_secret(void *context, const char *uuid, char **out,
		       struct error *err)
{
	return xapi_secret_read(context, uuid, out, err);
}

/* A plugin is not told its host. */
static int read_own_host(const struct xapi *xapi, const struct conf *conf,
			 struct xapi_host *out, struct error *err)
{
	char uuid[UUID_TEXT_LEN + 1], *ref;
	int rc;

	if (host_inventory_uuid(conf->inventory, uuid, err) ||
	    xapi_find_uuid(xapi, "host", uuid, &ref, err))
		return -1;
	if (!ref)
		return error_set(err, ERROR_XAPI,
				 "xapi has no host %s, which this one is by %s",
				 uuid, conf->inventory);
	rc = xapi_host_read(xapi, ref, out, err);
	free(ref);
	return rc;
}

static int ask_xapi(const struct request *request, struct call *call,
		    struct error *err)
{
	const struct conf *conf = &call->conf;
	const struct xapi_options options = {
		.socket = conf->xapi_socket,
		.session_ref = request->session_ref,
		.timeout_ms = request->only_reads ? XAPI_READER_TIMEOUT_MS
						  : XAPI_TIMEOUT_MS,
	};

	if (xapi_open(&options, &call->xapi, err) ||
	    (request->to_plugin
		     ? read_own_host(call->xapi, conf, &call->host, err)
		     : xapi_host_read(call->xapi, request->host_ref,
				      &call->host, err)))
		return -1;
	/* The map is used wherever multipathd has made one; who reads the log
	 * wants to know what to expect. */
	log_info("host: initiator %s, multipathing %s",
		 call->host.initiator_name ? call->host.initiator_name
					   : "unnamed",
		 call->host.multipathing ? "on" : "off");
	return 0;
}

static int meet_xapi(const struct request *request, struct call *call,
		     struct error *err)
{
	if (!call->conf.xapi_socket[0]) {
		log_warning("xapi_socket = none: xapi is NOT asked whether "
			    "the LUN is a live original");
		return 0;
	}
	if (!request->host_ref && !request->to_plugin)
		return error_set(err, ERROR_BAD_REQUEST, "host_ref is missing");
	if (ask_xapi(request, call, err) == 0)
		return 0;
	if (!request->only_reads || err->code == ERROR_INTERRUPTED)
		return -1;
	log_warning("%s; what xapi knows is left out", err->text);
	xapi_close(call->xapi);
	call->xapi = NULL;
	return 0;
}

static bool has_secret(json_t *config)
{
	const char *key;
	json_t *value;

	json_object_foreach(config, key, value)
	{
		if (strstr(key, "password_secret"))
			return true;
	}
	return false;
}

static void leave_xapi(struct call *call)
{
	if (call->xapi && call->sr_with_secrets)
		xapi_secrets_destroy(call->xapi, call->sr_with_secrets);
	xapi_host_free(&call->host);
	xapi_close(call->xapi);
}

int call_meet_xapi(const struct request *request, struct call *out,
		   struct error *err)
{
	*out = (struct call){ 0 };
	if (conf_load(&out->conf, err))
		return -1;
	if (has_secret(request->device_config))
		out->sr_with_secrets = request->sr_ref;
	if (meet_xapi(request, out, err) == 0)
		return 0;
	leave_xapi(out);
	*out = (struct call){ 0 };
	return -1;
}

int call_begin(const struct request *request, struct call *out,
	       struct error *err)
{
	struct device_config_defaults defaults = {
		.type = request->type,
		.initiator_name_file = INITIATOR_NAME_FILE,
	};
	struct call call;

	if (call_meet_xapi(request, &call, err))
		return -1;
	defaults.initiator = call.conf.initiator;
	defaults.initiator_name = call.host.initiator_name;
	if (call.xapi) {
		defaults.read_secret = read_secret;
		defaults.context = call.xapi;
	}
	if (device_config_read(request->device_config, &defaults, &call.config,
			       err)) {
		leave_xapi(&call);
		return -1;
	}
	*out = call;
	return 0;
}

void call_end(struct call *call)
{
	device_config_free(&call->config);
	leave_xapi(call);
}

struct lun_choice call_choice(const struct call *call)
{
	const struct device_config *config = &call->config;

	return (struct lun_choice){
		.name = config->scsi_id,
		.by_hba = config->type == &sr_type_hba,
		.rescan = config->rescan,
		.target = config->target,
		.lun = { .scsi_id = config->scsi_id,
			 .numbered = config->has_lun_id,
			 .number = config->lun_id },
		.initiator = config->initiator,
	};
}
