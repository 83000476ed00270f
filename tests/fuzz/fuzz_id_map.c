// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Map files: what a user chose, or an earlier plan.
 */
#include "plan/map_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)exact_copy(data, size, 1);
	struct chosen_ids ids;
	struct error err;

	if (id_map_parse(text, size, &ids, &err)) {
		MUST(err.code == ERROR_BAD_VALUE && strstr(err.text, "line "));
	} else {
		for (size_t i = 0; i < ids.count; i++) {
			MUST(ids.items[i].line > 0);
			MUST(chosen_find(&ids, ids.items[i].old) ==
			     &ids.items[i]);
		}
		chosen_free(&ids);
	}
	free(text);
	return 0;
}
