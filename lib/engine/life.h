// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Signs of life of an SR that this pool has no record of: it may be in use by
 * another pool or hypervisor, which no guard of ours can see.
 *
 * What is looked for: MGT, the SR's metadata, and heartbeats (hb-<host uuid>,
 * CloudStack's), that change within LIFE_MS. What is not: writes to the VDIs
 * themselves, whose clone in mid-write is as likely as their original; a host
 * that uses the SR and writes nothing.
 */
#ifndef ENGINE_LIFE_H
#define ENGINE_LIFE_H

#include "base/error.h"
#include "format/lvm_vg.h"
#include "lun/lun.h"

#define LIFE_MS 1000

/* Reads them, waits, reads them again. ERROR_IN_USE: one has changed;
 * ERROR_INTERRUPTED; ERROR_IO. An SR that has neither is not waited for. */
int life_check(struct lun *lun, const struct lvm_vg *vg, struct error *err);

#endif
