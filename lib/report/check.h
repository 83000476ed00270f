// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether an SR on a LUN is sound, beyond what a resign needs: VHD chains, the
 * names of parents, MGT against the LVs; and whether several LUNs carry the
 * same identifiers.
 */
#ifndef REPORT_CHECK_H
#define REPORT_CHECK_H

#include <stddef.h>

#include "format/resign_journal.h"
#include "report/findings.h"
#include "plan/plan.h"

/* A complete snapshot; what it took to parse it has been checked by that. */
void check_sr(const struct snapshot *snap, struct findings *out);

/* What a resign does not mend, and its user should know: that the LUN is
 * smaller than its PV, that MGT, an image or a chain is broken, what SM will do
 * about operations that were in flight. `plan`: NULL, or the resign, for new
 * uuids. `broken`: how much what SM cannot use weighs. */
void check_warnings(const struct snapshot *snap, const struct plan *plan,
		    enum finding_weight broken, struct findings *out);

void check_journal(const struct journal_head *journal, struct findings *out);

/* Several LUNs; `snaps` of those that could not be read are NULL. The names are
 * for people. */
void check_duplicates(const struct snapshot *const *snaps,
		      const char *const *names, size_t count,
		      struct findings *out);

#endif
