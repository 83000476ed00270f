// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "drivers/process.h"
#include "drivers/relvm_confirm.h"
#include "drivers/relvm_files.h"
#include "drivers/relvm_options.h"
#include "drivers/relvm_report.h"
#include "drivers/relvm_workers.h"
#include "drivers/relvm_xapi.h"
#include "engine/resign.h"
#include "iscsi/user_session.h"
#include "base/stop.h"
#include "base/utf8.h"
#include "sm/sr_type.h"
#include "plan/map_file.h"

/* One call of relvm. */
struct run {
	struct relvm_options options;
	struct relvm_xapi xapi;
	bool colour;		  /* of reports */
	struct kept_session kept; /* a worker's */
};

static void log_to_stderr(int level, const char *line)
{
	(void)level;
	fprintf(stderr, "relvm: %s\n", line);
}

/* Names of LUNs may come from a list that others wrote, words from xapi. */
static void print_error(struct error *err)
{
	text_clean_here(err->text, '?');
	log_to_stderr(LOG_ERR, err->text);
}

/* ---- the commands, each in a worker ---- */

static enum relvm_status do_inspect(const struct relvm_report *report,
				    const struct lun_choice *choice,
				    struct error *err)
{
	struct look look;
	int failed;

	failed = look_inspect(choice, &look, err);
	if (!failed)
		relvm_report_inspect(report, choice, &look);
	sr_report_free(&look.sr);
	return failed ? RELVM_FAILED : RELVM_DONE;
}

static enum relvm_status do_plan(const struct relvm_report *report,
				 const struct lun_choice *choice,
				 struct error *err)
{
	const struct relvm_options *options = report->options;
	struct look_plan plan = { 0 };
	int failed;

	if (look_plan(choice, &options->request, &plan, err))
		return RELVM_FAILED;
	failed = options->save_map &&
		 relvm_file_write(options->save_map, ID_MAP_FIRST_LINE,
				  plan.map.data, plan.map.len, err);
	if (!failed)
		relvm_report_plan(report, choice, &plan);
	look_plan_free(&plan);
	return failed ? RELVM_FAILED : RELVM_DONE;
}

/* *scsi_id is what could be found out, also on failure. */
static enum relvm_status do_resign(const struct relvm_report *report,
				   const struct lun_choice *choice,
				   struct scsi_id *scsi_id, struct error *err)
{
	struct resign_report resigned;

	if (resign(choice, &report->options->request, scsi_id, &resigned, err))
		return RELVM_FAILED;
	relvm_report_resign(report, choice, scsi_id->text, &resigned);
	sr_report_free(&resigned.sr);
	return RELVM_DONE;
}

static enum relvm_status do_attach(const struct run *run,
				   const struct relvm_report *report,
				   const struct lun_choice *choice,
				   struct error *err)
{
	struct attach_wanted wanted = {
		.choice = choice,
		.xapi = run->xapi.session,
		.type = choice->path ? sr_type_hba.attached_as
				     : sr_type_iscsi.attached_as,
	};
	struct attach_result result;
	json_t *config;
	bool all = true;
	int failed;

	if (!wanted.xapi) {
		error_set(err, ERROR_BAD_VALUE,
			  "attach wants a host of a pool, for its xapi does "
			  "it");
		return RELVM_FAILED;
	}
	config = attach_config(&choice->target);
	if (!config) {
		error_set(err, ERROR_BAD_VALUE,
			  "a name or a password is not UTF-8, so that xapi "
			  "cannot be told it");
		return RELVM_FAILED;
	}
	wanted.device_config = config;
	failed = attach_lun(&wanted, &report->options->request, &result, err);
	json_decref(config);
	if (failed)
		return RELVM_FAILED;
	relvm_report_attach(report, choice, &result);
	for (size_t i = 0; i < result.report.host_count; i++)
		all = all && result.report.hosts[i].attached;
	attach_result_free(&result);
	return all ? RELVM_DONE : RELVM_FAULTS;
}

static enum relvm_status do_list_targets(const struct relvm_report *report,
					 const struct lun_choice *choice,
					 struct error *err)
{
	struct iscsi_offers offers = { 0 };
	int failed;

	failed = iscsi_discover(&choice->target, &offers, err);
	if (!failed)
		relvm_report_targets(report, choice, &offers);
	iscsi_offers_free(&offers);
	return failed ? RELVM_FAILED : RELVM_DONE;
}

static enum relvm_status do_list(const struct run *run,
				 const struct relvm_report *report,
				 const struct lun_choice *choice,
				 struct error *err)
{
	struct target_list list;

	if (!choice->target.iqn)
		return do_list_targets(report, choice, err);
	if (target_list_read(&choice->target, run->xapi.session, &list, err))
		return RELVM_FAILED;
	relvm_report_list(report, choice, &list);
	target_list_free(&list);
	return RELVM_DONE;
}

static struct relvm_report report_into(const struct run *run,
				       struct relvm_said *said)
{
	return (struct relvm_report){ &run->options,
				      { &said->out, run->colour },
				      &said->err };
}

static enum relvm_status run_one(void *context, size_t index,
				 struct relvm_said *said)
{
	const struct run *run = context;
	const struct relvm_options *options = &run->options;
	const struct lun_choice *choice = &options->choices[index];
	const struct relvm_report report = report_into(run, said);
	enum relvm_status status = RELVM_FAILED;
	struct scsi_id scsi_id = { "" };
	struct error err;

