// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The plan as data: what is written, where, in which phase; and the check that
 * guards it.
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
#include "format/lvm_map.h"
#include "tests/unit/lun_memory.h"
#include "plan/plan.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

struct planned {
	struct sr sr;
	struct snapshot snap;
	struct plan plan;
};

/* A byte that is not zero there; 0 for none. */
static unsigned sr_at_head_place;

static int make(struct planned *p, const struct sr_options *options,
		uint32_t block, struct error *err)
{
	struct plan_options with = { .choices.drop_snapshots = false };
	struct lun *lun;

	sr_make(&p->sr, options);
	if (sr_at_head_place)
		p->sr.bytes[sr_at_head_place] = 'x';
	assert_int_equal(
		lun_memory_open(p->sr.bytes, SR_SIZE, block, &lun, err), 0);
	if (load_snapshot(lun, NULL, &p->snap, err))
		fail_msg("%s", err->text);
	lun_close(lun);
	memset(&with.new_sr, 0x77, sizeof(with.new_sr));
	return plan_make(&p->snap, &with, &p->plan, err);
}

static void make_good(struct planned *p, const struct sr_options *options,
		      uint32_t block)
{
	struct error err;

	if (make(p, options, block, &err))
		fail_msg("%s", err.text);
}

static void done(struct planned *p)
{
	plan_free(&p->plan);
	snapshot_free(&p->snap);
	sr_free(&p->sr);
}

static void check_order(const struct plan *plan, uint32_t block)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		const struct plan_write *before = i ? w - 1 : NULL;

		assert_true(w->len > 0 && w->len % block == 0);
		assert_int_equal(w->offset % block, 0);
		if (!before)
			continue;
		assert_true(before->phase <= w->phase);
		if (before->phase == w->phase)
			assert_true(before->offset + before->len <= w->offset);
	}
}

static bool is_label_or_mda(uint64_t block_at, uint32_t block)
{
	return block_at < 2048 || block_at / block == SR_MDA_AT / block ||
	       block_at / block == SR_MDA2_AT / block;
}

/* Every byte that changes is of the kind that its phase may change. */
static void check_phases(const struct planned *p, uint32_t block)
{
	for (size_t i = 0; i < p->plan.write_count; i++) {
		const struct plan_write *w = &p->plan.writes[i];

		for (size_t at = 0; at < w->len; at += block) {
			uint64_t to = w->offset + at;
			bool in_ring = to > SR_MDA_AT && to < SR_PE_START;

			if (memcmp(w->data + at, p->sr.bytes + to, block) == 0)
				continue;
			in_ring |= to > SR_MDA2_AT;
			switch (w->phase) {
			case PLAN_RING:
				assert_true(in_ring);
				break;
			case PLAN_INPLACE:
				assert_true(to >= SR_PE_START &&
					    to < SR_MDA2_AT);
				break;
			case PLAN_SWITCH:
				assert_true(is_label_or_mda(to, block));
				break;
			}
		}
	}
}

static unsigned count_phase(const struct plan *plan, enum plan_phase phase)
{
	unsigned n = 0;

	for (size_t i = 0; i < plan->write_count; i++)
		n += plan->writes[i].phase == phase;
	return n;
}

