// SPDX-License-Identifier: LGPL-2.1-only
#include "format/sm_journal.h"

bool journal_value_find(const uint8_t *sector, size_t *at, size_t *len)
{
	size_t i = 0, n = 0;

	for (; i < 4 && sector[i] >= '0' && sector[i] <= '9'; i++)
		n = n * 10 + (size_t)(sector[i] - '0');
	if (i == 0 || sector[i] != ' ' || n == 0 ||
	    n > JOURNAL_VALUE_SECTOR - i - 1)
		return false;
	*at = i + 1;
	*len = n;
	return true;
}
