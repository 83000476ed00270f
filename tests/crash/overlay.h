// SPDX-License-Identifier: LGPL-2.1-only
/*
 * States of a LUN as files, so that real lvm2 and other programs can look at
 * them: the sectors that differ from the image, each after its number (u64, of
 * this machine).
 */
#ifndef TESTS_CRASH_OVERLAY_H
#define TESTS_CRASH_OVERLAY_H

#include "judge.h"

bool overlay_write(const char *path, const struct sim_base *base,
		   const struct sectors *state);

/* Puts all sectors of an overlay into an image file. */
bool overlay_apply(const char *overlay, const char *image);

/* Puts a state right into an image file. */
bool overlay_to_image(const char *image, const struct sim_base *base,
		      const struct sectors *state);

/* Writes the state before and after a trial, for judge.sh, if it is one of a
 * kind that was not written yet, or the next after many. */
void overlay_sample(struct suite *suite, const struct found_state *found,
		    unsigned number);

#endif
