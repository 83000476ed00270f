// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What an LV's name says, as XenServer's storage manager gives them.
 *
 * Source: sm libs/sm/lvhdutil.py (VHD-, LV-), journaler.py, cleanup.py (OLD_),
 * cbtutil.py (.cbtlog), LVHDSR.py (MGT), trim_util.py (_trim_lv), blktap
 * (jvhd_); xcp-ng/sm drivers/lvmcowutil.py (QCOW2-).
 */
#ifndef FORMAT_LV_NAME_H
#define FORMAT_LV_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

enum lv_kind {
	LV_FOREIGN, /* not SM's (hb-<host uuid> …): the name is kept */
	LV_MGT,	    /* the SR's metadata */
	LV_VHD,	    /* VHD-<vdi>, VHD-OLD_<vdi> … */
	LV_QCOW2,   /* QCOW2-<vdi>, QCOW2-OLD_<vdi> … */
	LV_RAW,	    /* LV-<vdi>: raw VDI, HA statefile, redo log */
	LV_CBTLOG,  /* <vdi>.cbtlog */
	LV_JOURNAL, /* <type>_<vdi>[_<value>]: an operation in flight */
	LV_JVHD,    /* jvhd_<vdi>: libvhd's own journal of a resize */
	LV_TRIM,    /* <SR>_trim_lv: all free space, while SM trims it */
	LV_KINDS,
};

/* `tagged_journaler`: the LV has SM's tag `journaler`. `sr`: the SR that it is
 * in. */
enum lv_kind lv_name_kind(const char *name, bool tagged_journaler,
			  const struct uuid *sr);

/* Whether it holds a VDI's data, and whether it may name another that does. */
bool lv_kind_is_volume(enum lv_kind kind);
bool lv_kind_is_image(enum lv_kind kind);

/* "vhd", "raw" … of a volume, as MGT's vdi_type has it; "log" … of others. */
const char *lv_kind_text(enum lv_kind kind);

/* What people are told there are `n` of; NULL of what is told by its VDIs. */
const char *lv_kind_counted(enum lv_kind kind, uint32_t n);

/* Whether the value of this LV_JOURNAL is in the LV (journal_value_find): SM
 * looks there for the types clone and leaf, and a name of two parts has no
 * other place for it. Else the LV holds what was there before. */
bool lv_name_value_is_inside(const char *name);

/* The value of one of SM's journals that was too long for the LV's name:
 * "<length> <value>" at the start of the LV (sm libs/sm/journaler.py). */
#define JOURNAL_VALUE_SECTOR 512

/* Finds the value in the LV's first sector. False if there is none: the value
 * is in the name, and the LV's content is whatever was there before. */
bool journal_value_find(const uint8_t *sector, size_t *at, size_t *len);

/* A changed-block log's links to the logs before and after it.
 *
 * Source: blktap include/cbt-util.h (struct cbt_log_metadata): parent VDI uuid,
 * 16 raw bytes; child VDI uuid, 16 raw bytes; all zeros for none. What follows
 * holds no identifier. */
#define CBTLOG_PARENT_AT 0
#define CBTLOG_CHILD_AT	 16
#define CBTLOG_LINKS_LEN 32

#endif
