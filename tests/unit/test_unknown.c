// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What SM has made and nobody here knows is refused; what is somebody else's is
 * not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/lun_memory.h"
#include "plan/plan.h"
#include "sr/refusals.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

/* Replaces every `old` in the VG text by `new`, of the same length. */
static void rename_lv(struct sr *sr, const char *old, const char *new)
{
	assert_int_equal(strlen(old), strlen(new));
	assert_non_null(strstr(sr->text, old));
	for (char *at = sr->text; (at = strstr(at, old)); at++)
		memcpy(at, new, strlen(new));
	sr_set_text(sr, sr->text);
}

static void replace(struct sr *sr, const char *old, const char *new)
{
	char *at = memmem(sr->bytes, SR_SIZE, old, strlen(old));

	assert_non_null(at);
	memcpy(at, new, strlen(new));
}

/* Plans a resign; NULL words: it must be possible. Frees the SR. */
static void plan(struct sr *sr, bool drop, const char *words)
{
	struct plan_options options = { .choices.drop_snapshots = drop };
	struct snapshot snap;
	struct error err;
	struct plan plan;
	struct lun *lun;
	int failed;

	lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, &err);
	failed = load_snapshot(lun, NULL, &snap, &err);
	if (!failed) {
		failed = plan_make(&snap, &options, &plan, &err);
		if (!failed)
			plan_free(&plan);
		snapshot_free(&snap);
	}
	lun_close(lun);
	sr_free(sr);
	if (failed && !words)
		fail_msg("%s", err.text);
	if (!words)
		return;
	assert_int_equal(failed, -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("%s, not %s", err.text, words);
}

static void test_kinds(void **state)
{
	struct sr sr;

	(void)state;
	/* a record of MGT has no volume but this one */
	sr_make(&sr, NULL);
	rename_lv(&sr, "VHD-" CHILD_UUID, "NEW-" CHILD_UUID);
	plan(&sr, false, "LV NEW-" CHILD_UUID);
	/* a chain names it, whatever MGT says */
	sr_make(&sr, NULL);
	memset(sr.bytes + SR_AT(SR_MGT_1), 0, SR_EXTENT);
	rename_lv(&sr, "VHD-" BASE_UUID, "NEW-" BASE_UUID);
	plan(&sr, false, "LV NEW-" BASE_UUID);
	/* to SM it is a VDI, and in the clone it would be the same one */
	sr_make(&sr, NULL);
	rename_lv(&sr, "LV-" RAW_UUID,
		  "LV-x5555555-eeee-4555-8555-0123456789ab");
	plan(&sr, false, "holds no uuid");
	/* nobody speaks of it */
	sr_make(&sr, NULL);
	rename_lv(&sr, "hb-" HOST_UUID, "xy-" HOST_UUID);
	plan(&sr, false, NULL);
	/* an admin's, beside the VDI's own volume */
	sr_make(&sr, NULL);
	rename_lv(&sr, "hb-" HOST_UUID, BASE_UUID "-co");
	plan(&sr, false, NULL);
	/* SM may find it by the SR's uuid */
	sr_make(&sr, NULL);
	rename_lv(&sr, "hb-" HOST_UUID, SR_UUID "_op");
	plan(&sr, false, "LV " SR_UUID "_op bears the SR's uuid");
}

/* A volume of an unknown kind, of which a log alone speaks. */
static void test_log(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	memset(sr.bytes + SR_AT(SR_MGT_1), 0, SR_EXTENT);
	rename_lv(&sr, "VHD-" CHILD_UUID, "NEW-" CHILD_UUID);
	plan(&sr, false, "LV NEW-" CHILD_UUID);
}

/* SM reads the value of each such journal, and attaches no SR where it cannot. */
static void test_journal_without_value(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	rename_lv(&sr, "relink_" OTHER_UUID "_1", "leaf_" OTHER_UUID "_1ab");
	plan(&sr, false, "LV leaf_");
	sr_make(&sr, NULL);
	memset(sr.bytes + SR_AT(SR_JOURNAL), 0, 512);
	plan(&sr, false, "LV clone_");
	/* more uuids than SM writes */
	sr_make(&sr, NULL);
	strcpy((char *)sr.bytes + SR_AT(SR_JOURNAL),
	       "147 " STALE_UUID "_" STALE_UUID "_" STALE_UUID "_" STALE_UUID);
	plan(&sr, false, NULL);
}

