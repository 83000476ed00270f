// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What LUNs are called. Pure.
 *
 * A SCSIid is what `scsi_id -g` printed when the storage manager first saw the
 * LUN, white space to `_`; xapi keeps that text for ever. It is a choice among
 * the LUN's names, one for each designator of VPD page 0x83 and one for page
 * 0x80, and another scsi_id or another firmware chooses another one. So a LUN
 * is what any of its names says.
 *
 * A name starts with its kind: 0 vendor specific, 1 T10 vendor, 2 EUI-64, 3
 * NAA, 8 SCSI name string (designator types of SPC-4, 7.8.6.1), S page 0x80.
 */
#ifndef BASE_SCSI_ID_H
#define BASE_SCSI_ID_H

#include <stdbool.h>

#include "base/error.h"

/* The longest that scsi_id prints, with its NUL. */
#define SCSI_ID_SIZE 256

/* By value; empty: there is none. What a LUN says may hold any byte but NUL and
 * white space. */
struct scsi_id {
	char text[SCSI_ID_SIZE];
};

/* Whether a user's text can be a SCSIid: it becomes part of file names, so it
 * must never lead out of a directory. */
bool scsi_id_valid(const char *text);

/* Room for every name that the pages can give: see vpd_names. */
#define LUN_NAMES_SIZE 2048

struct lun_names {
	/* What scsi_id prints, and what it printed before systemd 243. Empty:
	 * it prints nothing, although the LUN may have names. */
	struct scsi_id scsi_id;
	struct scsi_id old_scsi_id;
	/* Every name, each with its NUL, the best first; an empty one ends. */
	char all[LUN_NAMES_SIZE];
};

/* A LUN of which one name is all that is known. `name` fits. */
void lun_names_set(struct lun_names *names, const char *name);

/* The names, one by one: begin with NULL; NULL after the last. */
const char *lun_names_next(const struct lun_names *names, const char *name);

/* The best name, which is the same on every host: for locks and journals. ""
 * if the LUN has none. */
const char *lun_names_best(const struct lun_names *names);

/* Whether this is one of the names, in either case of letters. */
bool lun_names_have(const struct lun_names *names, const char *name);

/* Whether two sets are those of one LUN: by the best kind of name that both
 * have. Worse ones do not count then: there are arrays that give several LUNs
 * the same. */
bool lun_names_same(const struct lun_names *a, const struct lun_names *b);

/* Whether it is the same LUN still; ERROR_IN_USE: the array has mapped another one
 * to its place. */
int lun_names_check(const struct lun_names *names, const struct lun_names *now,
		    struct error *err);

/* Whether the text holds one of the names as a word, in either case: alone, in
 * a list, or in a device's name such as scsi-<name>-part1, wwn-0x<number> or
 * /dev/mapper/<name>. Whatever stands between letters and digits counts as
 * equal, for udev, device-mapper and SM each have their own character for a
 * blank. */
bool lun_names_in(const struct lun_names *names, const char *text);

/* Whether the LUN has a name of the kind of `scsi_id`, so that this is either
 * one of its names or another LUN's. */
bool lun_names_can_tell(const struct lun_names *names, const char *scsi_id);

#endif
