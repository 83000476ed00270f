// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/lun_ids.h"

#define LUNS 1000
#define VDIS 200

/* Uuids and ids that differ for each `seed`. */
static void fill(struct snapshot *snap, struct vdi *vdis, unsigned seed)
{
	struct lvm_vg *vg = &snap->vg;

	*snap = (struct snapshot){ .vdis = { vdis, VDIS } };
	memcpy(vg->sr.bytes, &seed, sizeof(seed));
	memset(vg->id.chars, 'v', sizeof(vg->id.chars));
	memcpy(vg->id.chars, &seed, sizeof(seed));
	memset(vg->pv_id.chars, 'p', sizeof(vg->pv_id.chars));
	memcpy(vg->pv_id.chars, &seed, sizeof(seed));
	for (unsigned i = 0; i < VDIS; i++) {
		memset(&vdis[i], 0, sizeof(vdis[i]));
		memcpy(vdis[i].uuid.bytes, &seed, sizeof(seed));
		memcpy(vdis[i].uuid.bytes + 4, &i, sizeof(i));
	}
}

/* 1,000 LUNs of 200 VDIs, of which every third cannot be read and one VDI is on
 * two: each identifier stands beside its like. */
static void test_sorted(void **state)
{
	struct snapshot *srs = calloc(LUNS, sizeof(*srs));
	struct vdi *vdis = calloc(LUNS * VDIS, sizeof(*vdis));
	const struct snapshot **snaps = calloc(LUNS, sizeof(*snaps));
	struct lun_ids ids;
	size_t twice = 0, run, readable = 0;

	(void)state;
	assert_true(srs && vdis && snaps);
	for (unsigned i = 0; i < LUNS; i++) {
		fill(&srs[i], vdis + i * VDIS, i + 1);
		snaps[i] = i % 3 == 2 ? NULL : &srs[i];
		readable += snaps[i] != NULL;
	}
	srs[700].vdis.items[7].uuid = srs[4].vdis.items[199].uuid;
	lun_ids_sort(snaps, LUNS, &ids);
	assert_int_equal(ids.count, readable * (3 + VDIS));
	for (size_t i = 0; i < ids.count; i += run) {
		run = lun_ids_run(&ids, i);
		assert_true(run >= 1 && run <= 2);
		if (run == 1)
			continue;
		twice++;
		assert_int_equal(ids.items[i].class, ID_VDI);
		assert_int_equal(ids.items[i].lun, 4);
		assert_int_equal(ids.items[i + 1].lun, 700);
	}
	assert_int_equal(twice, 1);
	free(ids.items);
	free(snaps);
	free(vdis);
	free(srs);
}

/* The same bytes as a VG's and as a PV's id are two identifiers. */
static void test_classes(void **state)
{
	struct snapshot sr = { .mda_count = 0 };
	const struct snapshot *snaps[] = { &sr, NULL };
	struct lun_ids ids;

	(void)state;
	lun_ids_sort(snaps, 2, &ids);
	assert_int_equal(ids.count, 3);
	for (size_t i = 0; i < ids.count; i++)
		assert_int_equal(lun_ids_run(&ids, i), 1);
	free(ids.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
