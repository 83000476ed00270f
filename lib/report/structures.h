// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which structures of a LUN a planned write is about.
 */
#ifndef REPORT_STRUCTURES_H
#define REPORT_STRUCTURES_H

#include "plan/plan.h"

/* "LVM label, mda_header", "MGT", "VHD-<vdi>" …; the caller frees it. */
char *structures_at(const struct snapshot *snap,
		    const struct plan_write *write);

#endif
