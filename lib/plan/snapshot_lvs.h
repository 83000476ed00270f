// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The part of snapshot_parse that looks into the LVs: MGT, VHD headers and
 * journals. Same contract; snap->vg is parsed and its layout checked.
 */
#ifndef PLAN_SNAPSHOT_LVS_H
#define PLAN_SNAPSHOT_LVS_H

#include "plan/snapshot.h"

int snapshot_parse_lvs(struct snapshot *snap, struct want_list *wants,
		       struct error *err);

#endif