static void test_type(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	replace(&sr, "<vdi_type>vhd", "<vdi_type>vhx");
	plan(&sr, false, "vdi_type");
	sr_make(&sr, NULL);
	replace(&sr, "<vdi_type>vhd", "<vdi_type>   ");
	plan(&sr, false, NULL);
	/* of a VDI that has no volume: SM drops the record */
	sr_make(&sr, NULL);
	replace(&sr, "<uuid>" OTHER_UUID,
		"<uuid>aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab");
	replace(&sr, "<vdi_type>vhd", "<vdi_type>vhx");
	plan(&sr, false, NULL);
}

static void test_locator(void **state)
{
	static const char *const uuids[] = { HOST_UUID, BASE_UUID, SR_UUID };
	uint8_t *header;
	struct sr sr;

	(void)state;
	for (int known = 0; known < 3; known++) {
		/* UTF-16BE, which no known code has */
		sr_make(&sr, NULL);
		header = sr.bytes + SR_AT(SR_CHILD) + 512;
		put_be32(header + 576 + 3 * 24, 0x58585858);
		put_be32(header + 576 + 3 * 24 + 8, 512);
		put_be64(header + 576 + 3 * 24 + 16, 4096);
		for (const char *c = uuids[known], *at = c; *at; at++)
			sr.bytes[SR_AT(SR_CHILD) + 4096 + 101 + 2 * (at - c)] =
				(uint8_t)*at;
		sr_seal_vhd(header);
		plan(&sr, false, known ? "LV VHD-" CHILD_UUID : NULL);
	}
	/* in the footer's copy, in the header, and right behind that */
	for (int at = 0; at < 3; at++) {
		sr_make(&sr, NULL);
		header = sr.bytes + SR_AT(SR_CHILD) + 512;
		put_be32(header + 576 + 3 * 24, 0x57326b75);
		put_be32(header + 576 + 3 * 24 + 8, 16);
		put_be64(header + 576 + 3 * 24 + 16, at == 0   ? 496
						     : at == 1 ? 1520
							       : 1536);
		sr_seal_vhd(header);
		plan(&sr, false, at < 2 ? "in its header" : NULL);
	}
	/* of a code that nobody knows it may be anywhere, of another not */
	for (int code = 0; code < 2; code++) {
		sr_make(&sr, NULL);
		header = sr.bytes + SR_AT(SR_CHILD) + 512;
		put_be32(header + 576 + 3 * 24, code ? 0x57326b75 : 0x58585858);
		put_be32(header + 576 + 3 * 24 + 8, 512);
		put_be64(header + 576 + 3 * 24 + 16, 1ull << 40);
		sr_seal_vhd(header);
		plan(&sr, false, code ? "lies outside" : NULL);
	}
}

static void forget_parent(struct sr *sr)
{
	uint8_t *vhd = sr->bytes + SR_AT(SR_CHILD);

	memset(vhd + 512 + 64, 0, 512);
	memset(vhd + 2048, 0, 2048);
	sr_seal_vhd(vhd + 512);
}

/* While libvhd resizes a VHD, its journal has the header. */
static void test_resize(void **state)
{
	struct sr sr;
	uint8_t *vhd;

	(void)state;
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	vhd[512 + 36] ^= 1;
	plan(&sr, false, "LV VHD-" CHILD_UUID);
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	vhd[512 + 36] ^= 1;
	memcpy(vhd, "v_poison", 8);
	plan(&sr, false, NULL);
}

static void test_no_parent(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	forget_parent(&sr);
	plan(&sr, false, "LV VHD-" CHILD_UUID);
}

#define DEV "/dev/" SR_VG_NAME "/"

/* The name by which the second QCOW2 image calls the first; NULL words: it can be
 * resigned. */
static void parent_is(const char *name, const char *words)
{
	static const struct sr_options qcow2 = { .lvs = "akl" };
	struct sr sr;

	sr_make(&sr, &qcow2);
	sr_put_qcow2(sr.bytes + SR_AT(SR_CLONE), name);
	plan(&sr, false, words);
}

