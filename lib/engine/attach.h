// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From a resigned LUN to an SR that every host of the pool uses, and back.
 */
#ifndef ENGINE_ATTACH_H
#define ENGINE_ATTACH_H

#include <stdbool.h>

#include "engine/look.h"
#include "xapi/attach.h"

struct attach_wanted {
	const struct lun_choice *choice;
	const struct xapi *xapi;
	const char *type;	     /* of the SR: "lvmoiscsi", "lvmohba" */
	const char *label;	     /* NULL: what the SR's metadata has */
	const json_t *device_config; /* its SCSIid is ours to say */
};

struct attach_result {
	bool resigned; /* the call was to, and did, or left the LUN alone */
	struct resign_report resign; /* then */
	struct look look;	     /* at the LUN, before the attach */
	struct xapi_attach_report report;
};

/* Reads which SR is on the LUN, and has the pool attach it: xapi_attach. With a
 * `request` the LUN is resigned first, unless its SR is one that an attach has
 * begun with, so that it must not be resigned once more. ERROR_LOCKED: this
 * host does so already. */
int attach_lun(const struct attach_wanted *wanted,
	       const struct resign_request *request, struct attach_result *out,
	       struct error *err);

/* The device_config of such a LUN's PBDs; for json_decref. NULL: a text in it is
 * not UTF-8, which xapi takes alone. */
json_t *attach_config(const struct iscsi_target *target);

void attach_result_free(struct attach_result *result);

/* Sessions of this host's kernel to the target, and those of them that had not
 * the LUN yet. */
struct attach_scanned {
	unsigned sessions, scanned;
};

/* Has each session of this host's kernel to the target look at this one LUN,
 * whose SR must be one that an attach has begun with: an unresigned clone is
 * not shown to the host. ERROR_IN_USE otherwise; ERROR_BAD_VALUE: it is by HBA.
 * Where there is no such session nobody is asked. */
int attach_rescan(const struct lun_choice *choice, const struct xapi *xapi,
		  struct attach_scanned *out, struct error *err);

/* Takes this LUN, of an SR that an attach has shown to this host and that is
 * being detached from all, out of the sessions of the host's kernel to the
 * target, *removed times; each has it no more. ERROR_IN_USE: the SR is none of
 * these, or somebody on this host has the LUN open. */
int attach_release(const char *iqn, const char *scsi_id, const char *sr_uuid,
		   const struct xapi *xapi, unsigned *removed,
		   struct error *err);

#endif
