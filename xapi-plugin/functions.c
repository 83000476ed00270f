// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/functions.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/answer.h"
#include "engine/answers.h"
#include "engine/judge.h"
#include "engine/resign.h"
#include "host/refresh.h"
#include "sm/response.h"
#include "xapi-plugin/arguments.h"

/* Each sets *value, which the caller frees, and returns 0; or -1. */
typedef int (*plugin_function)(struct plugin_arguments *arguments, char **value,
			       struct error *err);

static int version(struct plugin_arguments *arguments, char **value,
		   struct error *err)
{
	(void)arguments;
	(void)err;
	*value = answer_version();
	return 0;
}

static int list(struct plugin_arguments *arguments, char **value,
		struct error *err)
{
	const struct iscsi_target *target = &arguments->choice.target;
	struct target_list list;

	if (target_list_read(target, arguments->call.xapi, &list, err))
		return -1;
	*value = answer_list(target->iqn, &list);
	target_list_free(&list);
	return 0;
}

static int inspect(struct plugin_arguments *arguments, char **value,
		   struct error *err)
{
	struct look look;
	int failed = look_inspect(&arguments->choice, &look, err);

	if (!failed)
		*value = answer_inspect(arguments->choice.name, &look);
	sr_report_free(&look.sr);
	return failed;
}

static int plan(struct plugin_arguments *arguments, char **value,
		struct error *err)
{
	struct look_plan plan = { 0 };

	if (look_plan(&arguments->choice, &arguments->request, &plan, err))
		return -1;
	*value = answer_plan(arguments->choice.name, &plan);
	look_plan_free(&plan);
	return 0;
}

static int resign_or_recover(struct plugin_arguments *arguments, char **value,
			     struct error *err)
{
	struct resign_report report;
	struct scsi_id scsi_id;

	if (resign(&arguments->choice, &arguments->request, &scsi_id, &report,
		   err))
		return -1;
	*value = answer_resign(arguments->given->command,
			       arguments->choice.name, scsi_id.text, &report);
	sr_report_free(&report.sr);
	return 0;
}

static int recover(struct plugin_arguments *arguments, char **value,
		   struct error *err)
{
	arguments->request.only_recover = true;
	return resign_or_recover(arguments, value, err);
}

/* ---- attach ---- */

static int need_xapi(const struct call *call, struct error *err)
{
	return call->xapi ? 0
			  : error_set(err, ERROR_XAPI,
				      "xapi_socket = none: there is no xapi to "
				      "attach an SR in");
}

/* With a resign before it, or without. */
static int run_attach(struct plugin_arguments *arguments, bool may_resign,
		      char **value, struct error *err)
{
	const struct request *request = arguments->given;
	const struct lun_choice *choice = &arguments->choice;
	const char *label = value_get(request->device_config, "name-label");
	json_t *config = plugin_pbd_config(request);
	const struct attach_wanted wanted = {
		.choice = choice,
		.xapi = arguments->call.xapi,
		.type = request->type->attached_as,
		.label = label && label[0] ? label : NULL,
		.device_config = config,
	};
	struct attach_result result;
	int failed =
		need_xapi(&arguments->call, err) ||
		attach_lun(&wanted, may_resign ? &arguments->request : NULL,
			   &result, err);

	json_decref(config);
	if (failed)
		return -1;
	*value = answer_attach(choice->name, &result);
	attach_result_free(&result);
	return 0;
}

static int do_resign(struct plugin_arguments *arguments, char **value,
		     struct error *err)
{
	const char *attach =
		value_get(arguments->given->device_config, "attach");
	bool attaches = false;

	if (attach &&
	    choice_read("attach", attach, "false|true", &attaches, err))
		return -1;
	return attaches ? run_attach(arguments, true, value, err)
			: resign_or_recover(arguments, value, err);
}

static int attach(struct plugin_arguments *arguments, char **value,
		  struct error *err)
{
	return run_attach(arguments, false, value, err);
}

