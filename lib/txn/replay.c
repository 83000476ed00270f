// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc.h"
#include "plan/plan.h"
#include "txn/load.h"

static int damaged(struct error *err, const char *what)
{
	return error_set(err, ERROR_LUN_CONTENT,
			 "the journal of an interrupted resign is damaged: "
			 "%s; " MAKE_NEW_CLONE,
			 what);
}

static bool fits(const struct lun *lun, uint64_t offset, uint64_t len)
{
	return len != 0 && offset % lun->block_size == 0 &&
	       len % lun->block_size == 0 && offset <= lun->size &&
	       len <= lun->size - offset;
}

static int make_room(struct lun *lun, const struct journal_head *head,
		     struct replay *r, struct error *err)
{
	uint32_t block = lun->block_size;
	uint64_t padded = (head->body_len + block - 1) / block * block;

	if (!fits(lun, head->body_at, padded))
		return damaged(err, "its body lies outside the LUN");
	r->body = alloc_zeroed(padded, 1);
	r->body_io = (struct lun_io){ head->body_at, padded, r->body };
	return 0;
}

static int check_body(const struct journal_head *head, const struct replay *r,
		      struct error *err)
{
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

/* One more than there are records is there for the body. */
static int plan_targets(struct lun *lun, const struct journal_head *head,
			struct replay *r, struct error *err)
{
	size_t bytes;

	if (walk_records(lun, head, r, &bytes, err))
		return -1;
	if (r->count == 0 || bytes > 4 * (size_t)JOURNAL_MAX_BODY)
		return damaged(err, "it changes nothing, or too much");
	r->records = alloc_zeroed(r->count, sizeof(*r->records));
	r->ios = alloc_zeroed(r->count + 1, sizeof(*r->ios));
	r->bytes = alloc_zeroed(bytes, 1);
	r->size = bytes;
	return walk_records(lun, head, r, &bytes, err);
}

/* What lies near each other is read in one command. */
static int read_all(struct lun *lun, bool flush, const struct lun_io *ios,
		    size_t n, struct error *err)
{
	struct want_list wants = { 0 };
	struct image image;
	int failed;

	image_init(&image, lun->block_size);
	for (size_t i = 0; i < n; i++)
		want_range(&wants, ios[i].offset, ios[i].len);
	failed = read_wanted(lun, &wants, flush, &image, err);
	for (size_t i = 0; i < n && !failed; i++)
		image_get(&image, ios[i].offset, ios[i].data, ios[i].len);
	want_list_free(&wants);
	image_free(&image);
	return failed;
}

/* The body first, and then what it tells of. */
static int read_one_by_one(struct lun *lun, const struct journal_head *head,
			   struct replay *r, struct error *err)
{
	return lun_read(lun, &r->body_io, 1, err) || check_body(head, r, err) ||
			       plan_targets(lun, head, r, err) ||
			       read_all(lun, false, r->ios, r->count, err)
		       ? -1
		       : 0;
}

/* All at once, by what the body must be; it is read over that, and flushed. */
static int read_at_once(struct lun *lun, const struct journal_head *head,
			const struct buffer *expected, struct replay *r,
			struct error *err)
{
	memcpy(r->body, expected->data, expected->len);
	if (plan_targets(lun, head, r, err))
		return -1;
	r->ios[r->count] = r->body_io;
	return read_all(lun, true, r->ios, r->count + 1, err) ||
			       check_body(head, r, err)
		       ? -1
		       : 0;
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

int replay_load(const struct journal *journal, const struct buffer *expected,
		struct replay *out, struct error *err)
{
	const struct journal_head *head = &journal->head;
	struct lun *lun = journal->lun;
	struct replay r = { 0 };

	if (make_room(lun, head, &r, err) ||
	    (expected ? read_at_once(lun, head, expected, &r, err)
		      : read_one_by_one(lun, head, &r, err))) {
		replay_free(&r);
		return -1;
	}
	r.content = compare(&r);
	*out = r;
	return 0;
}

/* The writes of *io, one or two; the head stays as it is. Where it has a block
 * of its own and no fence keeps a late write from coming when it is gone, it is
 * left out; else it is written along. */
static size_t around_head(const struct journal *journal,
			  const struct lun_io *io, struct lun_io out[2])
{
	uint32_t block = journal->lun->block_size;
	size_t before, after;

	out[0] = *io;
	if (io->offset > JOURNAL_PLACE_AT ||
	    io->len <= JOURNAL_PLACE_AT - io->offset)
		return 1;
	before = JOURNAL_PLACE_AT - io->offset;
	memcpy(io->data + before, journal->block + JOURNAL_PLACE_AT % block,
	       JOURNAL_HEAD_SIZE);
	if (journal->fenced || block != JOURNAL_HEAD_SIZE || before == 0)
		return 1;
	after = before + block;
	out[0].len = before;
	out[1] = (struct lun_io){ io->offset + after, io->len - after,
				  io->data + after };
	return io->len > after ? 2 : 1;
}

static int apply_phase(const struct journal *journal, const struct replay *r,
		       uint32_t phase, struct error *err)
{
	struct lun *lun = journal->lun;
	struct lun_io *ios = alloc_zeroed(2 * r->count, sizeof(*ios));
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < r->count; i++) {
		const struct journal_record *record = &r->records[i];

		if (record->type != JOURNAL_WRITE || record->phase != phase)
			continue;
		journal_patch(record, r->ios[i].data);
		n += around_head(journal, &r->ios[i], &ios[n]);
	}
	/* A run that was held up must not write over what another host, which
	 * took it for dead, has completed since. And a flush that fails is as
	 * bad as a write that fails: what it did not make stable must not be
	 * built on. The last phase is flushed as it is read back. */
	failed = n && ((!journal->fenced && journal_check_head(journal, err)) ||
		       lun_write(lun, ios, n, err) ||
		       (phase + 1 < PLAN_PHASES && lun_flush(lun, err)));
	free(ios);
	return failed ? -1 : 0;
}

static bool same(const struct image *now, const struct lun_io *io, uint8_t *buf)
{
	return image_get(now, io->offset, buf, io->len) &&
	       memcmp(buf, io->data, io->len) == 0;
}

static int not_there(const struct journal *journal, const struct image *seen,
		     struct error *err)
{
	if (!journal->fenced && journal_check_seen(journal, seen, err))
		return -1;
	return error_set(err, ERROR_IO,
			 "the LUN does not hold what was just written to it");
}

static int read_back(const struct journal *journal, const struct replay *r,
		     struct image *seen, struct error *err)
{
	uint8_t *buf = alloc_zeroed(r->size, 1);
	struct want_list wants = { 0 };
	int failed;

	for (size_t i = 0; i < r->count; i++)
		want_range(&wants, r->ios[i].offset, r->ios[i].len);
	failed = read_wanted(journal->lun, &wants, true, seen, err);
	for (size_t i = 0; i < r->count && !failed; i++) {
		if (!same(seen, &r->ios[i], buf))
			failed = not_there(journal, seen, err);
	}
	want_list_free(&wants);
	free(buf);
	return failed;
}

int replay_apply(const struct journal *journal, const struct replay *replay,
		 struct image *seen, struct error *err)
{
	for (uint32_t phase = 0; phase < PLAN_PHASES; phase++) {
		if (apply_phase(journal, replay, phase, err))
			return -1;
	}
	return read_back(journal, replay, seen, err);
}

void replay_free(struct replay *replay)
{
	free(replay->body);
	free(replay->records);
	free(replay->ios);
	free(replay->bytes);
	*replay = (struct replay){ 0 };
}
