// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A target's answer to a text request. A long one comes in parts, each of which is
 * asked for (RFC 7143, 11.10 and 11.11); libiscsi takes an answer in one piece
 * alone, and to 1.19 reads what pads it as text. This makes one piece of it.
 *
 * Pure: bytes in, bytes out. For sessions without digests.
 */
#ifndef ISCSI_TEXT_ANSWER_H
#define ISCSI_TEXT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* The most that libiscsi takes, of all parts. */
#define TEXT_ANSWER_MAX (256u << 10)

#define TEXT_REQUEST_LEN 48

/* All zero at first. */
struct text_answer {
	struct buffer pdu;  /* as much of one as has come */
	struct buffer text; /* of those before it */
};

/* How many bytes of the PDU under way are missing, as far as can be told: of one
 * of which nothing has come, those of its header. */
size_t text_answer_missing(const struct text_answer *answer);

enum text_step {
	TEXT_WAIT,  /* for more */
	TEXT_ASK,   /* for the next part, by the request that is in *out */
	TEXT_TAKE,  /* *out, a PDU: the whole answer, or something else */
	TEXT_WRONG, /* it is too long, or cannot go on */
};

/* Takes what has come, no more than is missing. What *out had is gone. */
enum text_step text_answer_take(struct text_answer *answer,
				const uint8_t *bytes, size_t len,
				struct buffer *out);

void text_answer_free(struct text_answer *answer);

#endif
