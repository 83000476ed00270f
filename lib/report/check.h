// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether an SR on a LUN is sound, beyond what a resign needs: VHD chains, the
 * names of parents, MGT against the LVs; and whether several LUNs carry the
 * same identifiers.
 */
#ifndef REPORT_CHECK_H
#define REPORT_CHECK_H

#include <stddef.h>

#include "base/error.h"
#include "report/report.h"

enum finding_weight {
	FINDING_NOTE,	 /* usual, but worth knowing */
	FINDING_WARNING, /* SM copes with it, by losing something */
	FINDING_ERROR,	 /* SM cannot use it, or would use another SR's */
};

struct finding {
	enum finding_weight weight;
	char *where; /* a structure, or LUNs; clean text */
	char *what;
};

struct findings {
	struct finding *items;
	size_t count, room;
	bool failed; /* out of memory: not all are there */
};

void finding_add(struct findings *findings, enum finding_weight weight,
		 const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

size_t findings_of(const struct findings *findings, enum finding_weight weight);
void findings_free(struct findings *findings);

/* A complete snapshot; what it took to parse it has been checked by that. */
void check_sr(const struct snapshot *snap, struct findings *out);
void check_journal(const struct report_journal *journal, struct findings *out);

/* Several LUNs; `reports` of those that could not be read are NULL. The names
 * are for people. */
void check_duplicates(const struct sr_report *const *reports,
		      const char *const *names, size_t count,
		      struct findings *out);

#endif