static void test_backing_names(void **state)
{
	(void)state;
	parent_is(DEV "QCOW2-" QCOW2_UUID, NULL);
	parent_is(DEV "LV-" RAW_UUID, NULL);
	parent_is("QCOW2-" QCOW2_UUID, NULL);
	parent_is("./QCOW2-" QCOW2_UUID, NULL);
	parent_is("../" SR_VG_NAME "/QCOW2-" QCOW2_UUID, NULL);
	parent_is("file:" DEV "QCOW2-" QCOW2_UUID, NULL);
	parent_is("file://" DEV "QCOW2-" QCOW2_UUID, NULL);
	parent_is("host_device:" DEV "QCOW2-" QCOW2_UUID, NULL);
	parent_is("json:{\"file.filename\":\"" DEV "QCOW2-" QCOW2_UUID "\"}",
		  NULL);
	parent_is(
		"/dev/mapper/VG_XenStorage--11111111--aaaa--4111--8111--"
		"0123456789ab-QCOW2--88888888--abcd--4888--8888--0123456789ab",
		NULL);
	/* Of the SR that this one was itself cloned from. */
	parent_is("/dev/VG_XenStorage-" HOST_UUID "/QCOW2-" QCOW2_UUID, NULL);
	/* A VDI that is not here, and nowhere near. */
	parent_is("/dev/VG_XenStorage-" HOST_UUID "/QCOW2-" HOST_UUID,
		  "of another SR");
	/* Its uuids would be renewed, or one of them, and it would lead astray. */
	parent_is("/dev/vg0/QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("nbd://10.0.0.1/QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("nbd://10.0.0.1" DEV "QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is(DEV "golden-" QCOW2_UUID, "form that is not known");
	parent_is(DEV "QCOW2-" QCOW2_UUID "/LV-" RAW_UUID,
		  "form that is not known");
	parent_is("/srv/" SR_VG_NAME "/QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("json:{\"filename\":\"/dev/VG_XenStorage\\u002d" SR_UUID
		  "/QCOW2-" QCOW2_UUID "\"}",
		  "form that is not known");
	parent_is(DEV "QCOW2-" QCOW2_UUID ".bak", "form that is not known");
	parent_is(DEV "x/QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("/dev/" SR_VG_NAME "_QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("jsom:{\"filename\":\"" DEV "QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("json:{\"filename\":\"" DEV "QCOW2-" QCOW2_UUID
		  "\",\"x\":\"LV-" RAW_UUID "\"}",
		  "form that is not known");
	/* another front, of the right length or not */
	parent_is(".x/" SR_VG_NAME "/QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("../../" SR_VG_NAME "/QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("fils:" DEV "QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("file:/x" DEV "QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("host_devicf:" DEV "QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("/dev/" SR_VG_NAME "\\QCOW2-" QCOW2_UUID,
		  "form that is not known");
	parent_is("x/QCOW2-" QCOW2_UUID, "form that is not known");
	parent_is("xQCOW2-" QCOW2_UUID, "form that is not known");
	parent_is(QCOW2_UUID, "form that is not known");
	parent_is("json:{\"filename\":x" DEV "QCOW2-" QCOW2_UUID "\"}",
		  "form that is not known");
	parent_is(DEV "QCOW2-" QCOW2_UUID "\"", "form that is not known");
	parent_is("json:{\"filename\":\"" DEV "QCOW2-" QCOW2_UUID "-x\"}",
		  "form that is not known");
	parent_is("/dev/dm-3", "names no VDI");
	/* No file's name. */
	parent_is("json:{\"driver\":\"nbd\",\"export\":\"" DEV
		  "QCOW2-" QCOW2_UUID "\"}",
		  "form that is not known");
	parent_is("json:{\"data-file\":{\"filename\":\"" DEV "QCOW2-" QCOW2_UUID
		  "\"},\"file.filename\":\"/x\"}",
		  "form that is not known");
	parent_is("json:{\"file\": {\"filename\" : \"" DEV "QCOW2-" QCOW2_UUID
		  "\"}}",
		  NULL);
}

/* qemu stops at a NUL, SM does not. */
static void test_behind_backing_name(void **state)
{
	static const struct sr_options qcow2 = { .lvs = "akl" };
	struct sr sr;
	char *at;

	(void)state;
	for (int other = 0; other < 2; other++) {
		sr_make(&sr, &qcow2);
		sr_put_qcow2(sr.bytes + SR_AT(SR_CLONE),
			     "QCOW2-" QCOW2_UUID "-" DEV "QCOW2-" QCOW2_UUID);
		at = memmem(sr.bytes + SR_AT(SR_CLONE), SR_EXTENT, "-/dev", 5);
		memset(at, 0, other ? 1 : 200);
		plan(&sr, false, other ? "LV QCOW2-" CLONE_UUID : NULL);
	}
}

static void test_vhd_names(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD), "backup-" BASE_UUID);
	plan(&sr, false, "form that is not known");
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD),
		   "VG_XenStorage--99999999--aaaa--4999--8999--0123456789ab-"
		   "VHD--99999999--bbbb--4222--8222--0123456789ab");
	plan(&sr, false, "of another SR");
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD), "xVHD-" BASE_UUID);
	plan(&sr, false, "form that is not known");
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD), BASE_UUID ".vhd");
	plan(&sr, false, "form that is not known");
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD), ".\\VHD-" BASE_UUID);
	plan(&sr, false, NULL);
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD), DEV "VHD-" BASE_UUID);
	plan(&sr, false, NULL);
	sr_make(&sr, NULL);
	sr_put_vhd(sr.bytes + SR_AT(SR_CHILD),
		   "..\\" SR_VG_NAME "\\VHD-" BASE_UUID);
	plan(&sr, false, NULL);
}

