// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/functions.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "drivers/process.h"
#include "engine/answers.h"
#include "engine/resign.h"
#include "report/report_json.h"
#include "xapi-plugin/arguments.h"

int plugin_version(const struct request *request, char **value,
		   struct error *err)
{
	struct json json = { 0 };

	(void)request;
	(void)err;
	report_json_begin(&json, "version");
	json_text(&json, "version", VERSION);
	json_close(&json, '}');
	*value = json_take(&json);
	return 0;
}

int plugin_list(const struct request *request, char **value, struct error *err)
{
	struct plugin_arguments arguments;
	struct target_list list;
	struct timespec start;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_TARGET, false,
				  &arguments, err))
		return -1;
	failed = target_list_read(&arguments.choice.target, arguments.call.xapi,
				  &list, err);
	if (!failed) {
		*value = answer_list(arguments.choice.target.iqn, &list,
				     process_ms_since(&start));
		target_list_free(&list);
	}
	plugin_arguments_free(&arguments);
	return failed;
}

int plugin_inspect(const struct request *request, char **value,
		   struct error *err)
{
	struct plugin_arguments arguments;
	struct timespec start;
	struct look look;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, false, &arguments,
				  err))
		return -1;
	failed = look_inspect(&arguments.choice, &look, err);
	if (!failed)
		*value = answer_inspect(arguments.choice.name, &look,
					process_ms_since(&start));
	look_free(&look);
	plugin_arguments_free(&arguments);
	return failed;
}

int plugin_plan(const struct request *request, char **value, struct error *err)
{
	struct plugin_arguments arguments;
	struct look_plan plan = { 0 };
	struct timespec start;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, true, &arguments,
				  err))
		return -1;
	failed = look_plan(&arguments.choice, &arguments.request, &plan, err);
	if (!failed) {
		*value = answer_plan(arguments.choice.name, &plan,
				     process_ms_since(&start));
		look_plan_free(&plan);
	}
	plugin_arguments_free(&arguments);
	return failed;
}

static int resign_or_recover(const struct request *request, bool only_recover,
			     char **value, struct error *err)
{
	struct plugin_arguments arguments;
	struct resign_report report;
	struct scsi_id scsi_id;
	struct timespec start;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, !only_recover,
				  &arguments, err))
		return -1;
	arguments.request.only_recover = only_recover;
	failed = resign(&arguments.choice, &arguments.request, &scsi_id,
			&report, err);
	if (!failed) {
		*value = answer_resign(request->command, arguments.choice.name,
				       scsi_id.text, &report,
				       process_ms_since(&start));
		resign_report_free(&report);
	}
	plugin_arguments_free(&arguments);
	return failed;
}

/* ---- attach ---- */

static int need_xapi(const struct call *call, struct error *err)
{
	return call->xapi ? 0
			  : error_set(err, ERROR_XAPI,
				      "xapi_socket = none: there is no xapi to "
				      "attach an SR in");
}

static int resign_then_attach(const struct attach_wanted *wanted,
			      const struct resign_request *request,
			      const struct timespec *start, char **value,
			      struct error *err)
{
	struct attach_result result;
	struct resign_report report;
	bool resigned;

	if (resign_and_attach(wanted, request, &resigned, &report, &result,
			      err))
		return -1;
	*value = answer_attach(wanted->choice->name, &result,
			       resigned ? &report : NULL,
			       process_ms_since(start));
	attach_result_free(&result);
	resign_report_free(&report);
	return 0;
}

static int attach(const struct attach_wanted *wanted,
		  const struct timespec *start, char **value, struct error *err)
{
	struct attach_result result;

	if (attach_lun(wanted, &result, err))
		return -1;
	*value = answer_attach(wanted->choice->name, &result, NULL,
			       process_ms_since(start));
	attach_result_free(&result);
	return 0;
}

/* Both functions: what they do first is what differs. */
static int run_attach(const struct request *request, bool may_resign,
		      char **value, struct error *err)
{
	struct plugin_arguments arguments;
	struct attach_wanted wanted = { .type = "lvmoiscsi" };
	struct timespec start;
	json_t *config;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, may_resign,
				  &arguments, err))
		return -1;
	config = plugin_pbd_config(request);
	wanted.choice = &arguments.choice;
	wanted.xapi = arguments.call.xapi;
	wanted.label = string_map_get(&request->device_config, "name-label");
	wanted.device_config = config;
	failed = need_xapi(&arguments.call, err);
	if (!failed)
		failed = may_resign ? resign_then_attach(&wanted,
							 &arguments.request,
							 &start, value, err)
				    : attach(&wanted, &start, value, err);
	json_decref(config);
	plugin_arguments_free(&arguments);
	return failed;
}

int plugin_resign(const struct request *request, char **value,
		  struct error *err)
{
	const char *attach = string_map_get(&request->device_config, "attach");

