// SPDX-License-Identifier: LGPL-2.1-only
#include "used.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "txn/load.h"

static void put(struct suite *suite, struct sectors *state, uint64_t at,
		const uint8_t *from, size_t len)
{
	while (len) {
		size_t in = (size_t)(at % SECTOR);
		size_t n = SECTOR - in < len ? SECTOR - in : len;
		uint8_t sector[SECTOR];

		memcpy(sector, sim_sector(suite->base, state, at / SECTOR),
		       SECTOR);
		memcpy(sector + in, from, n);
		sectors_put(state, at / SECTOR, sector);
		at += n;
		from += n;
		len -= n;
	}
}

/* The text with the next seqno, which may be longer; with its NUL. */
static char *next_text(const struct snapshot *snap, size_t *size)
{
	static const char key[] = "seqno = ";
	const char *at = strstr(snap->text, key);
	size_t room = strlen(snap->text) + 32;
	char *text = must_have(malloc(room));
	const char *rest;

	at += strlen(key);
	rest = at + strspn(at, "0123456789");
	*size = (size_t)snprintf(text, room, "%.*s%" PRIu64 "%s",
				 (int)(at - snap->text), snap->text,
				 snap->vg.seqno + 1, rest) +
		1;
	return text;
}

/* As lvm2 lib/format_text/format-text.c: behind the old text, from the next
 * sector on, round the ring's end if need be. */
static void commit_area(struct suite *suite, struct sectors *state,
			const struct lvm_mda *mda, const char *text,
			size_t size)
{
	uint64_t ring = mda->area.size - LVM_MDA_HEADER_SIZE;
	uint64_t at = mda->text.offset - LVM_MDA_HEADER_SIZE + mda->text.size;
	struct lvm_raw_locn locn = { .size = size, .flags = mda->text.flags };
	struct lvm_mda_piece pieces[2];
	uint8_t header[SECTOR];
	unsigned n;

	at = (at + SECTOR - 1) / SECTOR * SECTOR % ring;
	locn.offset = at + LVM_MDA_HEADER_SIZE;
	locn.crc = lvm_crc(LVM_CRC_INITIAL, text, size);
	n = lvm_mda_pieces(mda, locn.offset, size, pieces);
	for (unsigned i = 0; i < n; i++) {
		put(suite, state, pieces[i].offset, (const uint8_t *)text,
		    pieces[i].len);
		text += pieces[i].len;
	}
	memcpy(header,
	       sim_sector(suite->base, state, mda->area.offset / SECTOR),
	       SECTOR);
	lvm_mda_set_text(&locn, header);
	sectors_put(state, mda->area.offset / SECTOR, header);
}

/* What LVM makes of a state with one command; false if it cannot read it. */
static bool lvm_commit(struct suite *suite, const struct sectors *from,
		       struct sectors *to, struct lvm_id *vg)
{
	struct snapshot snap;
	struct error err;
	size_t size;
	char *text;

	sim_disk_start(&suite->disk, from);
	if (load_snapshot(&suite->disk.lun, NULL, &snap, &err))
		return false;
	*vg = snap.vg.id;
	sectors_copy(from, to);
	text = next_text(&snap, &size);
	for (unsigned i = 0; i < snap.mda_count; i++)
		commit_area(suite, to, &snap.mdas[i], text, size);
	free(text);
	snapshot_free(&snap);
	return true;
}

/* The world that LVM makes of a world with one command. */
static unsigned used_world(struct suite *suite, unsigned world)
{
	struct sectors state = { 0 };
	struct lvm_id vg;
	unsigned used = NO_WORLD;

	if (lvm_commit(suite, &suite->worlds->items[world].state, &state, &vg))
		used = worlds_push(suite->worlds, world, &state);
	sectors_free(&state);
	return used;
}

struct used {
	unsigned worlds[2]; /* the original and run 1's result, used */
	const struct power_effort *effort;
	unsigned every, count;
};

static void try_used(struct suite *suite, const struct sectors *state,
		     void *context)
{
	struct run run = { .number = 2, .host = 1, .scsi_id = "lun" };
	const struct used *used = context;
	struct sectors now = { 0 };
	struct error err = { .text = "" };
	struct found_state found;
	struct lvm_id vg;
	bool switched;

	if (!suite_is_new(suite, state, 2) ||
	    !judge_state(suite, state, 2, &found) ||
	    !lvm_commit(suite, state, &now, &vg))
		goto out;
	switched = lvm_id_equal(&vg, &suite->worlds->items[1].vg);
	run.seed = worlds_seed(suite->worlds, used->worlds[switched], 2);
	sim_disk_start(&suite->disk, &now);
	if (!run_resign(&suite->disk, &run, &err)) {
		if (found.committed && !switched)
			suite_wrong(suite, "done, over LVM's work");
		else
			judge_result(suite,
				     worlds_child(suite->worlds,
						  used->worlds[switched], 2),
				     NULL);
	} else if (!found.committed || switched) {
		suite_wrong(suite, "refused: %s", err.text);
	} else if (err.code != ERROR_LUN_CONTENT || suite->disk.trace.count) {
		suite_wrong(suite, "not a clean refusal: %s", err.text);
	}
out:
	sectors_free(&now);
}

/* The run that completes what a crash has left crashes too. */
static void crash_recovery(struct suite *suite, const struct sectors *state,
			   void *context)
{
	const struct run second = { .number = 2, .host = 1, .scsi_id = "lun" };
	struct used *used = context;
	struct sectors copy = { 0 };
	struct found_state found;
	struct trace trace;

	if (used->count++ % used->every ||
	    !judge_state(suite, state, 2, &found) || !found.committed)
		return;
	sectors_copy(state, &copy);
	if (judge_trial(suite, &copy, &second)) {
		trace = suite->disk.trace;
		suite->disk.trace = (struct trace){ 0 };
		power_states(suite, &copy, &trace, used->effort, try_used,
			     used);
		trace_free(&trace);
	}
	sectors_free(&copy);
}

void used_try(struct suite *suite, const struct power_effort *effort,
	      unsigned every)
{
	const struct power_effort prefixes = { 0 };
	const struct sectors *original = &suite->worlds->items[0].state;
	struct used used = { .effort = effort, .every = every };
	struct trace trace;

	if (!power_first_run(suite, &trace))
		return;
	used.worlds[0] = used_world(suite, 0);
	used.worlds[1] = used_world(suite, worlds_child(suite->worlds, 0, 1));
	if (used.worlds[0] == NO_WORLD || used.worlds[1] == NO_WORLD) {
		suite_wrong(suite, "LVM cannot work with it: %s",
			    suite->worlds->err.text);
	} else {
		power_states(suite, original, &trace, effort, try_used, &used);
		power_states(suite, original, &trace, &prefixes, crash_recovery,
			     &used);
	}
	trace_free(&trace);
}
