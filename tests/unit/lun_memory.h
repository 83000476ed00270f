// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN in memory.
 */
#ifndef TESTS_UNIT_LUN_MEMORY_H
#define TESTS_UNIT_LUN_MEMORY_H

#include "lun/lun.h"

/* `bytes` stays the caller's, must outlive the LUN, and is changed by writes.
 * ERROR_INTERNAL if `size` is not whole blocks of 512 or 4096 bytes. */
int lun_memory_open(uint8_t *bytes, uint64_t size, uint32_t block_size,
		    struct lun **out, struct error *err);

#endif
