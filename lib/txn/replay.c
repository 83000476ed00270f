// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/replay.h"

#include <stdlib.h>
#include <string.h>
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
	r->size = bytes;
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

static enum journal_content compare(const struct replay *r)
{
	size_t counts[JOURNAL_OTHER + 1] = { 0 };

	for (size_t i = 0; i < r->count; i++) {
		const struct journal_record *record = &r->records[i];
		enum journal_content c = compare_record(record, r->ios[i].data);

		if (c == JOURNAL_OTHER || record->type == JOURNAL_WRITE)
			counts[c]++;
	}
	if (counts[JOURNAL_OTHER])
		return JOURNAL_OTHER;
	if (counts[JOURNAL_MIXED] ||
	    (counts[JOURNAL_BEFORE] && counts[JOURNAL_AFTER]))
		return JOURNAL_MIXED;
	return counts[JOURNAL_BEFORE] ? JOURNAL_BEFORE : JOURNAL_AFTER;
}

int replay_load(const struct journal *journal, struct replay *out,
		struct error *err)
{
	struct lun *lun = journal->lun;
	struct replay r = { 0 };

	if (read_body(lun, &journal->head, &r, err) ||
	    read_targets(lun, &journal->head, &r, err)) {
		replay_free(&r);
		return -1;
	}
	r.content = compare(&r);
	*out = r;
	return 0;
}

/* On large blocks the label shares its block with the head, which stays. */
static void keep_head(const struct journal *journal, const struct lun_io *io)
{
	uint32_t block = journal->lun->block_size;

	if (io->offset <= JOURNAL_PLACE_AT &&
	    io->len > JOURNAL_PLACE_AT - io->offset)
		memcpy(io->data + (JOURNAL_PLACE_AT - io->offset),
		       journal->block + JOURNAL_PLACE_AT % block,
		       JOURNAL_HEAD_SIZE);
}

static int apply_phase(const struct journal *journal, const struct replay *r,
		       uint32_t phase, struct error *err)
{
	struct lun *lun = journal->lun;
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
		keep_head(journal, &r->ios[i]);
		ios[n++] = r->ios[i];
	}
	/* A run that was held up must not write over what another host, which
	 * took it for dead, has completed since. And a flush that fails is as
	 * bad as a write that fails: what it did not make stable must not be
	 * built on. */
	failed = n && ((!journal->fenced && journal_check_head(journal, err)) ||
		       lun_write(lun, ios, n, err) || lun_flush(lun, err));
	free(ios);
	return failed ? -1 : 0;
}

static int read_back(struct lun *lun, const struct replay *r, struct image *seen,
		     struct error *err)
{
	struct lun_io *ios = calloc(r->count, sizeof(*ios));
	uint8_t *bytes = malloc(r->size);
	bool same = true;
	int failed = -1;

	if (!ios || !bytes) {
		error_no_memory(err);
		goto out;
	}
	for (size_t i = 0; i < r->count; i++) {
		ios[i] = r->ios[i];
		ios[i].data = bytes + (r->ios[i].data - r->bytes);
	}
	failed = lun_read(lun, ios, r->count, err);
	for (size_t i = 0; i < r->count && !failed; i++) {
		same = same && !memcmp(ios[i].data, r->ios[i].data, ios[i].len);
		if (image_put(seen, ios[i].offset, ios[i].data, ios[i].len))
			failed = error_no_memory(err);
	}
	if (!failed && !same)
		failed = error_set(err, ERROR_IO,
				   "the LUN does not hold what was just "
				   "written to it");
out:
	free(ios);
	free(bytes);
	return failed;
}

int replay_apply(const struct journal *journal, const struct replay *replay,
		 struct image *seen, struct error *err)
{
	for (uint32_t phase = 0; phase < PLAN_PHASES; phase++) {
		if (apply_phase(journal, replay, phase, err))
			return -1;
	}
	return read_back(journal->lun, replay, seen, err);
}

void replay_free(struct replay *replay)
{
	free(replay->body);
	free(replay->records);
	free(replay->ios);
	free(replay->bytes);
	*replay = (struct replay){ 0 };
}
