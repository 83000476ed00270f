// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records of SRs and of the LUNs that they are on. Pure: xapi's
 * values in, records out.
 *
 * A LUN is known by its SCSIid, which stands in a PBD's device_config as
 * `SCSIid` (lvmoiscsi, lvmohba) or as `device` by its name in /dev/disk/by-id
 * (lvm), and in an SR's sm_config as `SCSIid`, as `devserial`, or as a key
 * scsi-<SCSIid> (SM's libs/sm/core/util.py: test_SCSIid, test_scsiserial).
 */
#ifndef XAPI_RECORDS_H
#define XAPI_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "rpc/value.h"

/* But for `luns`, strings are those of the values that were read. */
struct pbd_record {
	const char *sr;	  /* reference */
	const char *host; /* reference */
	char *luns; /* SCSIids, or names "scsi-…" of devices, with commas
		     * between;
		     * "" if there is none */
	bool attached;
};

struct sr_record {
	const char *ref;
	const char *uuid;
	const char *name;
	const char *type;
	char *luns; /* as of a PBD, by sm_config */
};

struct records {
	struct pbd_record *pbds;
	size_t pbd_count;
	struct sr_record *srs;
	size_t sr_count;
	json_t *pbd_values, *sr_values;
};

/* Each reads the value of <class>.get_all_records, a struct of records by
 * reference, into *records, which was empty or has the other kind. On -1
 * *records is still to be freed. ERROR_XAPI; ERROR_NO_MEMORY. */
int records_read_pbds(json_t *value, struct records *records,
		      struct error *err);
int records_read_srs(json_t *value, struct records *records,
		     struct error *err);

void records_free(struct records *records);

/* Whether the list holds a name of the LUN, or of a partition of its device. */
bool luns_hold(const char *luns, const struct lun_names *names);

/* Whether the list would hold a name of the LUN if it meant this one: a name
 * tells only of LUNs that have one of its kind. */
bool luns_tell(const char *luns, const struct lun_names *names);

#endif
