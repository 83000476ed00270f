// SPDX-License-Identifier: LGPL-2.1-only
#include "format/report_luns.h"

#include <string.h>

#include "base/bytes.h"

#define METHOD_PERIPHERAL 0
#define METHOD_FLAT	  1

uint64_t report_luns_size(const uint8_t *data, size_t len)
{
	if (len < REPORT_LUNS_HEADER_LEN)
		return 0;
	return (uint64_t)get_be32(data) + REPORT_LUNS_HEADER_LEN;
}

static bool is_plain(const uint8_t *entry)
{
	static const uint8_t no_more_levels[REPORT_LUNS_ENTRY_LEN - 2];

	if (memcmp(entry + 2, no_more_levels, sizeof(no_more_levels)) != 0)
		return false;
	return entry[0] >> 6 == METHOD_PERIPHERAL ||
	       entry[0] >> 6 == METHOD_FLAT;
}

size_t report_luns_parse(const uint8_t *data, size_t len, uint16_t *luns)
{
	uint64_t size = report_luns_size(data, len);
	size_t n = 0;

	if (size < len)
		len = (size_t)size;
	for (size_t at = REPORT_LUNS_HEADER_LEN;
	     at + REPORT_LUNS_ENTRY_LEN <= len; at += REPORT_LUNS_ENTRY_LEN) {
		if (is_plain(data + at))
			luns[n++] = get_be16(data + at);
	}
	return n;
}

bool lun_number_read(const char *text, unsigned *out)
{
	unsigned n = 0;
	size_t len = 0;

	for (; text[len] >= '0' && text[len] <= '9' && len < 6; len++)
		n = n * 10 + (unsigned)(text[len] - '0');
	if (len == 0 || text[len] || n > 2 * LUN_NUMBER_MAX + 1)
		return false;
	*out = n & LUN_NUMBER_MAX;
	return true;
}
