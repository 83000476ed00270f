// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether somebody has registered for a persistent reservation of the LUN:
 * PERSISTENT RESERVE IN, READ KEYS (SPC-4, 6.15.2). SM uses none, so that is
 * another cluster at work; and a fence (lun.h) would keep nobody out then, even
 * where the target says that it does.
 *
 * Pure. The command is the form's to send, when the LUN is opened to be written
 * to: later, to a LUN that we have reserved, some targets refuse it.
 */
#ifndef LUN_RESERVATION_KEYS_H
#define LUN_RESERVATION_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RESERVATION_KEYS_CDB_LEN 10
/* The header and one key. */
#define RESERVATION_KEYS_LEN 16

void reservation_keys_cdb(uint8_t cdb[RESERVATION_KEYS_CDB_LEN]);

/* `len` bytes of a good answer. ERROR_IN_USE, with the LUN's `name`; ERROR_IO: they
 * do not tell. */
int reservation_keys_check(const uint8_t *data, size_t len, const char *name,
			   struct error *err);

#endif
