// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/functions.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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
	struct look_plan plan;
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

int plugin_resign(const struct request *request, char **value,
		  struct error *err)
{
	return resign_or_recover(request, false, value, err);
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
	ids = strdup(arguments.choice.lun.scsi_id);
	if (ids)
		v.luns = calloc(count_ids(ids), sizeof(*v.luns));
	failed = ids && v.luns ? verify_luns(&arguments.choice, ids, &v, err) ||
					 verified_compare(v.luns, v.count,
							  &v.duplicates, err)
			       : error_no_memory(err);
	if (!failed)
		*value = answer_verify(v.luns, v.count, &v.duplicates,
				       process_ms_since(&start));
	verified_free(v.luns, v.count);
	findings_free(&v.duplicates);
	free(ids);
	plugin_arguments_free(&arguments);
	return failed ? -1 : 0;
}
