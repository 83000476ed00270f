// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The transaction: a plan onto a LUN.
 */
#ifndef TXN_TXN_H
#define TXN_TXN_H

#include "lun/lun.h"
#include "plan/plan.h"

/* Writes the plan, phase by phase with a flush after each, then reads the LUN
 * anew and compares it with what was planned. On -1 the error says whether the
 * LUN is still as it was. */
int txn_run(struct lun *lun, const struct plan *plan, struct error *err);

#endif
