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
		MUST(!value_check_texts(request.device_config,
					ERROR_BAD_REQUEST, "", &err));
		request_free(&request);
	} else {
		MUST(err.code == ERROR_BAD_REQUEST);
	}
	free(xml);
	return 0;
}
