// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From an SR on a LUN to an SR that the pool uses: introduced, with a PBD for
 * each host, plugged, scanned; and the way back. Each step looks first whether
 * it is done, so that the same call goes on where an earlier one ended.
 *
 * An SR that is attached here is marked in its sm_config, from its introduction
 * on, with the SCSIid of its LUN; only such a one is taken away again.
 */
#ifndef XAPI_ATTACH_H
#define XAPI_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "base/uuid.h"
#include "rpc/value.h"
#include "xapi/xapi.h"

/* PBD.plug logs in, waits for devices and activates LVs. */
#define XAPI_ATTACH_TIMEOUT_MS (10 * 60 * 1000)

#define XAPI_ATTACH_MARK "relvmoiscsi"

struct xapi_attach {
	const char *sr_uuid; /* that of the SR on the LUN */
	const struct lun_names *names;
	const char *scsi_id; /* what the storage manager calls the LUN */
	const char *type;    /* "lvmoiscsi", "lvmohba" */
	bool rescan;	     /* the hosts look for the LUN first */
	const char *label;   /* of the SR, if it is introduced now */
	/* For the PBDs; strings. A password in it becomes a secret, and SCSIid is
	 * `scsi_id`: a user may know the LUN by another of its names. */
	const json_t *device_config;
	/* VDIs of operations in flight: the storage manager replays these at
	 * its first attach, and asks xapi for their records. */
	const struct uuid *in_flight;
	size_t in_flight_count;
};

struct xapi_attach_host {
	char *name;
	bool attached;
	char rescan[200]; /* why the host could not look at the LUN, or "" */
	char error[400];  /* why it is not attached, or "" */
};

struct xapi_attach_report {
	char *label;			/* of the SR, as the pool has it */
	struct xapi_attach_host *hosts; /* the master first */
	size_t host_count;
	json_t *vdis; /* VDI records by reference */
};

/* Whether an attach of this SR from this LUN has begun, and not been taken back:
 * its uuid is then not to change any more. */
int xapi_attach_begun(const struct xapi *xapi, const char *sr_uuid,
		      const struct lun_names *names, bool *begun,
		      struct error *err);

/* 0 if such an attach is being taken back: no host has the SR plugged.
 * ERROR_IN_USE if not. */
int xapi_attach_ended(const struct xapi *xapi, const char *sr_uuid,
		      const char *scsi_id, struct error *err);

/* On 0 the SR is attached to the master and scanned, and the report says what
 * the other hosts said. On -1 *err says how far it came; what there is of the
 * report is the caller's, too. ERROR_IN_USE: the SR is on record with another
 * LUN or type; ERROR_XAPI; ERROR_INTERRUPTED. */
int xapi_attach(const struct xapi *xapi, const struct xapi_attach *attach,
		struct xapi_attach_report *report, struct error *err);

void xapi_attach_report_free(struct xapi_attach_report *report);

/* Unplugs and forgets an SR that was attached here, and has each host let go of
 * the LUN; nothing is written to it. An SR that xapi does not know is fine.
 * ERROR_IN_USE: another SR; ERROR_XAPI: a host cannot let it go, and is named. */
int xapi_detach(const struct xapi *xapi, const char *sr_uuid,
		struct error *err);

#endif
