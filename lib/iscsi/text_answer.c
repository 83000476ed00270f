// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/text_answer.h"

#include <string.h>

#include "base/bytes.h"

#define HEADER_LEN 48

#define OPCODE_TEXT_REQUEST  0x04
#define OPCODE_TEXT_RESPONSE 0x24
#define IMMEDIATE	     0x40
#define FINAL		     0x80

static size_t data_len(const uint8_t *header)
{
	return get_be32(header + 4) & 0xffffff;
}

/* With additional header segments and what pads the data. */
static size_t pdu_len(const uint8_t *header)
{
	return HEADER_LEN + 4 * (size_t)header[4] +
	       ((data_len(header) + 3) & ~(size_t)3);
}

size_t text_answer_missing(const struct text_answer *answer)
{
	const struct buffer *pdu = &answer->pdu;

	return (pdu->len < HEADER_LEN ? HEADER_LEN : pdu_len(pdu->data)) -
	       pdu->len;
}

/* No command number is used up by it, being immediate. */
static void ask_for_next(const uint8_t *part, struct buffer *out)
{
	uint8_t request[TEXT_REQUEST_LEN] = { OPCODE_TEXT_REQUEST | IMMEDIATE,
					      FINAL };

	memcpy(request + 8, part + 8, 16);  /* LUN, both task tags */
	memcpy(request + 24, part + 28, 4); /* the number that it expects */
	put_be32(request + 28, get_be32(part + 24) + 1);
	buffer_add(out, request, sizeof(request));
}

static void put_together(const struct text_answer *answer, struct buffer *out)
{
	const struct buffer *text = &answer->text;

	buffer_add(out, answer->pdu.data, HEADER_LEN);
	put_be32(out->data + 4, (uint32_t)text->len);
	buffer_add(out, text->data, text->len);
	buffer_add_zeros(out, -text->len & 3);
}

/* The PDU is whole. */
static enum text_step take_pdu(struct text_answer *answer, struct buffer *out)
{
	const uint8_t *pdu = answer->pdu.data;

	if ((pdu[0] & 0x3f) != OPCODE_TEXT_RESPONSE) {
		buffer_add(out, pdu, answer->pdu.len);
		return TEXT_TAKE;
	}
	if (pdu[4]) /* additional header segments: none are defined */
		return TEXT_WRONG;
	buffer_add(&answer->text, pdu + HEADER_LEN, data_len(pdu));
	if (pdu[1] & FINAL) {
		put_together(answer, out);
		return TEXT_TAKE;
	}
	if (get_be32(pdu + 20) == UINT32_MAX)
		return TEXT_WRONG;
	ask_for_next(pdu, out);
	return TEXT_ASK;
}

enum text_step text_answer_take(struct text_answer *answer,
				const uint8_t *bytes, size_t len,
				struct buffer *out)
{
	struct buffer *pdu = &answer->pdu;
	enum text_step step;

	out->len = 0;
	buffer_add(pdu, bytes, len);
	if (pdu->len < HEADER_LEN)
		return TEXT_WAIT;
	if (answer->text.len + data_len(pdu->data) > TEXT_ANSWER_MAX)
		return TEXT_WRONG;
	if (text_answer_missing(answer))
		return TEXT_WAIT;
	step = take_pdu(answer, out);
	pdu->len = 0;
	return step;
}

void text_answer_free(struct text_answer *answer)
{
	buffer_free(&answer->pdu);
	buffer_free(&answer->text);
}