static void test_writes(void **state)
{
	static const struct sr_options all[] = {
		{ 0 },
		{ .mda_count = 2 },
		{ .label_sector = 2, .text_at = SR_MDA_SIZE - 1024 },
		{ .no_mgt = true, .no_extension = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		for (uint32_t block = 512; block <= 4096; block *= 8) {
			struct planned p;

			make_good(&p, &all[i], block);
			check_order(&p.plan, block);
			check_phases(&p, block);
			assert_int_equal(count_phase(&p.plan, PLAN_RING),
					 all[i].mda_count == 2 ? 2 : 1);
			assert_in_range(count_phase(&p.plan, PLAN_SWITCH), 1,
					3);
			assert_int_equal(p.plan.text_size, p.sr.text_size);
			done(&p);
		}
	}
}

/* The journal's body is nobody's before and after, wherever the text is and
 * however long the body: in the ring, or else in free extents. */
static void test_journal_place(void **state)
{
	unsigned in_ring = 0, in_extents = 0, refused = 0;

	(void)state;
	for (uint32_t at = 512; at < SR_MDA_SIZE; at += 3584) {
		for (size_t pad = 0; pad <= 30000; pad += 10000) {
			const struct sr_options o = { .text_at = at,
						      .text_pad = pad };
			struct planned p;

			make_good(&p, &o, 512);
			for (uint64_t need = 512; need <= SR_SIZE; need *= 2) {
				uint64_t body;
				struct error err;

				if (plan_place_journal(&p.plan, need, &body,
						       &err)) {
					assert_int_equal(err.code,
							 ERROR_LUN_CONTENT);
					assert_non_null(
						strstr(err.text, "free"));
					refused++;
					continue;
				}
				assert_true(
					plan_is_nobodys(&p.snap, body, need));
				in_ring += body < SR_PE_START;
				in_extents += body >= SR_PE_START;
				for (size_t i = 0; i < p.plan.write_count;
				     i++) {
					const struct plan_write *w =
						&p.plan.writes[i];

					assert_true(w->offset >= body + need ||
						    w->offset + w->len <= body);
				}
			}
			done(&p);
		}
	}
	assert_true(in_ring && in_extents && refused);
}

/* What lies at the place of the journal's head is not written over. */
static void test_head_place_taken(void **state)
{
	static const unsigned places[] = { 2048, 2559, 2560, 4095 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct planned p;
		struct error err;

		sr_at_head_place = places[i];
		assert_int_equal(make(&p, NULL, 512, &err), -1);
		sr_at_head_place = 0;
		assert_int_equal(err.code, ERROR_LUN_CONTENT);
		assert_non_null(strstr(err.text, "something that is not LVM"));
		snapshot_free(&p.snap);
		sr_free(&p.sr);
	}
}

/* A plan whose writes somebody has meddled with does not pass. */
static void test_check(void **state)
{
	struct planned p;
	struct error err;
	size_t last;

	(void)state;
	make_good(&p, NULL, 512);
	last = p.plan.write_count - 1;
	assert_int_equal(plan_check(&p.plan, &err), 0);
#define BAD(change, undo)                                        \
	do {                                                     \
		change;                                          \
		assert_int_equal(plan_check(&p.plan, &err), -1); \
		assert_int_equal(err.code, ERROR_INTERNAL);      \
		undo;                                            \
		assert_int_equal(plan_check(&p.plan, &err), 0);  \
	} while (0)
	BAD(p.plan.writes[0].offset += 1, p.plan.writes[0].offset -= 1);
	BAD(p.plan.writes[last].offset += 512,
	    p.plan.writes[last].offset -= 512);
	BAD(p.plan.writes[last].len -= 512, p.plan.writes[last].len += 512);
	BAD(p.plan.writes[0].phase = PLAN_SWITCH,
	    p.plan.writes[0].phase = PLAN_RING);
	BAD(p.plan.writes[1].phase = PLAN_RING,
	    p.plan.writes[1].phase = PLAN_INPLACE);
	BAD(p.plan.write_count--, p.plan.write_count++);
	BAD(p.plan.writes[0].data[700] ^= 1, p.plan.writes[0].data[700] ^= 1);
	BAD(p.plan.ids.lvs[3].chars[0] ^= 1, p.plan.ids.lvs[3].chars[0] ^= 1);
	BAD(p.plan.ids.new_sr.bytes[0] ^= 1, p.plan.ids.new_sr.bytes[0] ^= 1);
	done(&p);
}

/* Every write that is left out is missed. */
static void test_no_write_is_spare(void **state)
{
	struct planned p;
	struct error err;

	(void)state;
	make_good(&p, NULL, 512);
	for (size_t i = 0; i < p.plan.write_count; i++) {
		struct plan_write *w = &p.plan.writes[i];
		uint8_t *data = malloc(w->len), *kept = w->data;
		int failed;

		memcpy(data, p.sr.bytes + w->offset, w->len);
		w->data = data;
		failed = plan_check(&p.plan, &err);
		w->data = kept;
		free(data);
		if (!failed)
			fail_msg("the write at %llu is not missed",
				 (unsigned long long)w->offset);
	}
	done(&p);
}

static void load_result(struct planned *p, struct snapshot *out)
{
	struct error err;
	struct lun *lun;

	for (size_t i = 0; i < p->plan.write_count; i++)
		memcpy(p->sr.bytes + p->plan.writes[i].offset,
		       p->plan.writes[i].data, p->plan.writes[i].len);
	assert_int_equal(lun_memory_open(p->sr.bytes, SR_SIZE, 512, &lun, &err),
			 0);
	if (load_snapshot(lun, NULL, out, &err))
		fail_msg("%s", err.text);
	lun_close(lun);
}

static struct snapshot_lv *lv_named(struct snapshot *snap, const char *begin)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (strstr(snap->vg.lvs[i].name, begin))
			return &snap->lvs[i];
	}
	fail_msg("no LV is called %s", begin);
	return NULL;
}

