// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A target's answers to a login, one after the other, and its answer to READ
 * KEYS.
 */
#include "iscsi/login_watch.h"
#include "lun/reservation_keys.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct login_watch watch = { .mutual = size & 1 };
	uint8_t *keys = exact_copy(
		data, size < RESERVATION_KEYS_LEN ? size : RESERVATION_KEYS_LEN,
		0);
	struct error err;

	reservation_keys_check(
		keys, size < RESERVATION_KEYS_LEN ? size : RESERVATION_KEYS_LEN,
		"a LUN", &err);
	free(keys);
	while (size >= ISCSI_HEADER_LEN) {
		size_t len = login_response_len(data);
		uint8_t *pdu;
		int failed;

		MUST(len <= LOGIN_RESPONSE_MAX);
		if (len == 0 || len > size)
			break;
		MUST(len >= ISCSI_HEADER_LEN);
		pdu = exact_copy(data, len, 0);
		failed = login_watch_response(&watch, pdu, len, &err);
		login_response_clean(pdu);
		MUST(login_response_clean(pdu));
		free(pdu);
		if (failed) {
			MUST(err.code == ERROR_LOGIN);
			break;
		}
		data += len;
		size -= len;
	}
	return 0;
}
