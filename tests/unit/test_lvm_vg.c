// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The VG: what an ordinary SR says, and one change at a time that is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/lvm_vg.h"
#include "tests/unit/sr_builder.h"

#define FIRST_LV_ID "LvLvLa-0123-4567-89ab-cdef-ghij-klmnop"

static char *ordinary(void)
{
	struct sr sr;
	char *text;

	sr_make(&sr, NULL);
	text = sr.text;
	sr.text = NULL;
	sr_free(&sr);
	return text;
}

/* The text with the first `old` behind `after` replaced. */
static char *changed(const char *after, const char *old, const char *with)
{
	char *text = ordinary(), *out;
	char *at = strstr(text, after);

	assert_non_null(at);
	at = strstr(at, old);
	assert_non_null(at);
	out = calloc(1, strlen(text) + strlen(with) + 1);
	memcpy(out, text, (size_t)(at - text));
	strcat(out, with);
	strcat(out, at + strlen(old));
	free(text);
	return out;
}

static int parse(const char *bytes, struct lvm_text *text, struct lvm_vg *vg,
		 struct error *err)
{
	if (lvm_text_parse(bytes, strlen(bytes), text, err))
		fail_msg("%s", err->text);
	return lvm_vg_parse(text, vg, err);
}

static void takes(const char *after, const char *old, const char *with)
{
	char *bytes = changed(after, old, with);
	struct lvm_text text;
	struct lvm_vg vg;
	struct error err;

	if (parse(bytes, &text, &vg, &err))
		fail_msg("%s", err.text);
	lvm_vg_free(&vg);
	lvm_text_free(&text);
	free(bytes);
}

