// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The LUN after a resign, read anew.
 */
#ifndef TXN_VERIFY_H
#define TXN_VERIFY_H

#include "lun/lun.h"
#include "plan/plan.h"
#include "txn/hooks.h"

/* Loads the LUN afresh; it must parse, mean what was planned, and every block
 * that was read must hold the bytes that were planned, and hooks->accept, if
 * there is one, must agree. */
int verify_plan(struct lun *lun, const struct plan *plan,
		const struct txn_hooks *hooks, struct error *err);

#endif
