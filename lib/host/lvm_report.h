// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What LVM reports of one device, compared with what is expected. Pure.
 */
#ifndef HOST_LVM_REPORT_H
#define HOST_LVM_REPORT_H

#include "base/error.h"
#include "host/lvm_judge.h"

/* The columns of the report and what stands between them: a line for each
 * segment of the PV, where one of free space has no LV. */
#define LVM_REPORT_COLUMNS "pv_uuid,vg_uuid,vg_name,lv_uuid,lv_name"
#define LVM_REPORT_BETWEEN "|"

/* `report` is changed. ERROR_INTERNAL: what LVM sees, and what was planned. */
int lvm_report_check(char *report, const struct lvm_expectation *want,
		     struct error *err);

#endif
