// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi hands to its backend: XML-RPC in argv[1].
 */
#include "sm/request.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *xml = (char *)exact_copy(data, size, 0);
	struct request request;
	struct error err;

	if (!request_parse(xml, size, &request, &err)) {
		MUST(request.command);
		for (size_t i = 0; i < request.device_config.count; i++)
			MUST(string_map_get(
				&request.device_config,
				request.device_config.pairs[i].key));
		request_free(&request);
	} else {
		MUST(err.code == ERROR_BAD_REQUEST);
	}
	free(xml);
	return 0;
}
