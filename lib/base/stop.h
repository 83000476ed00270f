// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A polite request to stop: SIGTERM, SIGINT or SIGHUP. It ends nothing by
 * itself; whoever can still give up asks for it.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

/* From here on these signals are remembered. One that whoever started us has
 * set to be ignored stays ignored. */
void stop_on_signals(void);

/* Whether one has come since. */
bool stop_requested(void);

#endif
