// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The host's settings.
 */
#include "sm/conf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)exact_copy(data, size, size + 1);
	struct error err;
	struct conf conf;

	if (conf_parse(text, size, "file", &conf, &err))
		MUST(err.code == ERROR_BAD_VALUE && strstr(err.text, "file"));
	free(text);
	return 0;
}