	if (choice->path && relvm_file_check_raw(choice->path, &err)) {
		relvm_report_error(&report, choice->name, "", &err);
		return RELVM_FAILED;
	}
	switch (options->command) {
	case RELVM_INSPECT:
		status = do_inspect(&report, choice, &err);
		break;
	case RELVM_PLAN:
		status = do_plan(&report, choice, &err);
		break;
	case RELVM_RESIGN:
	case RELVM_RECOVER:
		status = do_resign(&report, choice, &scsi_id, &err);
		break;
	case RELVM_ATTACH:
		status = do_attach(run, &report, choice, &err);
		break;
	case RELVM_LIST:
		status = do_list(run, &report, choice, &err);
		break;
	case RELVM_VERIFY:
		return RELVM_FAILED; /* run_verify does it */
	}
	if (status == RELVM_FAILED)
		relvm_report_error(&report, choice->name, scsi_id.text, &err);
	return status;
}

/* ---- verify: one worker for all LUNs, which it compares ---- */

static enum relvm_status verdict(const struct verified_lun *luns, size_t count,
				 const struct findings *duplicates)
{
	size_t errors = findings_of(duplicates, FINDING_ERROR);

	for (size_t i = 0; i < count; i++)
		errors += findings_of(&luns[i].findings, FINDING_ERROR);
	return errors ? RELVM_FAULTS : RELVM_DONE;
}

static enum relvm_status run_verify(void *context, size_t index,
				    struct relvm_said *said)
{
	const struct run *run = context;
	const struct relvm_options *options = &run->options;
	const struct relvm_report report = report_into(run, said);
	struct verified_lun *luns = alloc_zeroed(options->count, sizeof(*luns));
	struct findings duplicates = { 0 };
	enum relvm_status status = RELVM_DONE;
	struct error err;

	(void)index;
	for (size_t i = 0; i < options->count; i++) {
		if (look_verify(&options->choices[i], &luns[i], &err)) {
			finding_add(&luns[i].findings, FINDING_ERROR, "LUN",
				    "%s", err.text);
			if (!options->json)
				relvm_report_error(&report, luns[i].name, "",
						   &err);
			status = RELVM_FAILED;
		}
	}
	verified_compare(luns, options->count, &duplicates);
	relvm_report_verify(&report, luns, options->count, &duplicates);
	if (status == RELVM_DONE)
		status = verdict(luns, options->count, &duplicates);
	verified_free(luns, options->count);
	findings_free(&duplicates);
	return status;
}

/* ---- before and around ---- */

static void report_death(void *context, size_t index, const char *how,
			 struct relvm_said *said)
{
	const struct run *run = context;
	const struct relvm_report report = report_into(run, said);
	struct error err;

	error_set(&err, ERROR_HOST,
		  "%s; what became of the LUN is not known: inspect it", how);
	relvm_report_error(&report, run->options.choices[index].name, "", &err);
}

static void log_out(void *context)
{
	struct run *run = context;

	kept_session_close(&run->kept);
}

static enum relvm_status run_workers(struct run *run)
{
	struct relvm_options *options = &run->options;
	bool verify = options->command == RELVM_VERIFY;
	const struct relvm_work work = {
		.run = verify ? run_verify : run_one,
		.leave = log_out,
		.died = report_death,
		.context = run,
		.count = verify ? 1 : options->count,
		.jobs = options->jobs,
	};

	reach_numbers(options->choices, options->count);
	/* Not where the host logs in, too: there are arrays that allow an
	 * initiator one session. */
	for (size_t i = 0; i < options->count; i++) {
		if (options->command != RELVM_ATTACH)
			options->choices[i].kept = &run->kept;
	}
	return relvm_workers_run(&work);
}

static enum relvm_status run_command(struct run *run)
{
	struct relvm_options *options = &run->options;
	bool writes = relvm_command_writes(options->command);
	enum relvm_status status;
	struct error err;

	/* First, for it may say what the user ought to know. */
	if ((writes || options->command == RELVM_LIST) &&
	    relvm_xapi_begin(&run->xapi, options, &err)) {
		print_error(&err);
		return RELVM_FAILED;
	}
	options->request.xapi = run->xapi.session;
	options->request.own_host = run->xapi.own_host;
	if (writes && !relvm_confirm(options))
		status = RELVM_NOT_CONFIRMED;
	else
		status = run_workers(run);
	relvm_xapi_end(&run->xapi);
	return status;
}

static bool is_dumb_terminal(void)
{
	const char *term = getenv("TERM");

	return !term || strcmp(term, "dumb") == 0;
}

int relvm(int argc, char **argv)
{
	struct run run = { 0 };
	enum relvm_status status = RELVM_DONE;
	struct error err;

	alloc_last_words(NULL, RELVM_NO_MEMORY);
	process_open_standard_files();
	process_forbid_core_files();
	switch (relvm_options_read(argc, argv, &run.options, &err)) {
	case RELVM_PARSED_SHOW:
		return fflush(stdout) ? RELVM_FAILED : RELVM_DONE;
	case RELVM_PARSED_BAD:
		print_error(&err);
		return RELVM_USAGE;
	case RELVM_PARSED_RUN:
		break;
	}
	/* Only now: what is read from a terminal or a pipe can be given up. */
	stop_on_signals();
	log_to(log_to_stderr, run.options.verbose ? LOG_DEBUG : LOG_WARNING);
	run.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") &&
		     !is_dumb_terminal();
	status = run_command(&run);
	relvm_options_free(&run.options);
	return (int)status;
}
