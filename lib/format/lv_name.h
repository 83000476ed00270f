// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What an LV's name says, as XenServer's storage manager gives them.
 *
 * Source: sm libs/sm/lvhdutil.py (VHD-, LV-), journaler.py, cleanup.py
 * (OLD_), cbtutil.py (.cbtlog), LVHDSR.py (MGT), blktap (jvhd_).
 */
#ifndef FORMAT_LV_NAME_H
#define FORMAT_LV_NAME_H

#include <stdbool.h>

enum lv_kind {
	LV_FOREIGN, /* not SM's (hb-<host uuid> …): the name is kept */
	LV_MGT,	    /* the SR's metadata */
	LV_VHD,	    /* VHD-<vdi>, VHD-OLD_<vdi> … */
	LV_RAW,	    /* LV-<vdi>: raw VDI, HA statefile, redo log */
	LV_CBTLOG,  /* <vdi>.cbtlog */
	LV_JOURNAL, /* <type>_<vdi>[_<value>]: an operation in flight */
	LV_JVHD,    /* jvhd_<vdi>: libvhd's own journal of a resize */
};

/* `tagged_journaler`: the LV has SM's tag `journaler`. */
enum lv_kind lv_name_kind(const char *name, bool tagged_journaler);

/* "vhd", "raw" … of a volume, as MGT's vdi_type has it; "log" … of others. */
const char *lv_kind_text(enum lv_kind kind);

/* Whether the value of this LV_JOURNAL is in the LV (journal_value.h): SM looks
 * there for the types clone and leaf, and a name of two parts has no other
 * place for it. Else the LV holds what was there before. */
bool lv_name_value_is_inside(const char *name);

#endif
