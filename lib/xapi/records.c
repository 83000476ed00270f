// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

#define BY_ID_PREFIX "scsi-"

/* Adds one SCSIid and a comma to the list. */
static void add_lun(struct buffer *luns, const char *id, size_t len)
{
	if (len > 0) {
		buffer_add(luns, id, len);
		buffer_add(luns, ",", 1);
	}
}

/* The next item of a list with commas, without blanks around it; false at the
 * end. */
static bool next_item(const char **list, const char **item, size_t *len)
{
	const char *at = *list;

	if (!*at)
		return false;
	*len = strcspn(at, ",");
	*list = at + *len + (at[*len] ? 1 : 0);
	while (*len > 0 && strchr(" \t", *at)) {
		at++;
		--*len;
	}
	while (*len > 0 && strchr(" \t", at[*len - 1]))
		--*len;
	*item = at;
	return true;
}

/* Adds the items of a list that are plain SCSIids. */
static void add_ids(struct buffer *luns, const char *list)
{
	const char *item;
	size_t len;

	while (next_item(&list, &item, &len))
		add_lun(luns, item, len);
}

/* Adds those that are names such as scsi-<SCSIid>, without the directory that
 * may stand before it. Others tell no SCSIid. */
static void add_names(struct buffer *luns, const char *list)
{
	const size_t prefix = strlen(BY_ID_PREFIX);
	const char *item;
	size_t len;

	while (next_item(&list, &item, &len)) {
		const char *slash = memrchr(item, '/', len);

		if (slash) {
			len -= (size_t)(slash + 1 - item);
			item = slash + 1;
		}
		if (len > prefix && strncmp(item, BY_ID_PREFIX, prefix) == 0)
			add_lun(luns, item, len);
	}
}

static int add_member(struct buffer *luns, const char *key,
		      const json_t *value, struct error *err)
{
	bool names =
		strcmp(key, "device") == 0 || strcmp(key, "devserial") == 0;
	const char *text;

	if (strncmp(key, BY_ID_PREFIX, strlen(BY_ID_PREFIX)) == 0)
		add_names(luns, key);
	if (!names && strcmp(key, "SCSIid") != 0)
		return 0;
	if (value_text(value, ERROR_XAPI, key, &text, err))
		return -1;
	if (names)
		add_names(luns, text);
	else
		add_ids(luns, text);
	return 0;
}

/* The LUNs that a device_config or sm_config tells. */
static int read_luns(const json_t *record, const char *what, const char *key,
		     char **out, struct error *err)
{
	json_t *config = json_object_get(record, key);
	struct buffer luns = { 0 };
	const char *name;
	json_t *value;
	int rc = 0;

	if (value_check(config, JSON_OBJECT, ERROR_XAPI, key, err))
		return error_prefix(err, "%s: ", what);
	json_object_foreach(config, name, value) {
		if (rc == 0)
			rc = add_member(&luns, name, value, err);
	}
	buffer_add(&luns, "", 1);
	if (rc == 0 && luns.failed)
		rc = error_no_memory(err);
	if (rc)
		buffer_free(&luns);
	else
		*out = (char *)luns.data;
	return rc;
}

static int read_pbd(const json_t *from, struct pbd_record *pbd,
		    struct error *err)
{
	if (value_find_text(from, ERROR_XAPI, "PBD", "SR", &pbd->sr, err) ||
	    value_find_text(from, ERROR_XAPI, "PBD", "host", &pbd->host, err) ||
	    value_find_bool(from, ERROR_XAPI, "PBD", "currently_attached",
			    &pbd->attached, err))
		return -1;
	return read_luns(from, "PBD", "device_config", &pbd->luns, err);
}

int records_read_pbds(json_t *value, struct records *records, struct error *err)
{
	const char *ref;
	json_t *record;

	if (value_check(value, JSON_OBJECT, ERROR_XAPI, "list of PBDs", err))
		return -1;
	records->pbds =
		calloc(json_object_size(value) + 1, sizeof(*records->pbds));
	if (!records->pbds)
		return error_no_memory(err);
	records->pbd_values = json_incref(value);
	json_object_foreach(value, ref, record) {
		if (read_pbd(record, &records->pbds[records->pbd_count++], err))
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
	return read_luns(from, "SR", "sm_config", &sr->luns, err);
}

int records_read_srs(json_t *value, struct records *records, struct error *err)
{
	const char *ref;
	json_t *record;

	if (value_check(value, JSON_OBJECT, ERROR_XAPI, "list of SRs", err))
		return -1;
	records->srs =
		calloc(json_object_size(value) + 1, sizeof(*records->srs));
	if (!records->srs)
		return error_no_memory(err);
	records->sr_values = json_incref(value);
	json_object_foreach(value, ref, record) {
		struct sr_record *sr = &records->srs[records->sr_count++];

		sr->ref = ref;
		if (read_sr(record, sr, err))
			return -1;
	}
	return 0;
}

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->pbd_count; i++)
		free(records->pbds[i].luns);
	free(records->pbds);
	for (size_t i = 0; i < records->sr_count; i++)
		free(records->srs[i].luns);
	free(records->srs);
	json_decref(records->pbd_values);
	json_decref(records->sr_values);
	*records = (struct records){ 0 };
}

/* The SCSIid in an item, which may be a device's name. */
static bool is_name(const char **item, size_t *len)
{
	const size_t prefix = strlen(BY_ID_PREFIX);

	if (*len <= prefix || strncmp(*item, BY_ID_PREFIX, prefix) != 0)
		return false;
	*item += prefix;
	*len -= prefix;
	return true;
}

static bool is_partition(const char *item, size_t len)
{
	return memmem(item, len, "-part", 5) != NULL;
}

bool luns_hold(const char *luns, const struct lun_names *names)
{
	return lun_names_in(names, luns);
}

bool luns_tell(const char *luns, const struct lun_names *names)
{
	const char *item;
	size_t len;

	while (next_item(&luns, &item, &len)) {
		char id[SCSI_ID_SIZE];

		is_name(&item, &len);
		if (len == 0 || len >= sizeof(id) || is_partition(item, len))
			continue;
		memcpy(id, item, len);
		id[len] = '\0';
		if (lun_names_can_tell(names, id))
			return true;
	}
	return false;
}
