// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What may be chosen of a resign, by whichever door it is asked for: a key of
 * device_config, which is an argument of the plugin as well (sm/sr_type.c), an
 * option of relvm (drivers/relvm_options.c). False is what is done where nobody
 * says anything.
 */
#ifndef BASE_CHOICES_H
#define BASE_CHOICES_H

#include <stdbool.h>

struct resign_choices {
	bool drop_snapshots; /* snapshot VDIs are not in the result */
	bool ignore_life;    /* see engine/life.h */
	bool keep_journals;  /* also operations that SM cannot end
			      * (sr/refusals.h) */
};

#endif
