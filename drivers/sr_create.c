// SPDX-License-Identifier: LGPL-2.1-only
/*
 * sr_create: from xapi's call to a resigned LUN.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "engine/resign.h"
#include "sm/errors.h"
#include "sm/response.h"
#include "drivers/call.h"
#include "drivers/sm_backend.h"
#include "drivers/which_lun.h"

/* xapi has made this uuid for the SR; it becomes the SR's on the LUN. */
static int read_sr_uuid(const struct request *request, struct uuid *out,
			struct error *err)
{
	if (!request->sr_uuid)
		return error_set(err, ERROR_BAD_REQUEST, "sr_uuid is missing");
	if (uuid_read("sr_uuid", request->sr_uuid, strlen(request->sr_uuid),
		      out, err) == 0)
		return 0;
	err->code = ERROR_BAD_REQUEST;
	return -1;
}

/* xapi's mark of the host that may change the SR. Without one it is no xapi
 * that calls. */
static int check_master(const struct request *request, struct error *err)
{
	const char *master = value_get(request->device_config, "SRmaster");

	if (master && strcmp(master, "true") != 0)
		return error_set(err, ERROR_NOT_MASTER,
				 "device_config's SRmaster is '%.16s', not "
				 "'true': have the pool's master create the SR",
				 master);
	return 0;
}

static int resign_lun(const struct request *request, const struct call *call,
		      const struct uuid *new_sr_uuid,
		      struct resign_report *report, struct error *err)
{
	const struct device_config *config = &call->config;
	const struct lun_choice choice = call_choice(call);
	const struct resign_request wanted = {
		.plan = { .new_sr = *new_sr_uuid, .choices = config->choices },
		.xapi = call->xapi,
		.own_sr_ref = request->sr_ref,
		.own_host = call->host.ref,
	};

	log_info("sr_create: resigning LUN %s of %s", config->scsi_id,
		 config->target.iqn ? config->target.iqn : "this host's HBAs");
	return resign(&choice, &wanted, NULL, report, err);
}

/* With what the user should know. */
static char *answer_resigned(const struct resign_report *report,
			     const char *resigned)
{
	const struct findings *warnings = &report->sr.warnings;
	struct buffer text = { 0 };
	char *answer;

	buffer_add_text(&text, resigned);
	for (size_t i = 0; i < warnings->count; i++) {
		const struct finding *f = &warnings->items[i];

		log_warning("%s: %s", f->where, f->what);
		buffer_add_text(&text, ". ");
		buffer_add_text(&text, f->where);
		buffer_add_text(&text, ": ");
		buffer_add_text(&text, f->what);
	}
	buffer_add(&text, "", 1);
	answer = response_fault(SM_RESIGNED_NUMBER, (const char *)text.data);
	buffer_free(&text);
	return answer;
}

int verb_sr_create(const struct request *request, char **answer,
		   struct error *err)
{
	const char *resigned = request->type == &sr_type_hba
				       ? SM_RESIGNED_TEXT("lvmohba")
				       : SM_RESIGNED_TEXT("lvmoiscsi");
	struct resign_report report = { .outcome = RESIGN_DONE };
	struct uuid new_sr_uuid;
	struct call call;
	int rc;

	if (read_sr_uuid(request, &new_sr_uuid, err) ||
	    check_master(request, err))
		return -1;
	if (call_begin(request, &call, err))
		return -1;
	rc = which_lun(&call, err);
	if (rc == 0) {
		rc = resign_lun(request, &call, &new_sr_uuid, &report, err);
		if (rc)
			which_target_instead(&call.config, err);
	}
	call_end(&call);
	if (rc)
		return -1;
	*answer = answer_resigned(&report, resigned);
	sr_report_free(&report.sr);
	return 0;
}
