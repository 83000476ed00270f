// SPDX-License-Identifier: LGPL-2.1-only
#include "stop.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "engine/resign_lun.h"
#include "judge.h"
#include "overlay.h"

/* The unit that commits. */
static size_t find_commit(const struct units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		struct sectors one = { 0 };
		struct journal_head head;
		bool commits;

		units_land(units, i, &one);
		commits = sectors_head(&one, JOURNAL_COMMITTED, &head);
		sectors_free(&one);
		if (commits)
			return i;
	}
	return units->count;
}

/* How many units have landed at that point; 0 if there is no such point. */
static size_t landed(const struct units *units, const char *point)
{
	size_t commit = find_commit(units);
	const size_t *first;

	if (commit == units->count)
		return 0;
	first = &units->first[units->items[commit].epoch + 1];
	/* first[0]: what lies among the LVs; first[1]: the switch; first[2]:
	 * the wiping. A LUN without swap flushes more often. */
	while (first[1] == first[0] && first < &units->first[units->epochs])
		first++;
	if (!strcmp(point, "prepared"))
		return commit;
	if (!strcmp(point, "committed"))
		return commit + 1;
	if (!strcmp(point, "half"))
		return (first[0] + first[1] + 1) / 2;
	if (!strcmp(point, "applied"))
		return first[1];
	if (!strcmp(point, "half-switched"))
		return first[1] + 1;
	if (!strcmp(point, "switched"))
		return first[2];
	if (!strcmp(point, "wiped"))
		return first[3];
	return 0;
}

bool stop_at(const struct sim_base *base, const char *image, const char *sr,
	     uint32_t block_size, const char *point)
{
	const struct journal_owner owner = { .scsi_id = "" };
	struct plan_options options = { .choices.keep_journals = true };
	struct sectors state = { 0 };
	struct sim_disk disk;
	struct chance chance;
	struct units units;
	struct error err;
	uint64_t seed;
	bool good;
	size_t n;

	if (strlen(sr) != UUID_TEXT_LEN ||
	    !uuid_from_text(sr, &options.new_sr)) {
		fprintf(stderr, "not a uuid: %s\n", sr);
		return false;
	}
	memcpy(&seed, options.new_sr.bytes, sizeof(seed));
	chance_seed(&chance, seed);
	chance_use(&chance);
	sim_disk_init(&disk, base, block_size, SIM_FENCE);
	if (resign_lun(&disk.lun, &options, &owner, NULL, NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return false;
	}
	units_cut(&disk.trace, block_size, &units);
	n = landed(&units, point);
	if (n == 0)
		fprintf(stderr, "no such point: %s\n", point);
	for (size_t i = 0; i < n; i++)
		units_land(&units, i, &state);
	good = n && overlay_to_image(image, base, &state);
	units_free(&units);
	sectors_free(&state);
	sim_disk_free(&disk);
	chance_use(NULL);
	return good;
}
