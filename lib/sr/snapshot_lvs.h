// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The part of snapshot_parse that looks into the LVs: MGT, VHD headers and
 * journals. Same contract; snap->vg is parsed and its layout checked.
 */
#ifndef SR_SNAPSHOT_LVS_H
#define SR_SNAPSHOT_LVS_H

#include "sr/snapshot.h"

int snapshot_parse_lvs(struct snapshot *snap, struct want_list *wants,
		       struct error *err);

#endif
