// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/login_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define OPCODE_LOGIN_RESPONSE 0x23
#define FLAG_TRANSIT	      0x80
#define STAGE_SECURITY	      0
#define STAGE_FULL_FEATURE    3

/* RFC 7143, 13.12 */
#define DATA_SEGMENT_MIN 512
#define DATA_SEGMENT_MAX 16777215

/* The one form in which libiscsi takes a challenge. */
#define CHAP_C_PREFIX "CHAP_C=0x"

/* And a response: the 16 bytes of an MD5. */
#define CHAP_R_PREFIX "CHAP_R=0x"
#define CHAP_R_LEN    (sizeof(CHAP_R_PREFIX) - 1 + 32)

size_t login_response_len(const uint8_t *header)
{
	size_t data = get_be32(header + 4) & 0xffffff;
	size_t len = ISCSI_HEADER_LEN + ((data + 3) & ~(size_t)3);

	if ((header[0] & 0x3f) != OPCODE_LOGIN_RESPONSE)
		return 0;
	if (header[4] != 0) /* additional header segments: none are defined */
		return 0;
	return len <= LOGIN_RESPONSE_MAX ? len : 0;
}

bool login_response_clean(uint8_t *pdu)
{
	size_t data = get_be32(pdu + 4) & 0xffffff;
	uint8_t *pad = pdu + ISCSI_HEADER_LEN + data;
	bool clean = true;

	for (; data % 4; data++, pad++) {
		clean &= *pad == 0;
		*pad = 0;
	}
	return clean;
}

struct seen {
	bool challenge;
	bool name;
	bool response;
	bool digest;
};

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Mirrors how libiscsi reads them: it stops at an empty key, so what follows
 * one has not been seen; and it answers a challenge, with ours along, unless
 * the method is (again) chosen after it. */
static int read_keys(const char *text, size_t len, struct seen *seen,
		     struct error *err)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = strnlen(text, (size_t)(end - text));

		if (n == (size_t)(end - text))
			return error_set(err, ERROR_LOGIN,
					 "the target's login text has no end");
		if (n == 0)
			break;
		if (starts(text, "AuthMethod="))
			seen->challenge = false;
		if (starts(text, CHAP_C_PREFIX)) {
			/* libiscsi takes digits two by two. */
			if ((n - strlen(CHAP_C_PREFIX)) % 2)
				return error_set(err, ERROR_LOGIN,
						 "the target's CHAP challenge "
						 "has half a byte");
			seen->challenge = true;
		}
		if (starts(text, "HeaderDigest="))
			seen->digest = true;
		if (starts(text, "CHAP_N="))
			seen->name = true;
		if (starts(text, CHAP_R_PREFIX) && n == CHAP_R_LEN)
			seen->response = true;
		/* A length of zero would have libiscsi cut a write into
		 * endlessly many empty pieces. */
		if (starts(text, "MaxRecvDataSegmentLength=")) {
			long v = strtol(strchr(text, '=') + 1, NULL, 10);

			if (v < DATA_SEGMENT_MIN || v > DATA_SEGMENT_MAX)
				return error_set(err, ERROR_LOGIN,
						 "the target declares an "
						 "invalid "
						 "MaxRecvDataSegmentLength");
		}
		text += n + 1;
	}
	return 0;
}

int login_watch_response(struct login_watch *watch, const uint8_t *pdu,
			 size_t len, struct error *err)
{
	size_t data = get_be32(pdu + 4) & 0xffffff;
	unsigned stage = pdu[1] >> 2 & 3;
	bool leaves = pdu[1] & FLAG_TRANSIT || stage != STAGE_SECURITY;
	struct seen seen = { 0 };

	if (len < ISCSI_HEADER_LEN || len != login_response_len(pdu))
		return error_set(err, ERROR_INTERNAL,
				 "a login response of %zu bytes", len);
	watch->status = get_be16(pdu + 36);
	if (read_keys((const char *)pdu + ISCSI_HEADER_LEN, data, &seen, err))
		return -1;
	watch->digest |= seen.digest;
	watch->ends = watch->status == 0 && pdu[1] & FLAG_TRANSIT &&
		      (pdu[1] & 3) == STAGE_FULL_FEATURE;
	if (watch->status != 0 || !watch->mutual)
		return 0;

	if (seen.name && seen.response) {
		if (!watch->challenged)
			return error_set(err, ERROR_LOGIN,
					 "the target answers a CHAP challenge "
					 "that it was not yet sent");
		watch->proved = true;
	}
	if (leaves && !watch->proved)
		return error_set(err, ERROR_LOGIN,
				 "the target does not prove who it is: "
				 "incoming CHAP is configured, but it sends no "
				 "CHAP response");
	/* libiscsi answers this challenge, and sends ours along. */
	if (seen.challenge)
		watch->challenged = true;
	return 0;
}