static void refuses(const char *after, const char *old, const char *with,
		    const char *words)
{
	char *bytes = changed(after, old, with);
	struct lvm_vg vg = { .seqno = 77 };
	struct error err = { 0 };
	struct lvm_text text;

	assert_int_equal(parse(bytes, &text, &vg, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_int_equal(vg.seqno, 77);
	lvm_text_free(&text);
	free(bytes);
}

static void span_is(const struct lvm_text *text, struct text_span span,
		    const char *words)
{
	assert_int_equal(span.len, strlen(words));
	assert_memory_equal(text->bytes + span.at, words, span.len);
}

/* The LV of this name, or NULL. */
static const struct lvm_lv *find_lv(const struct lvm_vg *vg, const char *name)
{
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		if (strcmp(vg->lvs[i].name, name) == 0)
			return &vg->lvs[i];
	}
	return NULL;
}

static void test_ordinary(void **state)
{
	char *bytes = ordinary();
	const struct lvm_lv *lv;
	struct lvm_text text;
	struct error err;
	struct lvm_vg vg;
	struct uuid sr;

	(void)state;
	assert_int_equal(parse(bytes, &text, &vg, &err), 0);
	uuid_from_text(SR_UUID, &sr);
	assert_true(uuid_equal(&vg.sr, &sr));
	assert_int_equal(vg.seqno, SR_SEQNO);
	assert_int_equal(vg.extent_size, SR_EXTENT);
	assert_int_equal(vg.pe_start, SR_PE_START);
	assert_int_equal(vg.pe_count, SR_EXTENTS);
	assert_int_equal(vg.lv_count, 10);
	assert_int_equal(vg.segment_count, 11);
	span_is(&text, vg.name_span, SR_VG_NAME);
	span_is(&text, vg.id_span, SR_VG_ID);
	span_is(&text, vg.pv_id_span, SR_PV_ID);
	lv = find_lv(&vg, "MGT");
	assert_non_null(lv);
	span_is(&text, lv->name_span, "MGT");
	span_is(&text, lv->id_span, FIRST_LV_ID);
	assert_int_equal(lv->size, 4 * SR_EXTENT);
	assert_int_equal(lv->segment_count, 2);
	assert_int_equal(vg.segments[lv->first_segment + 1].lv_extent, 1);
	assert_int_equal(vg.segments[lv->first_segment + 1].pv_extent,
			 SR_MGT_2);
	assert_memory_equal(text.bytes + lv->whole.at, "MGT {", 5);
	assert_int_equal(text.bytes[lv->whole.at + lv->whole.len - 1], '}');
	lv = find_lv(&vg, "VHD-" BASE_UUID);
	assert_true(lv->hidden);
	assert_false(lv->journaler);
	lv = find_lv(&vg, "clone_" CHILD_UUID);
	assert_true(lv->journaler);
	assert_false(lv->hidden);
	assert_null(find_lv(&vg, "MG"));
	lvm_vg_free(&vg);
	lvm_vg_free(&vg);
	lvm_text_free(&text);
	free(bytes);
}

static void test_name(void **state)
{
	(void)state;
	refuses("VG_", "VG_XenStorage-", "VG_XenStorageX", "not an SR's");
	refuses("VG_", SR_UUID, SR_UUID "x", "not an SR's");
	refuses("VG_", SR_VG_NAME, "vg0", "not an SR's");
	refuses("VG_", "VG_XenStorage-1", "VG_XenStorage-g", "not an SR's");
	takes("VG_", "VG_XenStorage-1111", "VG_XenStorage-AbCd");
}

static void test_state(void **state)
{
	(void)state;
	refuses("VG_", "\"RESIZEABLE\"", "\"EXPORTED\"", "exported");
	refuses("VG_", "\"RESIZEABLE\"", "\"CLUSTERED\"", "clustered");
	refuses("VG_", "flags = []", "flags = [\"CLUSTERED\"]", "clustered");
	refuses("VG_", "flags = []", "lock_type = \"dlm\"", "clustered");
	refuses("VG_", "flags = []", "lock_type = @dlm", "clustered");
	takes("VG_", "flags = []", "lock_type = \"none\"");
	refuses("VG_", "\"RESIZEABLE\"", "\"PARTIAL\"", "partial");
	refuses("pv0", "flags = []", "flags = [\"MISSING\"]", "partial");
	/* The word alone, elsewhere, says nothing. */
	takes("VG_", "flags = []", "flags = [] # \"EXPORTED\"");
	takes("VG_", "flags = []", "tags = [\"EXPORTED\", \"{\"]");
}

/* What LVM itself takes no VG with. */
static void test_words(void **state)
{
	(void)state;
	refuses("VG_", "\"RESIZEABLE\"", "\"RESIZED\"", "status");
	refuses("VG_", "\"RESIZEABLE\"", "RESIZEABLE", "status");
	refuses("VG_", "status = [", "state = [", "status");
	takes("VG_", "\"RESIZEABLE\", \"READ\", \"WRITE\"", "\"READ\"");
	refuses("pv0", "\"ALLOCATABLE\"", "\"EXPORTED\"", "status");
	takes("pv0", "\"ALLOCATABLE\"", "");
	refuses("MGT", "\"VISIBLE\"", "\"INVISIBLE\"", "LV MGT: ");
	takes("MGT", "\"VISIBLE\"", "\"FIXED_MINOR\"");
	refuses("MGT", "segment_count = 2", "segment_count = 1", "LV MGT: ");
	refuses("MGT", "segment_count = 2", "", "LV MGT: ");
	takes("MGT", "flags = []", "flags = [\"ANY\"]");
	refuses("VG_", "\"lvm2\"", "\"lvm1\"", "format");
	refuses("VG_", "\"lvm2\"", "@lvm1", "format");
	takes("VG_", "format = \"lvm2\"", "");
	refuses("contents", "Text Format", "Test Format", "contents");
	refuses("contents", "contents", "content", "contents");
	refuses("contents", "version = 1", "version = 2", "version");
	refuses("contents", "version = 1", "", "version");
}

/* As lvm2 2.03.16 judges each: it lists no LV of a VG that is refused here. */
static void test_kinds_of_fields(void **state)
{
	static const char *const sections[] = { "VG_", "pv0 {", "MGT {" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		refuses(sections[i], "flags = []", "flags = 0", "words");
		refuses(sections[i], "flags = []", "flags = [\"A\", 1]",
			"words");
		takes(sections[i], "flags = []", "flags = \"A\"");
		refuses(sections[i], "flags = []", "flags = [] tags = [1.5]",
			"words");
		takes(sections[i], "flags = []", "flags = [] tags = []");
		refuses(sections[i], "flags = []",
			"flags = [] creation_host = \"x\"", "creation_");
		refuses(sections[i], "flags = []",
			"flags = [] creation_time = 1", "creation_");
		refuses(sections[i], "flags = []",
			"creation_host = 1 creation_time = 1", "creation_");
		refuses(sections[i], "flags = []",
			"creation_host = \"x\" creation_time = \"1\"",
			"number");
		takes(sections[i], "flags = []",
		      "creation_host = \"x\" creation_time = 1");
	}
	refuses("VG_", "max_lv", "max_l", "max_lv");
	refuses("VG_", "max_lv = 0", "max_lv = \"0\"", "number");
	refuses("VG_", "max_pv", "max_p", "max_pv");
	refuses("VG_", "max_pv = 0", "max_pv = []", "number");
	refuses("pv0 {", "dev_size =", "dev_size = [] x =", "number");
	takes("pv0 {", "dev_size", "dev_siz");
	/* octal, 22 of the sectors there are 128 */
	refuses("pv0 {", "pe_start = 128", "pe_start = 0128", "pe_start");
	takes("VG_", "max_lv = 0", "max_lv = 255");
	takes("VG_", "max_lv = 0",
	      "max_lv = 0\nany = [ 1, -1, +2, .5, 1.5, @x, word ]");
	refuses("pv0 {", "flags = []", "flags = []\nba_start = 2048",
		"bootloader");
	refuses("pv0 {", "flags = []",
		"flags = []\nba_start = 0\nba_size = 2048", "bootloader");
	takes("pv0 {", "flags = []",
	      "flags = []\nba_start = 2048\nba_size = 2048");
	takes("MGT {", "\"striped\"", "\"linear\"");
	refuses("MGT {", "type =", "tags = [1]\ntype =", "LV MGT: its status");
	takes("MGT {", "type =", "tags = [\"1\"]\ntype =");
	refuses("hb-", "\"striped\"", "\"raid1\"\ntags = [1]", "words");
	refuses("VG_", "status = [", "status { } x = [", "words");
	refuses("pv0 {", "status = [", "status { } x = [", "words");
	refuses("MGT {", "status = [", "status { } x = [", "words");
}

static void test_pv(void **state)
{
	(void)state;
	refuses("pv0 {", "}", "} pv1 { }", "several PVs");
	refuses("physical_volumes", "physical_volumes", "x", "no PV");
	refuses("physical_volumes", "physical_volumes",
		"physical_volumes { } x", "no PV");
	refuses("physical_volumes", "physical_volumes",
		"physical_volumes = 1 x", "no PV");
	refuses("physical_volumes", "pv0 {", "pv0 = 1 pv {", "several PVs");
	refuses("pv0 {", "id =", "i =", "PV has no id");
	refuses("pv0 {", SR_PV_ID, SR_PV_ID "x", "PV has no id");
	refuses("pv0 {", "PvPvPv-0", "PvPvPv00", "PV has no id");
	refuses("pv0 {", "pe_start = 128", "pe_start = 0", "pe_start");
	refuses("pv0 {", "pe_start = 128", "pe_start = \"128\"", "pe_start");
	refuses("pv0 {", "pe_start = 128", "pe_start = 36028797018963968",
		"pe_start");
	refuses("pv0 {", "pe_count = 40", "pe_count = -40", "pe_count");
	refuses("pv0 {", "pe_count = 40", "pe_count = 4294967296",
		"more extents");
	takes("pv0 {", "pe_count = 40", "pe_count = 4294967295");
	/* the first of a name counts */
	refuses("VG_", "extent_size = 8",
		"extent_size = 4294967295 physical_volumes { pv0 { id = "
		"\"" SR_PV_ID "\" status = [] pe_start = 1 "
		"pe_count = 4294967295 } }",
		"more extents");
}

static void test_vg_fields(void **state)
{
	(void)state;
	refuses("VG_", "id =", "i =", "no id");
	refuses("VG_", "seqno =", "seq =", "no seqno");
	refuses("VG_", "extent_size = 8", "extent_size = 7", "4 KiB");
	refuses("VG_", "extent_size = 8", "extent_size = 4294967296",
		"extent_size");
	refuses("VG_", "extent_size = 8", "extent_siz = 8", "extent_size");
	takes("VG_", "max_lv = 0",
	      "max_lv = 0 any = \"no} number\" new { x { } }");
	/* where LVM looks for its name, before it reads the text */
	refuses("VG_", SR_VG_NAME, "version = 1 " SR_VG_NAME, "beginning");
	refuses("VG_", SR_VG_NAME, " " SR_VG_NAME, "beginning");
	refuses("VG_", SR_VG_NAME, "# \n" SR_VG_NAME, "beginning");
}

static void test_lv_fields(void **state)
{
	(void)state;
	refuses("MGT", "id =", "i =", "LV MGT: it has no id");
	refuses("MGT", FIRST_LV_ID, "x" FIRST_LV_ID, "no id");
	refuses("logical_volumes", "MGT {", "MGT = 1 x {", "no id");
	refuses("logical_volumes", "MGT", "VHD-" BASE_UUID, "twice");
	takes("logical_volumes", "MGT", "VHD-" RAW_UUID);
	refuses("MGT", FIRST_LV_ID, "LvLvLb-0123-4567-89ab-cdef-ghij-klmnop",
		"another LV has its id");
	takes("MGT", FIRST_LV_ID, "LvLvLA-0123-4567-89ab-cdef-ghij-klmnop");
	takes("logical_volumes", "MGT {",
	      "a23456789012345678901234567890123456789012345678901234567890123"
	      "4567890123456789012345678901234567890123456789012345678901234567"
	      " {");
	refuses("logical_volumes", "MGT {",
		"a2345678901234567890123456789012345678901234567890123456789012"
		"3"
		"45678901234567890123456789012345678901234567890123456789012345"
		"67"
		"8 {",
		"longer");
	/* while pvmove is at work, all that it moves, and its own LV */
	refuses("MGT {", "\"VISIBLE\"", "\"VISIBLE\", \"LOCKED\"",
		"LV MGT is being moved by pvmove");
	refuses("hb-", "\"VISIBLE\"", "\"PVMOVE\", \"LOCKED\"",
		"pvmove --abort");
	takes("MGT {", "flags = []", "flags = [] future = [\"} {\"]");
}

static void test_segments(void **state)
{
	(void)state;
	refuses("MGT {", "\"striped\"", "\"mirror\"", "type mirror");
	refuses("MGT {", "type =", "typ =", "no type");
	refuses("MGT {", "stripe_count = 1", "stripe_count = 2", "not linear");
	refuses("MGT {", "\"pv0\", 9", "\"pv0\", 9, \"pv0\", 3", "not linear");
	refuses("MGT {", "\"pv0\", 9", "\"pv1\", 9", "unknown PV");
	refuses("MGT {", "\"pv0\", 9", "\"pv01\", 9", "unknown PV");
	refuses("MGT {", "\"pv0\", 9", "7, 9", "unknown PV");
	refuses("MGT {", "\"pv0\", 9", "\"pv0\", \"9\"", "outside the PV");
	refuses("MGT {", "start_extent = 0", "start_exten = 0", "no extents");
	refuses("MGT {", "extent_count = 1", "extent_count = 0", "outside");
	refuses("MGT {", "start_extent = 0", "start_extent = 1", "follow");
	refuses("MGT {", "start_extent = 1", "start_extent = 0", "follow");
	refuses("MGT {", "start_extent = 1", "start_extent = 2", "follow");
	refuses("LV-", "start_extent = 0\nextent_count = 2\ntype",
		"start_extent = 0\nextent_count = 41\ntype", "outside");
	refuses("LV-", "\"pv0\", 20", "\"pv0\", 39", "outside");
	refuses("LV-", "\"pv0\", 20", "\"pv0\", 9223372036854775799",
		"outside");
	takes("LV-", "\"pv0\", 20", "\"pv0\", 38");
	refuses("logical_volumes", "MGT {",
		"X { id = \"LvLvLz-0123-4567-89ab-cdef-ghij-klmnop\" } MGT {",
		"LV X: it has no segment");
}

/* What is not SM's, and not bound to what is, may be of any type. */
static void test_other_types(void **state)
{
	static const char snapshot[] =
		"X { id = \"LvLvLx-0123-4567-89ab-cdef-ghij-klmnop\" segment1 "
		"{ "
		"start_extent = 0 extent_count = 2 type = \"snapshot\" "
		"origin = \"%s\" cow_store = \"Y\" } } MGT {";
	char text[512];

	(void)state;
	takes("hb-", "\"striped\"", "\"raid1\"");
	takes("hb-", "stripe_count = 1", "stripe_count = 2");
	refuses("hb-",
		"stripe_count = 1\t# linear\nstripes = [\n\"pv0\", 27\n]",
		"stripe_count = 2\n\nstripes = [\"pv0\", 27, \"pv0\", 9]",
		"share an extent");
	refuses("hb-",
		"stripe_count = 1\t# linear\nstripes = [\n\"pv0\", 27\n]",
		"stripe_count = 2\n\nstripes = [\"pv0\", 27, \"pv0\", 40]",
		"outside");
	snprintf(text, sizeof(text), snapshot, "hb-" HOST_UUID);
	takes("logical_volumes", "MGT {", text);
	snprintf(text, sizeof(text), snapshot, "VHD-" CHILD_UUID);
	refuses("logical_volumes", "MGT {", text, "lvremove");
	snprintf(text, sizeof(text), snapshot, "VHD-" CHILD_UUID "x");
	takes("logical_volumes", "MGT {", text);
	snprintf(text, sizeof(text), snapshot, "VHD-33333333");
	takes("logical_volumes", "MGT {", text);
}

static void test_system_id(void **state)
{
	(void)state;
	takes("VG_", "flags = []", "flags = [] system_id = \"\"");
	refuses("VG_", "flags = []", "flags = [] system_id = \"other.host\"",
		"other.host");
	refuses("VG_", "flags = []", "flags = [] system_id = 'other.host'",
		"other.host");
	refuses("VG_", "flags = []", "flags = [] system_id = @other.host",
		"other.host");
}

static void test_overlap(void **state)
{
	(void)state;
	refuses("LV-", "\"pv0\", 20", "\"pv0\", 11", "share an extent");
	refuses("LV-", "\"pv0\", 20", "\"pv0\", 13", "share an extent");
	refuses("LV-", "\"pv0\", 20", "\"pv0\", 12", "share an extent");
	takes("LV-", "\"pv0\", 20", "\"pv0\", 18");
	/* Two pieces of one LV on one place. */
	refuses("MGT {", "\"pv0\", 9", "\"pv0\", 3", "share an extent");
}

static void test_empty(void **state)
{
	static const char *const texts[] = { "", "a = 1", "# nothing" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lvm_text text;
		struct error err;
		struct lvm_vg vg;

		assert_int_equal(parse(texts[i], &text, &vg, &err), -1);
		assert_non_null(strstr(err.text, "no VG"));
		lvm_text_free(&text);
	}
	takes("logical_volumes", "logical_volumes", "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_kinds_of_fields),
		cmocka_unit_test(test_pv),
		cmocka_unit_test(test_vg_fields),
		cmocka_unit_test(test_lv_fields),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_system_id),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
