// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether a LUN that is open is still the one that was found. An array can map
 * another LUN to its number while our session lives: the original and its clone
 * have the same label, headers and claims, so that only INQUIRY shows it.
 */
#ifndef ENGINE_STILL_LUN_H
#define ENGINE_STILL_LUN_H

#include "base/error.h"
#include "base/scsi_id.h"
#include "lun/lun.h"

/* Asks for VPD page 0x83; for 0x80 of a LUN that has no name there. ERROR_IN_USE:
 * it is another LUN, which may be an original, or tells no name any more. One
 * that never had a name (an image, a disk that is no SCSI LUN) is taken as it
 * is. */
int still_lun_check(struct lun *lun, const struct lun_names *names,
		    struct error *err);

#endif
