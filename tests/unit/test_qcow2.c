// SPDX-License-Identifier: LGPL-2.1-only
/*
 * QCOW2 headers: as qemu-img and SM write them, and each way in which one can
 * be none that may be resigned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/qcow2.h"
#include "tests/unit/sr_builder.h"

#define NAME "/dev/" SR_VG_NAME "/QCOW2-" BASE_UUID
#define SIZE (1u << 20)

static uint8_t head[QCOW2_HEAD];

static void put_extension(size_t at, uint32_t type, const char *data)
{
	put_be32(head + at, type);
	put_be32(head + at + 4, (uint32_t)strlen(data));
	memcpy(head + at + 8, data, strlen(data));
}

/* Version 3 with SM's extension and a backing file behind it. */
static void put(void)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "QFI\xfb", 4);
	put_be32(head + 4, 3);
	put_be64(head + 8, 544);
	put_be32(head + 16, sizeof(NAME) - 1);
	put_be32(head + 20, 16);
	put_be64(head + 24, 4096);
	put_be32(head + 100, 104);
	put_extension(104, 0xe2792aca, "qcow2");
	put_extension(120, 0x76617465, "x");
	memcpy(head + 544, NAME, sizeof(NAME) - 1);
}

static void takes(uint64_t at, uint32_t len)
{
	const char *why = "";
	struct qcow2 image;

	if (!qcow2_parse(head, sizeof(head), SIZE, &image, &why))
		fail_msg("%s", why);
	assert_int_equal(image.size, 4096);
	assert_int_equal(image.backing.len, len);
	if (len)
		assert_int_equal(image.backing.at, at);
}

static void refuses(const char *words)
{
	struct qcow2 image = { .size = 77 };
	const char *why = NULL;

	assert_false(qcow2_parse(head, sizeof(head), SIZE, &image, &why));
	assert_non_null(why);
	if (!strstr(why, words))
		fail_msg("%s, not %s", why, words);
	assert_int_equal(image.size, 77);
	put();
	takes(544, sizeof(NAME) - 1);
}

static void test_ordinary(void **state)
{
	(void)state;
	put();
	assert_true(qcow2_has_magic(head));
	takes(544, sizeof(NAME) - 1);
	put_be32(head + 4, 2);
	memset(head + 72, 0, 472);
	takes(544, sizeof(NAME) - 1);
	put_be64(head + 8, 0);
	takes(0, 0);
	put();
	put_be32(head + 16, 0);
	takes(0, 0);
	/* far away in a large cluster, and at its very end */
	put();
	put_be64(head + 8, 65536 - (sizeof(NAME) - 1));
	takes(65536 - (sizeof(NAME) - 1), sizeof(NAME) - 1);
	/* right behind the header: no room for an extension's end */
	put();
	put_be64(head + 8, 104);
	takes(104, sizeof(NAME) - 1);
	/* dirty, corrupt, other compression, extended entries */
	put();
	put_be64(head + 72, 0x1b);
	takes(544, sizeof(NAME) - 1);
}

static void test_refused(void **state)
{
	(void)state;
	put();
	put_be32(head + 4, 1);
	refuses("version");
	put_be32(head + 4, 4);
	refuses("version");
	put_be64(head + 72, 4);
	refuses("external");
	put_be64(head + 72, 32);
	refuses("not known");
	put_be32(head + 100, 96);
	refuses("length");
	put_be32(head + 100, UINT32_MAX - 7);
	refuses("length");
	put_be32(head + 20, 8);
	refuses("clusters");
	put_be32(head + 20, 22);
	refuses("clusters");
	put_be64(head + 8, 65536 - (sizeof(NAME) - 1) + 1);
	refuses("backing file");
	put_be64(head + 8, UINT64_MAX);
	refuses("backing file");
	/* longer than a small cluster */
	put_be32(head + 20, 9);
	put_be32(head + 16, 768);
	refuses("backing file");
	put_be64(head + 8, 96);
	refuses("backing file");
	put_be32(head + 16, QCOW2_NAME_MAX + 1);
	refuses("backing file");
	put_extension(120, 0x44415441, "/dev/somewhere");
	refuses("external");
	put_be32(head + 124, UINT32_MAX);
	refuses("extensions");
	put_extension(120, 0x12345678, "LV-" BASE_UUID);
	refuses("uuid");
	put_extension(120, 0x76617465, "LV-" BASE_UUID);
	refuses("uuid");
	put_be64(head + 8, 65000);
	put_extension(120, 0x12345678, "");
	put_be32(head + 124, 3968);
	memset(head + 544, 0, sizeof(NAME));
	refuses("extensions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
