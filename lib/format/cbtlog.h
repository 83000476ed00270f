// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A changed-block log's links to the logs before and after it.
 *
 * Source: blktap include/cbt-util.h (struct cbt_log_metadata): parent VDI uuid,
 * 16 raw bytes; child VDI uuid, 16 raw bytes; all zeros for none. What follows
 * holds no identifier.
 */
#ifndef FORMAT_CBTLOG_H
#define FORMAT_CBTLOG_H

#define CBTLOG_PARENT_AT 0
#define CBTLOG_CHILD_AT	 16
#define CBTLOG_LINKS_LEN 32

#endif
