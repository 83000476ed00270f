// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The engine's results as JSON, each a whole document: what the command prints
 * with --json, and what the plugin answers. The form is described, field by
 * field, by xapi-plugin/schema.json; a field that is added keeps its version,
 * one that is changed or taken away raises it.
 */
#ifndef ENGINE_ANSWERS_H
#define ENGINE_ANSWERS_H

#include "engine/attach.h"
#include "engine/list.h"
#include "engine/look.h"
#include "iscsi/discover.h"

/* Each returns a line without its end, which the caller frees. `name` is
 * the LUN's or the target's. The time that it took is since clock_restart(). */
char *answer_inspect(const char *name, const struct look *look);
char *answer_plan(const char *name, const struct look_plan *plan);
char *answer_resign(const char *command, const char *name, const char *scsi_id,
		    const struct resign_report *resign);
char *answer_list(const char *name, const struct target_list *list);
/* Of a host: its targets. */
char *answer_targets(const char *name, const struct iscsi_offers *offers);

char *answer_verify(const struct verified_lun *luns, size_t count,
		    const struct findings *duplicates);

char *answer_attach(const char *name, const struct attach_result *result);

/* A small one: `members`, which are taken over, hold clean text alone. */
char *answer_of(const char *command, json_t *members);

char *answer_version(void);

/* A failure; `scsi_id` may be empty. */
char *answer_error(const char *command, const char *name, const char *scsi_id,
		   const struct error *err);

#endif
