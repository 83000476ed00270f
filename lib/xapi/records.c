// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int read_config(const json_t *record, const char *what, const char *key,
		       json_t **out, struct error *err)
{
	json_t *config = json_object_get(record, key);

	if (value_check_texts(config, ERROR_XAPI, key, err))
		return error_prefix(err, "%s: ", what);
	*out = config;
	return 0;
}

static int read_pbd(const json_t *from, struct pbd_record *pbd,
		    struct error *err)
{
	if (value_find_text(from, ERROR_XAPI, "PBD", "SR", &pbd->sr, err) ||
	    value_find_text(from, ERROR_XAPI, "PBD", "host", &pbd->host, err) ||
	    value_find_bool(from, ERROR_XAPI, "PBD", "currently_attached",
			    &pbd->attached, err))
		return -1;
	return read_config(from, "PBD", "device_config", &pbd->device_config,
			   err);
}

int records_read_pbds(json_t *value, struct records *records, struct error *err)
{
	const char *ref;
	json_t *record;

	if (value_check(value, JSON_OBJECT, ERROR_XAPI, "list of PBDs", err))
		return -1;
	records->pbds = alloc_zeroed(json_object_size(value) + 1,
				     sizeof(*records->pbds));
	records->pbd_values = json_incref(value);
	json_object_foreach(value, ref, record)
	{
		struct pbd_record *pbd = &records->pbds[records->pbd_count++];

		pbd->ref = ref;
		if (read_pbd(record, pbd, err))
			return -1;
	}
	return 0;
}

static int read_sr(const json_t *from, struct sr_record *sr, struct error *err)
{
	if (value_find_text(from, ERROR_XAPI, "SR", "uuid", &sr->uuid, err) ||
	    value_find_text(from, ERROR_XAPI, "SR", "name_label", &sr->name,
			    err) ||
	    value_find_text(from, ERROR_XAPI, "SR", "type", &sr->type, err))
		return -1;
	return read_config(from, "SR", "sm_config", &sr->sm_config, err);
}

int records_read_srs(json_t *value, struct records *records, struct error *err)
{
	const char *ref;
	json_t *record;

	if (value_check(value, JSON_OBJECT, ERROR_XAPI, "list of SRs", err))
		return -1;
	records->srs = alloc_zeroed(json_object_size(value) + 1,
				    sizeof(*records->srs));
	records->sr_values = json_incref(value);
	json_object_foreach(value, ref, record)
	{
		struct sr_record *sr = &records->srs[records->sr_count++];

		sr->ref = ref;
		if (read_sr(record, sr, err))
			return -1;
	}
	return 0;
}

bool sr_has_luns(const struct sr_record *sr)
{
	static const char *const types[] = { "iscsi", "rawhba", "cslg",
					     "netapp", "equal" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(sr->type, types[i]) == 0)
			return true;
	}
	return false;
}

int records_read_vdis(json_t *value, struct records *records, struct error *err)
{
	const char *ref;
	json_t *record;

	if (value_check(value, JSON_OBJECT, ERROR_XAPI, "list of VDIs", err))
		return -1;
	records->vdis = alloc_zeroed(json_object_size(value) + 1,
				     sizeof(*records->vdis));
	records->vdi_values = json_incref(value);
	json_object_foreach(value, ref, record)
	{
		struct vdi_record *vdi = &records->vdis[records->vdi_count++];

		if (value_find_text(record, ERROR_XAPI, "VDI", "SR", &vdi->sr,
				    err) ||
		    read_config(record, "VDI", "sm_config", &vdi->sm_config,
				err))
			return -1;
	}
	return 0;
}

void records_free(struct records *records)
{
	free(records->pbds);
	free(records->srs);
	free(records->vdis);
	json_decref(records->pbd_values);
	json_decref(records->sr_values);
	json_decref(records->vdi_values);
	*records = (struct records){ 0 };
}
