// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records of SRs and of the LUNs that they are on, as it tells it:
 * structs of records by reference, of which each field that is looked at is
 * there and of its type. Pure.
 */
#ifndef XAPI_RECORDS_H
#define XAPI_RECORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "rpc/value.h"

struct records {
	json_t *srs, *pbds;
	json_t *vdis; /* of SRs that have a LUN for each */
};

enum field_type {
	FIELD_ANY, /* for the eye alone: it need not be there */
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_TEXTS, /* a struct of strings alone */
};

/* A class of xapi's whose records are looked at. */
struct record_class {
	const char *name;
	/* The one that users know the object by first; ends with NULL. */
	struct record_field {
		const char *name;
		enum field_type type;
	} fields[6];
};

extern const struct record_class record_sr, record_pbd, record_vdi;

/* Whether each VDI of an SR of this type is a LUN of its own, that SR's sm_config
 * having no name of any. Source: SM's LUNperVDI.py and who uses it, from
 * ISCSISR.py (6.5), RawHBASR.py to HBASR.py and RawISCSISR (today). */
bool sr_has_luns(const char *type);

/* Takes the value of <class>.get_all_records: *out, which is NULL, is then for
 * records_free. ERROR_XAPI. */
int records_read(const struct record_class *class, json_t *value, json_t **out,
		 struct error *err);

void records_free(struct records *records);

#endif
