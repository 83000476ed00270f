// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The one answer to a call, as XML that xapi's reader accepts. Every function
 * returns a string that the caller frees; response_out_of_memory is the answer
 * of a process that has none (base/alloc.h).
 *
 * Text may come from a LUN or a target: what XML cannot hold (control
 * characters, broken UTF-8) becomes '?'.
 */
#ifndef SM_RESPONSE_H
#define SM_RESPONSE_H

#include "sm/sr_type.h"

extern const char response_out_of_memory[];

/* Line feeds and tabs stay. */
char *response_string(const char *text);

/* The text becomes one line. */
char *response_fault(int number, const char *text);

/* A plugin's answers. The text, such as JSON, is kept as it is but for what XML
 * cannot hold. A failure is what xapi makes of the storage backend's faults: an
 * error SR_BACKEND_FAILURE_<number> with "", the text, "". */
extern const char response_plugin_out_of_memory[];
char *response_plugin_success(const char *text);
char *response_plugin_failure(int number, const char *text);

/* What xapi asks every backend at its start (sr_get_driver_info). */
char *response_driver_info(const struct sr_type *type);

#endif