	if (attach && strcmp(attach, "true") == 0)
		return run_attach(request, true, value, err);
	if (attach && strcmp(attach, "false") != 0)
		return error_set(err, ERROR_BAD_VALUE,
				 "attach is '%.32s'; it can be: true, false",
				 attach);
	return resign_or_recover(request, false, value, err);
}

int plugin_attach(const struct request *request, char **value,
		  struct error *err)
{
	return run_attach(request, false, value, err);
}

int plugin_detach(const struct request *request, char **value,
		  struct error *err)
{
	const char *sr_uuid = string_map_get(&request->device_config, "sr_uuid");
	struct timespec start;
	struct uuid uuid;
	struct call call;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!sr_uuid || request->device_config.count != 1 ||
	    strlen(sr_uuid) != UUID_TEXT_LEN || !uuid_from_text(sr_uuid, &uuid))
		return error_set(err, ERROR_BAD_VALUE,
				 "detach takes one argument: sr_uuid, the uuid "
				 "of the SR");
	if (call_meet_xapi(request, &call, err))
		return -1;
	failed = need_xapi(&call, err) || xapi_detach(call.xapi, sr_uuid, err);
	if (!failed)
		*value = answer_detach(sr_uuid, process_ms_since(&start));
	call_end(&call);
	return failed ? -1 : 0;
}

int plugin_rescan(const struct request *request, char **value,
		  struct error *err)
{
	struct plugin_arguments arguments;
	struct attach_scanned scanned;
	struct timespec start;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, false, &arguments,
				  err))
		return -1;
	failed = need_xapi(&arguments.call, err) ||
		 attach_rescan(&arguments.choice, arguments.call.xapi, &scanned,
			       err);
	if (!failed)
		*value = answer_rescan(arguments.choice.name, &scanned,
				       process_ms_since(&start));
	plugin_arguments_free(&arguments);
	return failed ? -1 : 0;
}

/* The target itself is not asked, so that no way to it is needed. */
int plugin_release(const struct request *request, char **value,
		   struct error *err)
{
	const struct string_map *given = &request->device_config;
	const char *iqn = string_map_get(given, "targetIQN");
	const char *scsi_id = string_map_get(given, "SCSIid");
	const char *sr_uuid = string_map_get(given, "sr_uuid");
	struct timespec start;
	struct call call;
	unsigned removed;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!iqn || !scsi_id || !sr_uuid || given->count != 3)
		return error_set(err, ERROR_BAD_VALUE,
				 "release takes three arguments: targetIQN, "
				 "SCSIid, sr_uuid");
	if (call_meet_xapi(request, &call, err))
		return -1;
	failed = need_xapi(&call, err) ||
		 attach_release(iqn, scsi_id, sr_uuid, call.xapi, &removed,
				err);
	if (!failed)
		*value = answer_release(scsi_id, removed,
					process_ms_since(&start));
	call_end(&call);
	return failed ? -1 : 0;
}

int plugin_recover(const struct request *request, char **value,
		   struct error *err)
{
	return resign_or_recover(request, true, value, err);
}

/* ---- verify ---- */

struct verification {
	struct verified_lun *luns;
	size_t count;
	struct findings duplicates;
};

static int verify_luns(const struct lun_choice *choice, char *ids,
		       struct verification *v, struct error *err)
{
	char *id;

	while ((id = strsep(&ids, ","))) {
		struct lun_choice one = *choice;
		struct verified_lun *lun = &v->luns[v->count++];

		one.lun.scsi_id = one.name = lun->name = id;
		if (look_verify(&one, &lun->look, &lun->findings,
				&lun->readable, err))
			return error_prefix(err, "SCSIid %.100s: ", id);
	}
	return 0;
}

static size_t count_ids(const char *ids)
{
	size_t n = 1;

	for (; *ids; ids++)
		n += *ids == ',';
	return n;
}

int plugin_verify(const struct request *request, char **value,
		  struct error *err)
{
	struct plugin_arguments arguments;
	struct verification v = { 0 };
	struct timespec start;
	char *ids;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (plugin_arguments_read(request, PLUGIN_WANTS_LUN, false, &arguments,
				  err))
		return -1;
	ids = alloc_text(arguments.choice.lun.scsi_id);
	v.luns = alloc_zeroed(count_ids(ids), sizeof(*v.luns));
	failed = verify_luns(&arguments.choice, ids, &v, err);
	if (!failed) {
		verified_compare(v.luns, v.count, &v.duplicates);
		*value = answer_verify(v.luns, v.count, &v.duplicates,
				       process_ms_since(&start));
	}
	verified_free(v.luns, v.count);
	findings_free(&v.duplicates);
	free(ids);
	plugin_arguments_free(&arguments);
	return failed ? -1 : 0;
}