/* A name where those who read it see none: in another encoding, or behind the
 * name's end. Nothing would renew it. */
static void test_unread_names(void **state)
{
	static const char name[] = "VHD-" BASE_UUID;
	static const char vg[] = "VG_XenStorage-" HOST_UUID;
	uint8_t *header, *at;
	struct sr sr;

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		sr_make(&sr, NULL);
		header = sr.bytes + SR_AT(SR_CHILD) + 512;
		/* in the header: little-endian, behind the end, as ASCII; the
		 * last one is another LUN's */
		at = header + 64 + (kind == 1 ? 256 : 0);
		if (kind != 1)
			memset(header + 64, 0, 512);
		for (size_t i = 0; i < sizeof(name) - 1; i++)
			at[kind == 2 ? i : 2 * i + (kind == 1)] =
				(uint8_t)(kind == 3 ? HOST_UUID[i % 36]
						    : name[i]);
		sr_seal_vhd(header);
		plan(&sr, false, kind == 3 ? NULL : "LV VHD-" CHILD_UUID);
	}
	/* a locator of a known kind in an encoding that is not its own */
	sr_make(&sr, NULL);
	header = sr.bytes + SR_AT(SR_CHILD) + 512;
	put_be32(header + 576 + 3 * 24, 0x57326b75);
	put_be32(header + 576 + 3 * 24 + 8, sizeof(name) - 1);
	put_be64(header + 576 + 3 * 24 + 16, 4096);
	memcpy(sr.bytes + SR_AT(SR_CHILD) + 4096, name, sizeof(name) - 1);
	sr_seal_vhd(header);
	plan(&sr, false, "LV VHD-" CHILD_UUID);
	/* there, the VG of another SR, none of whose VDIs is here */
	sr_make(&sr, NULL);
	header = sr.bytes + SR_AT(SR_CHILD) + 512;
	put_be32(header + 576 + 3 * 24, 0x57326b75);
	put_be32(header + 576 + 3 * 24 + 8, sizeof(vg) - 1);
	put_be64(header + 576 + 3 * 24 + 16, 4096);
	memcpy(sr.bytes + SR_AT(SR_CHILD) + 4096, vg, sizeof(vg) - 1);
	sr_seal_vhd(header);
	plan(&sr, false, "LV VHD-" CHILD_UUID);
}

/* blktap goes by the footer at the end, SM's scan by the one at byte 0: two sound
 * ones must say the same of what names the parent. */
static void test_footers_differ(void **state)
{
	static const char words[] = "LV VHD-" CHILD_UUID " cannot be resigned: "
				    "its footers";
	uint8_t *vhd, *last;
	struct sr sr;

	(void)state;
	for (int kind = 0; kind < 8; kind++) {
		sr_make(&sr, NULL);
		vhd = sr.bytes + SR_AT(SR_CHILD);
		last = vhd + 2 * SR_EXTENT - 512;
		memcpy(last, vhd, 512);
		if (kind < 4) /* fixed, dynamic: of either */
			(kind % 2 ? vhd : last)[63] = kind < 2 ? 2 : 3;
		else if (kind < 6) /* another header */
			put_be64((kind % 2 ? vhd : last) + 16, 3584);
		else if (kind == 6) /* what counts for nobody */
			last[85] = 1;
		sr_seal_footer(vhd);
		sr_seal_footer(last);
		if (kind == 7) /* libvhd passes over one that is not sound */
			last[63] = 2;
		plan(&sr, false,
		     kind < 5	 ? words
		     : kind == 5 ? "it has no dynamic header"
				 : NULL);
	}
}

