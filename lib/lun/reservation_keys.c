// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/reservation_keys.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

#define PERSISTENT_RESERVE_IN 0x5e
#define HEADER		      8
#define KEY_LEN		      8

void reservation_keys_cdb(uint8_t cdb[RESERVATION_KEYS_CDB_LEN])
{
	memset(cdb, 0, RESERVATION_KEYS_CDB_LEN);
	cdb[0] = PERSISTENT_RESERVE_IN;
	cdb[8] = RESERVATION_KEYS_LEN;
}

int reservation_keys_check(const uint8_t *data, size_t len, const char *name,
			   struct error *err)
{
	uint32_t count;

	if (len < HEADER)
		return error_set(err, ERROR_IO,
				 "%s has no answer to READ KEYS, so that it is "
				 "not known whether a cluster works with it",
				 name);
	count = get_be32(data + 4) / KEY_LEN;
	if (count == 0)
		return 0;
	return error_set(
		err, ERROR_IN_USE,
		"%s has a persistent reservation (%" PRIu32
		" registered keys, the first 0x%016" PRIx64
		"): a cluster works with it, or did; nothing was written",
		name, count,
		len < HEADER + KEY_LEN ? 0 : get_be64(data + HEADER));
}
