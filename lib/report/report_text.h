// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Reports for people: plain text in lines, sizes in units of 1024, VDIs as a
 * tree in which each hangs on its parent.
 */
#ifndef REPORT_REPORT_TEXT_H
#define REPORT_REPORT_TEXT_H

#include "base/buffer.h"
#include "report/check.h"
#include "report/report.h"

/* What comes from elsewhere and is printed into it must be clean. */
struct report_text {
	struct buffer *out;
	bool colour; /* ANSI escapes: for a terminal only */
};

/* Words of whatever origin, made safe. */
void report_text_clean(const struct report_text *text, const char *words);

/* `scsi_id`: "" if it is not known; `size`: 0 likewise. */
void report_text_lun(const struct report_text *text, const char *name,
		     const char *scsi_id, uint64_t size);
void report_text_sr(const struct report_text *text,
		    const struct sr_report *report);
void report_text_writes(const struct report_text *text,
			const struct plan *plan);
void report_text_journal(const struct report_text *text,
			 const struct journal_head *journal);
void report_text_findings(const struct report_text *text,
			  const struct findings *findings);

/* 1536 as "1.5 KiB"; `out` has 16 bytes. */
#define REPORT_SIZE_TEXT 16
void report_text_size(uint64_t bytes, char *out);

#endif