/* The names in the header, where they lead elsewhere than the locators. */
static void test_header_differs(void **state)
{
	uint8_t *vhd;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	sr_put_vhd(sr.bytes + SR_AT(SR_BASE), "backup-" OTHER_UUID);
	memcpy(vhd + 512, sr.bytes + SR_AT(SR_BASE) + 512, 1024);
	memcpy(vhd + 2048, sr.bytes + SR_AT(SR_BASE) + 2048, 2048);
	sr_put_vhd(sr.bytes + SR_AT(SR_BASE), NULL);
	plan(&sr, false, "LV VHD-" CHILD_UUID " names VDI " OTHER_UUID);
}

/* What is left of an image whose signature is gone. */
static void test_no_signature(void **state)
{
	static const struct sr_options qcow2 = { .lvs = "akl" };
	struct sr sr;

	(void)state;
	sr_make(&sr, &qcow2);
	sr.bytes[SR_AT(SR_CLONE)] = 0;
	plan(&sr, false, "holds no image");
	sr_make(&sr, &qcow2);
	memset(sr.bytes + SR_AT(SR_CLONE), 0, SR_EXTENT);
	plan(&sr, false, NULL);
	/* a VHD's LV whose beginning is another image's, its own footer at its
	 * end */
	sr_make(&sr, NULL);
	memcpy(sr.bytes + SR_AT(SR_CHILD) + 2 * SR_EXTENT - 512,
	       sr.bytes + SR_AT(SR_CHILD), 512);
	sr_put_qcow2(sr.bytes + SR_AT(SR_CHILD), DEV "QCOW2-" QCOW2_UUID);
	plan(&sr, false, "it holds a QCOW2 image");
	sr_make(&sr, &qcow2);
	sr_put_vhd(sr.bytes + SR_AT(SR_CLONE), NULL);
	plan(&sr, false, "it holds a VHD");
	/* one that cannot be read, or is not all there is */
	sr_make(&sr, &qcow2);
	put_be64(sr.bytes + SR_AT(SR_CLONE) + 72, 4);
	plan(&sr, false, "in an external file");
}

/* The builder's SR has journals, without which snapshots could be dropped. */
static void no_journals(struct sr *sr)
{
	rename_lv(sr, "clone_", "xlone_");
	rename_lv(sr, "relink_", "xelink_");
	rename_lv(sr, "\"journaler\"", "\"yournaler\"");
}

static void test_drop(void **state)
{
	uint8_t *vhd;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	no_journals(&sr);
	plan(&sr, true, NULL);
	/* none of its names can be read */
	sr_make(&sr, NULL);
	no_journals(&sr);
	memset(sr.bytes + SR_AT(SR_CHILD), 0, 2048);
	plan(&sr, true, "LV VHD-" CHILD_UUID);
	/* they differ */
	sr_make(&sr, NULL);
	no_journals(&sr);
	memcpy(strstr((char *)sr.bytes + SR_AT(SR_CHILD) + 2048, BASE_UUID),
	       OTHER_UUID, UUID_TEXT_LEN);
	plan(&sr, true, "LV VHD-" CHILD_UUID);
	/* it is based on another by its names, and on none by its type */
	sr_make(&sr, NULL);
	no_journals(&sr);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	vhd[63] = 3;
	sr_seal_footer(vhd);
	plan(&sr, true, "LV VHD-" CHILD_UUID);
	/* its header is damaged, and by its type it is based on none */
	sr_make(&sr, NULL);
	no_journals(&sr);
	sr.bytes[SR_AT(SR_BASE) + 600] ^= 1;
	plan(&sr, true, "LV VHD-" BASE_UUID);
	/* the locators suffice */
	sr_make(&sr, NULL);
	no_journals(&sr);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	memset(vhd + 512 + 64, 0, 512);
	sr_seal_vhd(vhd + 512);
	plan(&sr, true, NULL);
}

