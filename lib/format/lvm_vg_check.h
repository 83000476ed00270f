// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What must hold among the LVs of a VG, once each was read (internal to
 * lvm_vg).
 */
#ifndef FORMAT_LVM_VG_CHECK_H
#define FORMAT_LVM_VG_CHECK_H

#include "format/lvm_vg.h"

/* Names and ids are unique, no LV that is not linear is bound to one of SM's,
 * no two share an extent. Makes vg->places. `lvs`: the section of the text that
 * they were read from, in their order, or NULL. ERROR_LUN_CONTENT. */
int lvm_vg_check(const struct lvm_text *text, const struct lvm_node *lvs,
		 struct lvm_vg *vg, struct error *err);

#endif
