// SPDX-License-Identifier: LGPL-2.1-only
/*
 * All that is tried on one image: its variants, the kinds of LUN, the suites.
 */
#ifndef TESTS_CRASH_SUITES_H
#define TESTS_CRASH_SUITES_H

#include "sim_disk.h"

struct options {
	const char *name;	 /* of the image, for the reports */
	const char *samples_dir; /* or NULL */
	uint64_t seed;
	bool full;
	bool only_plain; /* not the image's variants */
};

/* Runs the suites that `names` lists, up to a NULL; whether all is well. */
bool suites_run(struct sim_base *base, const struct options *options,
		char **names);

#endif