/* What becomes of the operation whose journal has this name and value; the LV of
 * CHILD is called `child`. */
static void becomes(const char *journal, const char *value, const char *child,
		    enum in_flight expected)
{
	char text[16384] = "";
	struct snapshot snap;
	struct error err;
	struct lun *lun;
	struct uuid vdi;
	struct sr sr;
	uint32_t i = 0;

	sr_make(&sr, NULL);
	rename_lv(&sr, "clone_" CHILD_UUID, journal);
	for (const char *from = sr.text, *at;; from = at + 40) {
		at = strstr(from, "VHD-" CHILD_UUID);
		strncat(text, from, at ? (size_t)(at - from) : strlen(from));
		if (!at)
			break;
		strcat(text, child);
	}
	sr_set_text(&sr, text);
	snprintf((char *)sr.bytes + SR_AT(SR_JOURNAL), 512, "%zu %s",
		 strlen(value), value);
	lun_memory_open(sr.bytes, SR_SIZE, 512, &lun, &err);
	if (load_snapshot(lun, NULL, &snap, &err))
		fail_msg("%s", err.text);
	while (strcmp(snap.vg.lvs[i].name, journal) != 0)
		i++;
	if (in_flight_of(&snap, i, &vdi) != expected)
		fail_msg("%s, %s, %s: %d", journal, value, child,
			 in_flight_of(&snap, i, &vdi));
	snapshot_free(&snap);
	lun_close(lun);
	sr_free(&sr);
}

#define CHILD_LV   "VHD-" CHILD_UUID
#define CHILD_OLD  "VHD-OLD_" CHILD_UUID
#define LEAF(vdi)  "leaf_" vdi "_"
#define CLONE(vdi) "clone_" vdi

/* Source: as of in_flight (sr/refusals.h). */
static void test_in_flight(void **state)
{
	(void)state;
	becomes(LEAF(CHILD_UUID), BASE_UUID, CHILD_LV, IN_FLIGHT_FAILS);
	becomes(LEAF(CHILD_UUID), BASE_UUID, CHILD_OLD, IN_FLIGHT_FAILS);
	becomes(LEAF(CHILD_UUID), STALE_UUID, CHILD_LV, IN_FLIGHT_WORKS);
	becomes(LEAF(CHILD_UUID), STALE_UUID, CHILD_OLD, IN_FLIGHT_FAILS);
	becomes(LEAF(STALE_UUID), STALE_UUID, CHILD_LV, IN_FLIGHT_WORKS);
	becomes(LEAF(STALE_UUID), CHILD_UUID, CHILD_OLD, IN_FLIGHT_WORKS);
	becomes(CLONE(CHILD_UUID), STALE_UUID, CHILD_LV, IN_FLIGHT_WORKS);
	becomes(CLONE(CHILD_UUID), STALE_UUID, CHILD_OLD, IN_FLIGHT_FAILS);
	becomes(CLONE(STALE_UUID), STALE_UUID, CHILD_LV, IN_FLIGHT_FAILS);
	becomes(CLONE(CHILD_UUID), BASE_UUID, CHILD_LV, IN_FLIGHT_FAILS);
	becomes(CLONE(CHILD_UUID), BASE_UUID "_" OTHER_UUID, CHILD_LV,
		IN_FLIGHT_FAILS);
	becomes(CLONE(CHILD_UUID), BASE_UUID "_" STALE_UUID, CHILD_LV,
		IN_FLIGHT_FAILS_ONCE);
	becomes(CLONE(STALE_UUID), BASE_UUID "_" OTHER_UUID, CHILD_LV,
		IN_FLIGHT_FAILS_ONCE);
	becomes("other_" CHILD_UUID, BASE_UUID, CHILD_LV, IN_FLIGHT_WORKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_locator),
		cmocka_unit_test(test_no_parent),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_backing_names),
		cmocka_unit_test(test_vhd_names),
		cmocka_unit_test(test_footers_differ),
		cmocka_unit_test(test_header_differs),
		cmocka_unit_test(test_no_signature),
		cmocka_unit_test(test_unread_names),
		cmocka_unit_test(test_behind_backing_name),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_journal_without_value),
		cmocka_unit_test(test_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