static int detach(struct plugin_arguments *arguments, char **value,
		  struct error *err)
{
	const struct request *request = arguments->given;
	const char *sr_uuid = value_get(request->device_config, "sr_uuid");
	struct call *call = &arguments->call;
	struct uuid_string text;
	struct uuid uuid;

	if (!sr_uuid || json_object_size(request->device_config) != 1 ||
	    strlen(sr_uuid) != UUID_TEXT_LEN || !uuid_from_text(sr_uuid, &uuid))
		return error_set(err, ERROR_BAD_VALUE,
				 "detach takes one argument: sr_uuid, the uuid "
				 "of the SR");
	/* as xapi has it, to which another letter is another SR */
	text = uuid_string(&uuid);
	if (call_meet_xapi(request, call, err) || need_xapi(call, err) ||
	    xapi_detach(call->xapi, text.chars, err))
		return -1;
	*value = answer_of("detach", json_pack("{s:s}", "sr_uuid", text.chars));
	return 0;
}

static int rescan(struct plugin_arguments *arguments, char **value,
		  struct error *err)
{
	struct attach_scanned scanned;

	if (need_xapi(&arguments->call, err) ||
	    attach_rescan(&arguments->choice, arguments->call.xapi, &scanned,
			  err))
		return -1;
	*value = answer_of("rescan", json_pack("{s:s, s:i, s:i}", "lun",
					       arguments->choice.name,
					       "sessions", scanned.sessions,
					       "scanned", scanned.scanned));
	return 0;
}

/* The target itself is not asked, so that no way to it is needed. */
static int release(struct plugin_arguments *arguments, char **value,
		   struct error *err)
{
	const json_t *given = arguments->given->device_config;
	const char *iqn = value_get(given, "targetIQN");
	const char *scsi_id = value_get(given, "SCSIid");
	const char *sr_uuid = value_get(given, "sr_uuid");
	struct call *call = &arguments->call;
	unsigned removed;

	if (!iqn || !scsi_id || !sr_uuid || json_object_size(given) != 3)
		return error_set(err, ERROR_BAD_VALUE,
				 "release takes three arguments: targetIQN, "
				 "SCSIid, sr_uuid");
	if (call_meet_xapi(arguments->given, call, err) ||
	    need_xapi(call, err) ||
	    attach_release(iqn, scsi_id, sr_uuid, call->xapi, &removed, err))
		return -1;
	*value = answer_of("release", json_pack("{s:s, s:i}", "lun", scsi_id,
						"removed", removed));
	return 0;
}

/* What other hosts ask about a LUN by HBA: its SCSIid alone. */
static int read_lun(const struct request *request, struct lun_names *names,
		    struct error *err)
{
	const char *id = value_get(request->device_config, "SCSIid");

	if (!id || json_object_size(request->device_config) != 1 ||
	    !scsi_id_valid(id))
		return error_set(err, ERROR_NO_SCSIID,
				 "%.64s takes one argument: SCSIid",
				 request->command);
	lun_names_set(names, id);
	return 0;
}

static int in_use(struct plugin_arguments *arguments, char **value,
		  struct error *err)
{
	struct lun_names names;

	if (read_lun(arguments->given, &names, err) ||
	    guard_host(NULL, &names, err))
		return -1;
	*value = answer_of("in_use",
			   json_pack("{s:s, s:b}", "lun",
				     lun_names_best(&names), "in_use", 0));
	return 0;
}

static int refresh(struct plugin_arguments *arguments, char **value,
		   struct error *err)
{
	struct lun_names names;

	if (read_lun(arguments->given, &names, err))
		return -1;
	*value =
		answer_of("refresh",
			  json_pack("{s:s, s:I}", "lun", lun_names_best(&names),
				    "disks", (json_int_t)host_refresh(&names)));
	return 0;
}

/* ---- verify ---- */

static int verify(struct plugin_arguments *arguments, char **value,
		  struct error *err)
{
	char *ids = alloc_text(
		value_get(arguments->given->device_config, "SCSIid"));
	char *rest = ids, *id;
	struct findings duplicates = { 0 };
	struct verified_lun *luns = NULL;
	size_t count = 0;
	int failed = 0;

