// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Uuids in names, and what an LV's name says.
 */
#include "format/lv_name.h"
#include "format/uuid_scan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)exact_copy(data, size, 0);
	struct uuid uuid = { { 0xab, 1, 2 } };
	struct uuid_hit hit, again;
	char *name;

	for (size_t at = 0; uuid_scan(text, size, at, &hit);
	     at = hit.at + hit.len) {
		MUST(hit.at >= at && hit.at <= size &&
		     hit.len <= size - hit.at);
		MUST(hit.len == UUID_TEXT_LEN || hit.len == UUID_MAPPER_LEN);
		uuid_scan_replace(text, &hit, &uuid);
		MUST(uuid_scan(text, size, hit.at, &again));
		MUST(again.at == hit.at && again.len == hit.len &&
		     again.is_sr == hit.is_sr &&
		     uuid_equal(&again.uuid, &uuid));
	}
	free(text);

	name = (char *)exact_copy(data, size, size + 1);
	lv_name_kind(name, size & 1, &(struct uuid){ { 0 } });
	free(name);
	return 0;
}
