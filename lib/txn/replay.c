// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "plan/plan.h"

static int damaged(struct error *err, const char *what)
{
	return error_set(err, ERROR_LUN_CONTENT,
			 "the journal of an interrupted resign is damaged: %s; "
			 "make a new clone of the original LUN",
			 what);
}

static bool fits(const struct lun *lun, uint64_t offset, uint64_t len)
{
	return len != 0 && offset % lun->block_size == 0 &&
	       len % lun->block_size == 0 && offset <= lun->size &&
	       len <= lun->size - offset;
}

static int read_body(struct lun *lun, const struct journal_head *head,
		     struct replay *r, struct error *err)
{
	uint32_t block = lun->block_size;
	uint64_t padded = (head->body_len + block - 1) / block * block;
	struct lun_io io = { head->body_at, padded, NULL };

	if (!fits(lun, head->body_at, padded))
		return damaged(err, "its body lies outside the LUN");
	r->body = io.data = malloc(padded);
	if (!r->body)
		return error_no_memory(err);
	if (lun_read(lun, &io, 1, err))
		return -1;
	if (lvm_crc(LVM_CRC_INITIAL, r->body, head->body_len) != head->body_crc)
		return damaged(err, "its body does not match its checksum");
	return 0;
}

/* Counts and checks the records; fills them in when there is room. */
static int walk_records(struct lun *lun, const struct journal_head *head,
			struct replay *r, size_t *bytes, struct error *err)
{
	size_t at = 0, n = 0;

	*bytes = 0;
	while (at < head->body_len) {
		struct journal_record record;

		if (!journal_next(r->body, head->body_len, &at, &record))
			return damaged(err, "a record is not sound");
		if (!fits(lun, record.offset, record.len))
			return damaged(err, "a record lies outside the LUN");
		if (record.type == JOURNAL_WRITE && record.phase >= PLAN_PHASES)
			return damaged(err, "a record has an unknown phase");
		if (r->records) {
			r->records[n] = record;
			r->ios[n] = (struct lun_io){ record.offset, record.len,
						     r->bytes + *bytes };
		}
		*bytes += record.len;
		n++;
	}
	r->count = n;
	return 0;
}

static int read_targets(struct lun *lun, const struct journal_head *head,
			struct replay *r, struct error *err)
{
	size_t bytes;

	if (walk_records(lun, head, r, &bytes, err))
		return -1;
	if (r->count == 0 || bytes > 4 * (size_t)JOURNAL_MAX_BODY)
		return damaged(err, "it changes nothing, or too much");
	r->records = calloc(r->count, sizeof(*r->records));
	r->ios = calloc(r->count, sizeof(*r->ios));
	r->bytes = malloc(bytes);
	if (!r->records || !r->ios || !r->bytes)
		return error_no_memory(err);
	if (walk_records(lun, head, r, &bytes, err))
		return -1;
	return lun_read(lun, r->ios, r->count, err);
}

static enum journal_content compare_record(const struct journal_record *record,
					   const uint8_t *bytes)
{
	if (record->type == JOURNAL_WRITE)
		return journal_compare(record, bytes);
	/* Written and flushed before the commit, so it is there, unless LVM
	 * has used the ring since. */
	return lvm_crc(LVM_CRC_INITIAL, bytes, record->len) == record->crc
		       ? JOURNAL_AFTER
		       : JOURNAL_OTHER;
}

int replay_load(struct lun *lun, const struct journal_head *head,
		struct replay *out, struct error *err)
{
	struct replay r = { .content = JOURNAL_AFTER };

	if (read_body(lun, head, &r, err) || read_targets(lun, head, &r, err)) {
		replay_free(&r);
		return -1;
	}
	for (size_t i = 0; i < r.count; i++) {
		enum journal_content c =
			compare_record(&r.records[i], r.ios[i].data);

		if (c == JOURNAL_OTHER)
			r.content = JOURNAL_OTHER;
		else if (c == JOURNAL_BEFORE && r.content == JOURNAL_AFTER)
			r.content = JOURNAL_BEFORE;
	}
	*out = r;
	return 0;
}

static int apply_phase(struct lun *lun, const struct replay *r, uint32_t phase,
		       struct error *err)
{
	struct lun_io *ios = calloc(r->count, sizeof(*ios));
	size_t n = 0;
	int failed;

	if (!ios)
		return error_no_memory(err);
	for (size_t i = 0; i < r->count; i++) {
		const struct journal_record *record = &r->records[i];

		if (record->type != JOURNAL_WRITE || record->phase != phase)
			continue;
		journal_patch(record, r->ios[i].data);
		ios[n++] = r->ios[i];
	}
	failed = n && (lun_write(lun, ios, n, err) || lun_flush(lun, err));
	free(ios);
	return failed ? -1 : 0;
}

int replay_apply(struct lun *lun, const struct replay *replay,
		 struct error *err)
{
	for (uint32_t phase = 0; phase < PLAN_PHASES; phase++) {
		if (apply_phase(lun, replay, phase, err))
			return -1;
	}
	return 0;
}

void replay_free(struct replay *replay)
{
	free(replay->body);
	free(replay->records);
	free(replay->ios);
	free(replay->bytes);
	*replay = (struct replay){ 0 };
}
