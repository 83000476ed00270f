// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Reports for programs. The whole form is described, field by field, by
 * xapi-plugin/schema.json, of the version below; a field that is added keeps
 * the version, one that is changed or taken away raises it.
 */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include "report/check.h"
#include "report/json.h"
#include "report/report.h"

#define REPORT_SCHEMA_VERSION 1

/* {"schema_version": …, "command": …: to be closed with json_close('}'). */
void report_json_begin(struct json *json, const char *command);

/* Each adds members to the object that is open. */

/* "lun": the name that it was given, its SCSIid ("" if it is not known) and
 * size. */
struct report_lun {
	const char *name;
	const char *scsi_id;
	uint64_t size; /* bytes; 0: not known */
	uint32_t block_size;
};
void report_json_lun(struct json *json, const struct report_lun *lun);

/* "sr", "vdis", "counts", "warnings". */
void report_json_sr(struct json *json, const struct sr_report *report);

/* "writes" and "digest". */
void report_json_writes(struct json *json, const struct sr_report *report);

/* "journal": null if there is none. */
void report_json_journal(struct json *json,
			 const struct report_journal *journal);

/* "outcome", and all of report_json_sr. */
void report_json_resign(struct json *json, const struct resign_report *report);

/* A list: "findings" or what else `key` says. */
void report_json_findings(struct json *json, const char *key,
			  const struct findings *findings);

/* "error", with SM's number. */
void report_json_error(struct json *json, int number, const struct error *err);

#endif
