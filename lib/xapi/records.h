// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records of SRs and of the LUNs that they are on. Pure: xapi's
 * values in, records out.
 */
#ifndef XAPI_RECORDS_H
#define XAPI_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rpc/value.h"

/* Strings and values are those that were read; configurations hold strings
 * only. */
struct pbd_record {
	const char *ref;
	const char *sr;	  /* reference */
	const char *host; /* reference */
	json_t *device_config;
	bool attached;
};

struct sr_record {
	const char *ref;
	const char *uuid;
	const char *name;
	const char *type;
	json_t *sm_config;
};

/* A VDI that is a LUN of its own. */
struct vdi_record {
	const char *sr; /* reference */
	json_t *sm_config;
};

struct records {
	struct pbd_record *pbds;
	size_t pbd_count;
	struct sr_record *srs;
	size_t sr_count;
	struct vdi_record *vdis; /* of SRs that have a LUN for each */
	size_t vdi_count;
	json_t *pbd_values, *sr_values, *vdi_values;
};

/* Whether each VDI of it is a LUN of its own, that SR's sm_config having no name
 * of any. */
bool sr_has_luns(const struct sr_record *sr);

/* Each reads the value of <class>.get_all_records, a struct of records by
 * reference, into *records, which was empty or has the other kinds. On -1
 * *records is still to be freed. ERROR_XAPI. */
int records_read_pbds(json_t *value, struct records *records,
		      struct error *err);
int records_read_srs(json_t *value, struct records *records, struct error *err);
int records_read_vdis(json_t *value, struct records *records,
		      struct error *err);

void records_free(struct records *records);

#endif
