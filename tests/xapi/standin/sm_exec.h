// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Runs a storage backend or a plugin as xapi does (xapi's
 * ocaml/xapi/sm_exec.ml, xapi_plugins.ml; forkexec), and reads its answer.
 */
#ifndef STANDIN_SM_EXEC_H
#define STANDIN_SM_EXEC_H

#include "values.h"

struct launch {
	const char *sm_folder; /* holds <X>SR */
	const char *plugin_folder;
	const char *answer_reader; /* tests/support/xapi_answer */
	const char *log;	   /* one line a run; NULL: none */
	char **environment; /* for what is run, besides xapi's; ends with NULL
			     */
};

extern struct launch launch;

struct sm_call {
	const char *command;
	const char *host_ref;
	const char *session_ref; /* from here on, NULL: is not in the call */
	const char *args;	 /* the one argument */
	value *device_config;	 /* NULL: an empty one is */
	value *sr_sm_config;
	const char *sr_ref;
	const char *sr_uuid;
	const char *subtask_of;
};

/* Runs <type>'s backend. Returns its answer's lines, as the answer reader has
 * them, or fails as xapi does. The database must not be locked. */
const char *sm_exec(const char *type, const struct sm_call *call);

/* What stands behind "PATH: " in such an answer, up to the line's end; "" if
 * there is no such line. */
const char *answer_line(const char *answer, const char *path);

/* The same for an answer that is one string, of any number of lines. */
const char *answer_string(const char *answer);

/* Runs a plugin; its Value, or fails. */
const char *plugin_exec(const char *plugin, const char *function,
			const char *session_ref, value *arguments);

/* The driver that has this type; NULL if there is none. */
const char *driver_of(const char *type);

#endif
