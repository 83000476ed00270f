// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The answer to REPORT LUNS.
 */
#include "format/report_luns.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *answer = exact_copy(data, size, 0);
	uint16_t *luns = calloc(size / 8 + 1, sizeof(*luns));

	MUST(luns);
	report_luns_size(answer, size);
	MUST(report_luns_parse(answer, size, luns) <= size / 8);
	free(luns);
	free(answer);
	return 0;
}
