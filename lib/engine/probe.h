// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What is on a LUN, and what the pool knows of it. Only reads: over a session
 * of our own, whatever initiator a resign would use, so that the host gets no
 * device, record or multipath map of it.
 */
#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"
#include "engine/reach.h"
#include "format/resign_journal.h"
#include "xapi/guard_rules.h"
#include "xapi/xapi.h"

struct probe {
	bool has_sr; /* without one the rest does not count */
	struct uuid sr;
	uint64_t size; /* bytes that the VG has for volumes; the LUN's, if the
			* VG is in the middle of a resign */
	bool counted;  /* false in the middle of a resign */
	size_t vdis;   /* that a user sees, snapshots among them */
	size_t snapshots;
	enum journal_state journal; /* of a resign that was cut short */
	bool known;		    /* xapi has that SR on record */
	enum lun_owner owner;
};

/* Reads the LUN. A LUN without an SR of XenServer's is no failure. An SR that
 * cannot be read is: ERROR_LUN_CONTENT, for to call it none would invite to
 * format it. ERROR_IO. */
int probe_lun(struct lun *lun, struct probe *out, struct error *err);

/* The same for a LUN that is to be reached, and asks xapi, unless it is NULL.
 * The errors of reach and xapi_judge. */
int probe(const struct lun_choice *choice, const struct xapi *xapi,
	  struct probe *out, struct error *err);

#endif