	while (!failed && (id = strsep(&rest, ","))) {
		struct lun_choice one = arguments->choice;

		if (!scsi_id_valid(id)) {
			failed =
				error_set(err, ERROR_NO_SCSIID,
					  "SCSIid: '%.100s' cannot be one", id);
			break;
		}
		one.lun.scsi_id = one.name = id;
		luns = alloc_more(luns, count, sizeof(*luns));
		failed = look_verify(&one, &luns[count++], err);
		if (failed)
			error_prefix(err, "SCSIid %.100s: ", id);
	}
	if (!failed) {
		verified_compare(luns, count, &duplicates);
		*value = answer_verify(luns, count, &duplicates);
	}
	verified_free(luns, count);
	findings_free(&duplicates);
	free(ids);
	return failed;
}

/* ---- all of them ---- */

static const struct {
	const char *name;
	plugin_function run;
	enum plugin_wants wants;
	bool may_choose;
	bool only_reads;
} functions[] = {
	{ "list", list, PLUGIN_WANTS_TARGET, false, true },
	{ "inspect", inspect, PLUGIN_WANTS_LUN, false, true },
	{ "plan", plan, PLUGIN_WANTS_LUN, true, true },
	{ "resign", do_resign, PLUGIN_WANTS_LUN, true, false },
	{ "recover", recover, PLUGIN_WANTS_LUN, false, false },
	{ "verify", verify, PLUGIN_WANTS_LUNS, false, true },
	{ "attach", attach, PLUGIN_WANTS_LUN, false, false },
	{ "detach", detach, PLUGIN_WANTS_NOTHING, false, false },
	{ "rescan", rescan, PLUGIN_WANTS_LUN, false, false },
	{ "release", release, PLUGIN_WANTS_NOTHING, false, false },
	{ "in_use", in_use, PLUGIN_WANTS_NOTHING, false, true },
	{ "refresh", refresh, PLUGIN_WANTS_NOTHING, false, true },
	{ "version", version, PLUGIN_WANTS_NOTHING, false, true },
};

/* The argument `type`: as what the SR is attached. */
static int read_type(struct request *request, struct error *err)
{
	const char *type = value_get(request->device_config, "type");

	request->type = type ? sr_type_of_attached(type) : &sr_type_iscsi;
	return request->type
		       ? 0
		       : error_set(err, ERROR_BAD_VALUE,
				   "type is '%.32s'; it can be: lvmoiscsi, "
				   "lvmohba",
				   type);
}

/* Runs the function that request->command names. */
static int run_function(struct request *request, char **value,
			struct error *err)
{
	if (read_type(request, err))
		return -1;
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		struct plugin_arguments arguments = { .given = request };
		int failed = 0;

		if (strcmp(request->command, functions[i].name) != 0)
			continue;
		request->only_reads = functions[i].only_reads;
		if (functions[i].wants != PLUGIN_WANTS_NOTHING &&
		    plugin_arguments_read(&arguments, functions[i].wants,
					  functions[i].may_choose, err))
			return -1;
		failed = functions[i].run(&arguments, value, err);
		plugin_arguments_free(&arguments);
		return failed ? -1 : 0;
	}
	return error_set(err, ERROR_UNIMPLEMENTED,
			 "%.64s: the plugin's functions are list, inspect, "
			 "plan, resign, recover, verify, attach, detach, "
			 "rescan, release, in_use, refresh, version",
			 request->command);
}

static int run_plugin(struct request *request, char **answer, struct error *err)
{
	char *value;

	if (run_function(request, &value, err))
		return -1;
	*answer = response_plugin_success(value);
	free(value);
	return 0;
}

int plugin(int argc, char **argv)
{
	static const struct answer_form form = {
		request_parse_plugin, run_plugin, response_plugin_failure,
		response_plugin_out_of_memory
	};

	return answer_call(&form, NULL, argc, argv);
}
