// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM as the judge of a result: the real lvm2 reads the device, its own check
 * of the VG passes, and it sees the identifiers that were planned.
 */
#ifndef HOST_LVM_JUDGE_H
#define HOST_LVM_JUDGE_H

#include "base/error.h"
#include "format/lvm_vg.h"

/* Asks LVM about `device` ("sda", "dm-3"), and about no other, whether `want` is
 * on it, with no volume more and none less: the original
 * beside its clone is not seen. LVM is told to write nothing and to activate
 * nothing, and goes by its defaults, whatever this host's lvm.conf says.
 *
 * ERROR_INTERNAL: LVM refuses it, with its words, or sees other identifiers
 * than planned. ERROR_HOST: LVM cannot be run. */
int lvm_judge(const char *device, const struct lvm_vg *want, struct error *err);

/* What LVM reports of one device, compared with what is expected; pure. The
 * columns of the report and what stands between them: a line for each
 * segment of the PV, where one of free space has no LV. `report` is changed.
 * ERROR_INTERNAL: what LVM sees, and what was planned. */
#define LVM_REPORT_COLUMNS "pv_uuid,vg_uuid,vg_name,lv_uuid,lv_name"
#define LVM_REPORT_BETWEEN "|"

int lvm_report_check(char *report, const struct lvm_vg *want,
		     struct error *err);

#endif
