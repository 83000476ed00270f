// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What relvm says of a LUN: text for people, or one line of JSON.
 */
#ifndef DRIVERS_RELVM_REPORT_H
#define DRIVERS_RELVM_REPORT_H

#include "drivers/relvm_options.h"
#include "engine/answers.h"
#include "report/report_text.h"

/* Where a report goes and how it looks. A failure goes to `err`, so that it is
 * seen where the output goes to a file; JSON has all in `text`. */
struct relvm_report {
	const struct relvm_options *options;
	struct report_text text;
	struct buffer *err;
};

void relvm_report_inspect(const struct relvm_report *report,
			  const struct lun_choice *choice,
			  const struct look *look);
void relvm_report_plan(const struct relvm_report *report,
		       const struct lun_choice *choice,
		       const struct look_plan *plan);

/* One line of text if there are several LUNs. */
void relvm_report_resign(const struct relvm_report *report,
			 const struct lun_choice *choice, const char *scsi_id,
			 const struct resign_report *resign);

void relvm_report_attach(const struct relvm_report *report,
			 const struct lun_choice *choice,
			 const struct attach_result *result);

void relvm_report_verify(const struct relvm_report *report,
			 const struct verified_lun *luns, size_t count,
			 const struct findings *duplicates);

void relvm_report_list(const struct relvm_report *report,
		       const struct lun_choice *choice,
		       const struct target_list *list);

/* The targets of a host. */
void relvm_report_targets(const struct relvm_report *report,
			  const struct lun_choice *choice,
			  const struct iscsi_offers *offers);

void relvm_report_error(const struct relvm_report *report, const char *lun,
			const char *scsi_id, const struct error *err);

#endif
