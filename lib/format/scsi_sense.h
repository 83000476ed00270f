// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a LUN's sense data means to us, whichever way a command went to it.
 * Source: SPC-4, 4.5 and the table of additional sense codes.
 */
#ifndef FORMAT_SCSI_SENSE_H
#define FORMAT_SCSI_SENSE_H

#include <stdbool.h>
#include <stdint.h>

#define SENSE_NOT_READY	      0x02
#define SENSE_ILLEGAL_REQUEST 0x05
#define SENSE_UNIT_ATTENTION  0x06
#define SENSE_DATA_PROTECT    0x07
#define SENSE_MISCOMPARE      0x0e

/* The LUN does not have this command: it does not know the operation code, or a
 * field of the CDB or of what came with it. Not that there is no such LUN or no
 * such block. `asc` is the additional sense code and its qualifier. */
static inline bool sense_is_unsupported(uint8_t key, uint16_t asc)
{
	return key == SENSE_ILLEGAL_REQUEST &&
	       (asc == 0x2000 || asc == 0x2400 || asc == 0x2600);
}

/* The LUN may be read alone. (27/07 says that the array is full.) */
static inline bool sense_is_write_protected(uint8_t key, uint16_t asc)
{
	return key == SENSE_DATA_PROTECT && asc >= 0x2700 && asc <= 0x2706;
}

/* The LUN is there, and this path does not serve it: asymmetric access state
 * transition, standby, unavailable (SPC-4 5.15.2.4); or in the words of arrays
 * from before that, which Linux' device handlers know: RDAC (94/01), CLARiiON
 * (04/03) and HP (04/02). */
static inline bool sense_is_no_path(uint8_t key, uint16_t asc)
{
	switch (asc) {
	case 0x0402:
	case 0x0403:
	case 0x040a:
	case 0x040b:
	case 0x040c:
		return key == SENSE_NOT_READY;
	case 0x9401:
		return key == SENSE_ILLEGAL_REQUEST;
	default:
		return false;
	}
}

#endif
