// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The answer to REPORT LUNS: which LUNs a target has. Pure.
 * Source of the format: SPC-4 6.33; SAM-5 4.7 for the addresses.
 */
#ifndef FORMAT_REPORT_LUNS_H
#define FORMAT_REPORT_LUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_LUNS_HEADER_LEN 8
#define REPORT_LUNS_ENTRY_LEN  8

/* Bytes that the whole answer has, header included, by its own account; 0 if
 * `len` bytes hold no header. May be far more than `len`. */
uint64_t report_luns_size(const uint8_t *data, size_t len);

/* Writes the LUNs in `data` to luns[], which has room for `len` / 8 of them;
 * returns how many. A LUN is the first two bytes of its address, addressing
 * method included, as commands to it have to name it. What cannot be a disk of
 * this target itself is left out: well-known LUNs, addresses of a second level
 * and of methods other than peripheral and flat. */
size_t report_luns_parse(const uint8_t *data, size_t len, uint16_t *luns);

#define LUN_NUMBER_MAX 16383

/* The number that people call it by, on the array and here: 300 is 41 2c in
 * flat addressing; LIO, and Linux with it, writes 01 2c, which by the letter is
 * a LUN 44 behind a bus 1. */
static inline unsigned lun_number(uint16_t lun)
{
	return lun & LUN_NUMBER_MAX;
}

/* Reads a number that a user gives: 0 to LUN_NUMBER_MAX, or what Linux shows,
 * which counts the method of flat addressing in (16684 is 300). */
bool lun_number_read(const char *text, unsigned *out);

#endif