/* Each thing that a result says otherwise than the plan is noticed, whatever
 * made it so. */
static void test_compare(void **state)
{
	struct snapshot_lv *log, *child = NULL;
	struct snapshot now;
	struct planned p;
	struct error err;

	(void)state;
	make_good(&p, NULL, 512);
	load_result(&p, &now);
	log = lv_named(&now, ".cbtlog");
	for (uint32_t i = 0; i < now.vg.lv_count; i++) {
		if (now.lvs[i].has_parent)
			child = &now.lvs[i];
	}
	assert_non_null(child);
	assert_int_equal(plan_compare(&p.plan, &now, &err), 0);
#define DIFFERS(field)                                           \
	do {                                                     \
		uint8_t *byte = (uint8_t *)&(field);             \
                                                                 \
		*byte ^= 1;                                      \
		if (!plan_compare(&p.plan, &now, &err))          \
			fail_msg("%s is not looked at", #field); \
		*byte ^= 1;                                      \
	} while (0)
	DIFFERS(now.vg.sr);
	DIFFERS(now.vg.seqno);
	DIFFERS(now.vg.extent_size);
	DIFFERS(now.vg.pe_start);
	DIFFERS(now.vg.pe_count);
	DIFFERS(now.vg.id);
	DIFFERS(now.label.pv_id);
	DIFFERS(now.vg.lv_count);
	DIFFERS(now.vg.lvs[1].name);
	DIFFERS(now.vg.lvs[1].id);
	DIFFERS(now.vg.lvs[1].hidden);
	DIFFERS(now.vg.lvs[1].journaler);
	DIFFERS(now.vg.segments[1].pv_extent);
	DIFFERS(now.vg.segments[1].count);
	DIFFERS(child->kind);
	DIFFERS(child->is_image);
	DIFFERS(child->is_child);
	DIFFERS(child->has_header);
	DIFFERS(child->has_parent);
	DIFFERS(child->parent);
	DIFFERS(child->names_differ);
	DIFFERS(child->name_count);
	DIFFERS(log->cbt_parent);
	DIFFERS(log->cbt_child);
	DIFFERS(log->value_len);
	DIFFERS(now.mgt.has_sr);
	DIFFERS(now.mgt.sr.uuid);
	DIFFERS(now.mgt.vdi_count);
	DIFFERS(now.mgt.vdis[0].uuid.uuid);
	DIFFERS(now.mgt.vdis[0].deleted);
	DIFFERS(now.mgt.vdis[0].managed);
	DIFFERS(now.mgt.vdis[0].is_a_snapshot);
	DIFFERS(now.mgt.vdis[0].has_snapshot_of);
	assert_int_equal(plan_compare(&p.plan, &now, &err), 0);
	snapshot_free(&now);
	done(&p);
}

/* A uuid has one new value wherever it stands. */
static void test_one_map(void **state)
{
	struct uuid base, stale, host, other;
	struct planned p;

	(void)state;
	make_good(&p, NULL, 512);
	uuid_from_text(BASE_UUID, &base);
	uuid_from_text(STALE_UUID, &stale);
	uuid_from_text(HOST_UUID, &host);
	assert_true(idmap_find(&p.plan.ids, &base, &other));
	assert_true(idmap_find(&p.plan.ids, &stale, &other));
	assert_false(idmap_find(&p.plan.ids, &host, &other));
	assert_int_equal(p.plan.ids.vdi_count, 5);
	/* the description is somebody's words: it stays, and is the only one */
	assert_null(strstr(strstr(p.plan.text, CHILD_UUID) + 1, CHILD_UUID));
	assert_non_null(strstr(p.plan.text, "description = \"VHD-" CHILD_UUID));
	assert_null(strstr(p.plan.text, SR_UUID));
	assert_non_null(strstr(p.plan.text, "hb-" HOST_UUID));
	done(&p);
}

/* What plan_make makes of a SR whose child's second locator is at `at`. */
static int plan_with_locator(uint64_t at, struct error *err)
{
	struct plan_options with = { .new_sr = { { 7 } } };
	struct snapshot snap;
	struct plan plan;
	struct lun *lun;
	uint8_t *vhd;
	struct sr sr;
	int failed;

	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	put_be64(vhd + 512 + 600 + 16, at);
	sr_seal_vhd(vhd + 512);
	lun_memory_open(sr.bytes, SR_SIZE, 512, &lun, err);
	failed = load_snapshot(lun, NULL, &snap, err);
	if (!failed) {
		failed = plan_make(&snap, &with, &plan, err);
		if (!failed)
			plan_free(&plan);
		snapshot_free(&snap);
	}
	lun_close(lun);
	sr_free(&sr);
	return failed;
}

/* The same name for two locators is no reason to rename it twice. */
static void test_shared_locator(void **state)
{
	struct error err;

	(void)state;
	if (plan_with_locator(3072, &err))
		fail_msg("%s", err.text);
}

/* Locators that lie where they cannot lie: refused for what is on the LUN, or
 * planned; never for a fault of ours. */
static void test_odd_locators(void **state)
{
	(void)state;
	for (uint64_t at = 0; at <= 2 * SR_EXTENT - 84; at += 20) {
		struct error err;

		if (plan_with_locator(at, &err) &&
		    err.code != ERROR_LUN_CONTENT)
			fail_msg("locator at %llu: %s", (unsigned long long)at,
				 err.text);
	}
}

/* Puts the first extent `by` bytes further on, the first area's ring right up to
 * it, and MGT's first piece into it. */
static void move_extents(struct sr *sr, uint64_t by)
{
	char *start = strstr(sr->text, "pe_start = 128\n");
	char *place = strstr(sr->text, "\"pv0\", 9\n");

	memcpy(sr->bytes + SR_AT(0), sr->bytes + SR_AT(SR_MGT_1), SR_EXTENT);
	memmove(sr->bytes + SR_AT(0) + by, sr->bytes + SR_AT(0),
		SR_EXTENTS * SR_EXTENT);
	snprintf(start + 11, 4, "%u", (unsigned)(SR_PE_START + by) / 512);
	start[14] = '\n';
	place[7] = '0';
	sr_put_text(sr->bytes, SR_MDA_AT, SR_MDA_SIZE + by, 512, sr->text, 0);
}

/* In a block of 4096 bytes in which the ring ends the first extent may begin: it
 * is no ring space. */
static void test_ring_meets_extent(void **state)
{
	(void)state;
	for (uint64_t by = 0; by <= 4096; by += 512) {
		struct plan_options with = { .new_sr = { { 7 } } };
		struct snapshot snap;
		struct plan plan;
		struct error err;
		struct lun *lun;
		struct sr sr;

		sr_make(&sr, NULL);
		move_extents(&sr, by);
		lun_memory_open(sr.bytes, SR_SIZE, 4096, &lun, &err);
		if (load_snapshot(lun, NULL, &snap, &err) ||
		    plan_make(&snap, &with, &plan, &err))
			fail_msg("%u: %s", (unsigned)by, err.text);
		assert_true(snap.mgt.vdi_count);
		plan_free(&plan);
		snapshot_free(&snap);
		lun_close(lun);
		sr_free(&sr);
	}
}

/* The second area holds an older and shorter text, and its ring no more than the
 * one of today. */
static void test_no_room_beside_older(void **state)
{
	const struct sr_options o = { .mda_count = 2, .text_pad = 2048 };
	struct sr older, sr;

	(void)state;
	for (int room = 0; room < 2; room++) {
		struct plan_options with = { .new_sr = { { 7 } } };
		struct snapshot snap;
		struct plan plan;
		struct error err;
		struct lun *lun;
		int failed;

		sr_make(&sr, &o);
		sr_make(&older, NULL);
		strstr(older.text, "seqno = 42")[9] = '1';
		sr_put_text(sr.bytes, SR_MDA2_AT,
			    room ? SR_MDA2_SIZE
				 : (sr.text_size / 512 + 3) * 512,
			    512, older.text, 0);
		lun_memory_open(sr.bytes, SR_SIZE, 512, &lun, &err);
		if (load_snapshot(lun, NULL, &snap, &err))
			fail_msg("%s", err.text);
		failed = plan_make(&snap, &with, &plan, &err);
		assert_int_equal(failed, room ? 0 : -1);
		if (failed) {
			assert_int_equal(err.code, ERROR_LUN_CONTENT);
			assert_non_null(strstr(err.text, "an older VG text"));
		} else {
			plan_free(&plan);
		}
		snapshot_free(&snap);
		lun_close(lun);
		sr_free(&older);
		sr_free(&sr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_journal_place),
		cmocka_unit_test(test_head_place_taken),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_no_write_is_spare),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_one_map),
		cmocka_unit_test(test_shared_locator),
		cmocka_unit_test(test_odd_locators),
		cmocka_unit_test(test_ring_meets_extent),
		cmocka_unit_test(test_no_room_beside_older),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
