// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Multipath maps: where multipathd puts a LUN's disks into one, work goes
 * through the map, and a map that came with our disks goes with them.
 *
 *   multipath_remember   before the disks appear
 *   multipath_claim      for each disk, once it is there
 *   in_use_check         of each disk, before anything of a map is changed
 *   multipath_fail_fast  then I/O through the map, or the disk
 *   multipath_release    when that is closed, before the disks go
 *
 * multipathd is told to look at a disk rather than waited for: it decides by
 * its own rules (blacklists, find_multipaths), but now. So nobody guesses
 * whether a map is still to come, and there is no wait where none will.
 */
#ifndef HOST_MULTIPATH_H
#define HOST_MULTIPATH_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "host/block.h"

/* What there was before us, in lines. */
struct multipath_before {
	struct buffer uuids; /* of the maps, as device-mapper has them */
	struct buffer wwids; /* which multipath takes for multipathed */
};

struct multipath_map {
	char device[BLOCK_NAME_SIZE]; /* "dm-3"; empty: there is no map */
	struct block_dm dm;
	bool ours;	 /* it was not there before */
	bool remembered; /* nor its wwid in multipath's file of them */
	bool fails_fast; /* multipath_fail_fast */
};

void multipath_remember(struct multipath_before *out);
void multipath_before_free(struct multipath_before *before);

/* Has multipathd put `disk` ("sdb") into a map, if it would. *map begins with
 * all zeros and serves all disks of one LUN; what is in it is to be released in
 * any case. A map that is there already stays as it is. ERROR_IN_USE: the disks
 * of this LUN are in two maps. ERROR_NO_DEVICE: multipathd does not answer. */
int multipath_claim(const char *disk, const struct multipath_before *before,
		    struct multipath_map *map, struct error *err);

/* The map that somebody has named, which stays; none if the device is no map. */
void multipath_named(const char *device, struct multipath_map *map);

/* I/O on the map then fails when no path is left, rather than waiting for one.
 * Does nothing if there is no map. ERROR_IN_USE: multipathd does not know it.
 */
int multipath_fail_fast(struct multipath_map *map, struct error *err);

/* Gives up a map that nothing of ours has open any more: one that came with our
 * claim is removed, and multipathd told to forget `disks`, so that it makes no
 * new one while they go (none if they stay); any other gets back how it waits for paths. Does
 * nothing if there is no map. ERROR_IN_USE: it cannot be removed, because
 * someone has it open. Waits ten seconds for that to end. */
int multipath_release(struct multipath_map *map,
		      const struct block_names *disks, struct error *err);

/* The map that has the disk, or an empty name. */
void multipath_of(const char *disk, char device[BLOCK_NAME_SIZE]);

#endif
