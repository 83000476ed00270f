// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A target's answer to SendTargets, as it comes: first a byte for how much of it
 * comes at a time.
 */
#include "base/bytes.h"
#include "iscsi/text_answer.h"
#include "tests/fuzz/fuzz.h"

static void check(enum text_step step, const struct buffer *out)
{
	if (step == TEXT_ASK)
		MUST(out->len == TEXT_REQUEST_LEN && out->data[0] == 0x44);
	if (step == TEXT_TAKE) {
		MUST(out->len >= 48 && out->len % 4 == 0);
		MUST(get_be32(out->data + 4) << 8 >> 8 <= out->len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_answer answer = { { 0 } };
	struct buffer out = { 0 };
	enum text_step step = TEXT_WAIT;
	size_t most = size ? *data + 1u : 1;

	while (size > 1 && step != TEXT_WRONG) {
		size_t n = text_answer_missing(&answer);
		uint8_t *part;

		MUST(n > 0);
		n = n < most ? n : most;
		n = n < size ? n : size;
		part = exact_copy(data, n, 0);
		step = text_answer_take(&answer, part, n, &out);
		free(part);
		check(step, &out);
		data += n;
		size -= n;
	}
	buffer_free(&out);
	text_answer_free(&answer);
	return 0;
}
