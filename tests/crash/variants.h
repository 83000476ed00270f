// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Variants of an image that LVM makes only after thousands of commits, or on
 * other SRs: the same VG text, elsewhere.
 */
#ifndef TESTS_CRASH_VARIANTS_H
#define TESTS_CRASH_VARIANTS_H

#include "sim_disk.h"

enum variant {
	VARIANT_PLAIN,
	VARIANT_WRAPPED,    /* text that wraps round the ring's end */
	VARIANT_AT_END,	    /* text at the ring's end */
	VARIANT_SMALL_RING, /* text is rewritten where it is */
	VARIANT_TIGHT_RING, /* there is room, but only at one place */
	VARIANT_TWO_AREAS,  /* a second metadata area at the LUN's end */
	VARIANT_FULL_RING, /* text fills it: the journal's body goes elsewhere */
};
#define VARIANTS 7

extern const char *const variant_names[VARIANTS];

/* Makes base->changed from the image. False, with words, if this image cannot
 * have it. */
bool variant_make(struct sim_base *base, enum variant variant,
		  const char **why);

#endif
