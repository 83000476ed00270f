// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "iscsi/login_watch.h"

#define TO_OPERATIONAL 0x81 /* transit, security to operational */
#define STAY	       0x00 /* in the security stage */
#define SKIP	       0x87 /* operational to full feature phase */

#define CHALLENGE "CHAP_A=5\0CHAP_I=1\0CHAP_C=0x0102"
#define PROOF	  "CHAP_N=target\0CHAP_R=0x00112233445566778899aabbccddeeff"

static int feed_raw(struct login_watch *watch, uint8_t flags, uint16_t status,
		    const char *text, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;
	uint8_t *pdu = calloc(1, ISCSI_HEADER_LEN + padded);
	struct error err;
	int rc;

	pdu[0] = 0x23;
	pdu[1] = flags;
	put_be32(pdu + 4, (uint32_t)len);
	put_be16(pdu + 36, status);
	memcpy(pdu + ISCSI_HEADER_LEN, text, len);
	assert_int_equal(login_response_len(pdu), ISCSI_HEADER_LEN + padded);
	rc = login_watch_response(watch, pdu, ISCSI_HEADER_LEN + padded, &err);
	if (rc)
		assert_int_equal(err.code, ERROR_LOGIN);
	free(pdu);
	return rc;
}

#define feed(watch, flags, text) feed_raw(watch, flags, 0, text, sizeof(text))

static void test_one_way(void **state)
{
	struct login_watch watch = { .mutual = false };

	(void)state;
	assert_int_equal(feed(&watch, STAY, "AuthMethod=CHAP"), 0);
	assert_int_equal(feed(&watch, STAY, CHALLENGE), 0);
	assert_int_equal(feed_raw(&watch, TO_OPERATIONAL, 0, "", 0), 0);
	assert_int_equal(feed(&watch, SKIP, "MaxRecvDataSegmentLength=512"), 0);
	assert_int_equal(watch.status, 0);
}

static void test_mutual(void **state)
{
	struct login_watch watch = { .mutual = true };

	(void)state;
	assert_int_equal(feed(&watch, STAY, "AuthMethod=CHAP"), 0);
	assert_int_equal(feed(&watch, STAY, CHALLENGE), 0);
	assert_int_equal(feed(&watch, TO_OPERATIONAL, PROOF), 0);
	assert_int_equal(feed(&watch, SKIP, "HeaderDigest=None"), 0);
}

static void test_mutual_without_proof(void **state)
{
	struct login_watch skips = { .mutual = true };
	struct login_watch declines = { .mutual = true };
	struct login_watch leaves = { .mutual = true };
	struct login_watch late = { .mutual = true };

	(void)state;
	assert_int_equal(feed(&skips, SKIP, "HeaderDigest=None"), -1);
	assert_int_equal(feed(&declines, TO_OPERATIONAL, "AuthMethod=None"),
			 -1);
	assert_int_equal(feed(&leaves, STAY, CHALLENGE), 0);
	assert_int_equal(feed_raw(&leaves, TO_OPERATIONAL, 0, "", 0), -1);
	/* in the operational stage without a transit */
	assert_int_equal(feed(&late, STAY, CHALLENGE), 0);
	assert_int_equal(feed(&late, 0x04, "HeaderDigest=None"), -1);
}

static void test_proof_that_is_none(void **state)
{
	static const char early[] = CHALLENGE "\0" PROOF;
	static const char hidden[] = "A=1\0\0" PROOF;
	struct login_watch watch = { .mutual = true };
	struct login_watch other = { .mutual = true };

	(void)state;
	assert_int_equal(feed(&watch, STAY, PROOF), -1);
	assert_int_equal(feed(&watch, STAY, early), -1);
	/* forms that libiscsi does not look at, so nobody would check them */
	assert_int_equal(feed(&other, STAY, CHALLENGE), 0);
	assert_int_equal(feed(&other, TO_OPERATIONAL, hidden), -1);
	assert_int_equal(feed(&other, TO_OPERATIONAL,
			      "CHAP_N=target\0CHAP_R=0x00112233445566"),
			 -1);
	assert_int_equal(feed(&other, TO_OPERATIONAL,
			      "CHAP_N=target\0"
			      "CHAP_R=0bABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"),
			 -1);
	assert_int_equal(feed(&other, TO_OPERATIONAL,
			      "CHAP_R=0x00112233445566778899aabbccddeeff"),
			 -1);
	assert_int_equal(feed(&other, TO_OPERATIONAL, PROOF), 0);
}

/* Challenges that libiscsi does not answer: it has not sent ours either. */
static void test_challenge_that_is_none(void **state)
{
	static const char undone[] = CHALLENGE "\0AuthMethod=CHAP";
	struct login_watch watch = { .mutual = true };

	(void)state;
	assert_int_equal(feed(&watch, STAY, "CHAP_C=0bAAAA"), 0);
	assert_int_equal(feed(&watch, TO_OPERATIONAL, PROOF), -1);
	assert_int_equal(feed(&watch, STAY, undone), 0);
	assert_int_equal(feed(&watch, TO_OPERATIONAL, PROOF), -1);
	assert_int_equal(feed(&watch, STAY, "CHAP_C=0x123"), -1);
	assert_int_equal(feed(&watch, STAY, "CHAP_C=0x1234"), 0);
	assert_int_equal(feed(&watch, TO_OPERATIONAL, PROOF), 0);
}

static void test_refusal(void **state)
{
	struct login_watch watch = { .mutual = true };

	(void)state;
	assert_int_equal(feed_raw(&watch, 0, 0x0203, "", 0), 0);
	assert_int_equal(watch.status, 0x0203);
}

static void test_text(void **state)
{
	struct login_watch watch = { .mutual = false };

	(void)state;
	assert_int_equal(feed_raw(&watch, SKIP, 0, "A=1", 3), -1);
	assert_int_equal(feed_raw(&watch, SKIP, 0, "A=1", 4), 0);
	assert_int_equal(feed(&watch, SKIP, "MaxRecvDataSegmentLength=0"), -1);
	assert_int_equal(feed(&watch, SKIP, "MaxRecvDataSegmentLength=511"),
			 -1);
	assert_int_equal(feed(&watch, SKIP, "MaxRecvDataSegmentLength=-1"), -1);
	assert_int_equal(
		feed(&watch, SKIP, "MaxRecvDataSegmentLength=16777215"), 0);
	assert_int_equal(
		feed(&watch, SKIP, "MaxRecvDataSegmentLength=16777216"), -1);
}

static void test_header(void **state)
{
	uint8_t header[ISCSI_HEADER_LEN] = { 0x23 };

	(void)state;
	assert_int_equal(login_response_len(header), ISCSI_HEADER_LEN);
	put_be32(header + 4, 8192);
	assert_int_equal(login_response_len(header), ISCSI_HEADER_LEN + 8192);
	put_be32(header + 4, 9000);
	assert_int_equal(login_response_len(header), 0);
	put_be32(header + 4, 0x01000000); /* additional header segment */
	assert_int_equal(login_response_len(header), 0);
	put_be32(header + 4, 0);
	header[0] = 0x21; /* SCSI response */
	assert_int_equal(login_response_len(header), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_mutual),
		cmocka_unit_test(test_mutual_without_proof),
		cmocka_unit_test(test_proof_that_is_none),
		cmocka_unit_test(test_challenge_that_is_none),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
