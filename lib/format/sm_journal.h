// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The value of one of SM's journals that was too long for the LV's name:
 * "<length> <value>" at the start of the LV (sm libs/sm/journaler.py).
 */
#ifndef FORMAT_SM_JOURNAL_H
#define FORMAT_SM_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_VALUE_SECTOR 512

/* Finds the value in the LV's first sector. False if there is none: the value
 * is in the name, and the LV's content is whatever was there before. */
bool journal_value_find(const uint8_t *sector, size_t *at, size_t *len);

#endif
