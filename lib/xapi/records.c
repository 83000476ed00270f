// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "xapi/value.h"

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

static int add_member(struct buffer *luns, const char *key, xmlrpc_value *value,
		      struct error *err)
{
	bool names =
		strcmp(key, "device") == 0 || strcmp(key, "devserial") == 0;
	char *text;

	if (strncmp(key, BY_ID_PREFIX, strlen(BY_ID_PREFIX)) == 0)
		add_names(luns, key);
	if (!names && strcmp(key, "SCSIid") != 0)
		return 0;
	if (value_text(value, key, &text, err))
		return -1;
	if (names)
		add_names(luns, text);
	else
		add_ids(luns, text);
	free(text);
	return 0;
}

/* The LUNs that a device_config or sm_config tells. */
static int read_luns(xmlrpc_value *record, const char *what, const char *key,
		     char **out, struct error *err)
{
	struct buffer luns = { 0 };
	xmlrpc_value *config;
	size_t n = 0;
	int rc;

	if (value_find(record, what, key, &config, err))
		return -1;
	if (!config)
		return error_set(err, ERROR_XAPI, "xapi's %s has no %s", what,
				 key);
	rc = value_count(config, XMLRPC_TYPE_STRUCT, key, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		xmlrpc_value *value;
		char *name;

		rc = value_member(config, i, key, &name, &value, err);
		if (rc == 0) {
			rc = add_member(&luns, name, value, err);
			free(name);
		}
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

static int read_pbd(xmlrpc_value *from, struct pbd_record *pbd,
		    struct error *err)
{
	if (value_find_text(from, "PBD", "SR", &pbd->sr, err) ||
	    value_find_text(from, "PBD", "host", &pbd->host, err) ||
	    value_find_bool(from, "PBD", "currently_attached", &pbd->attached,
			    err))
		return -1;
	return read_luns(from, "PBD", "device_config", &pbd->luns, err);
}

int records_read_pbds(xmlrpc_value *value, struct records *records,
		      struct error *err)
{
	size_t n;

	if (value_count(value, XMLRPC_TYPE_STRUCT, "list of PBDs", &n, err))
		return -1;
	records->pbds = calloc(n + 1, sizeof(*records->pbds));
	if (!records->pbds)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		xmlrpc_value *record;
		char *ref;

		if (value_member(value, i, "list of PBDs", &ref, &record, err))
			return -1;
		free(ref);
		if (read_pbd(record, &records->pbds[records->pbd_count++], err))
			return -1;
	}
	return 0;
}

static int read_sr(xmlrpc_value *from, struct sr_record *sr, struct error *err)
{
	if (value_find_text(from, "SR", "uuid", &sr->uuid, err) ||
	    value_find_text(from, "SR", "name_label", &sr->name, err) ||
	    value_find_text(from, "SR", "type", &sr->type, err))
		return -1;
	return read_luns(from, "SR", "sm_config", &sr->luns, err);
}

int records_read_srs(xmlrpc_value *value, struct records *records,
		     struct error *err)
{
	size_t n;

	if (value_count(value, XMLRPC_TYPE_STRUCT, "list of SRs", &n, err))
		return -1;
	records->srs = calloc(n + 1, sizeof(*records->srs));
	if (!records->srs)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct sr_record *sr = &records->srs[records->sr_count];
		xmlrpc_value *record;

		if (value_member(value, i, "list of SRs", &sr->ref, &record,
				 err))
			return -1;
		records->sr_count++;
		if (read_sr(record, sr, err))
			return -1;
	}
	return 0;
}

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->pbd_count; i++) {
		free(records->pbds[i].sr);
		free(records->pbds[i].host);
		free(records->pbds[i].luns);
	}
	free(records->pbds);
	for (size_t i = 0; i < records->sr_count; i++) {
		free(records->srs[i].ref);
		free(records->srs[i].uuid);
		free(records->srs[i].name);
		free(records->srs[i].type);
		free(records->srs[i].luns);
	}
	free(records->srs);
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

bool luns_hold(const char *luns, const char *scsi_id)
{
	const size_t want = strlen(scsi_id);
	const char *item;
	size_t len;

	while (next_item(&luns, &item, &len)) {
		bool name = is_name(&item, &len);

		if (len < want || strncasecmp(item, scsi_id, want) != 0)
			continue;
		if (len == want ||
		    (name && strncmp(item + want, "-part", 5) == 0))
			return true;
	}
	return false;
}

bool luns_tell(const char *luns, const char *scsi_id)
{
	const char *item;
	size_t len;

	if (!scsi_id[0])
		return false;
	while (next_item(&luns, &item, &len)) {
		if (len > 0 &&
		    (!is_name(&item, &len) ||
		     (item[0] == scsi_id[0] && !is_partition(item, len))))
			return true;
	}
	return false;
}
