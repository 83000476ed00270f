// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lv_name.h"

#include <string.h>

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* SM always writes a uuid at exactly this place. */
static bool is_uuid_then(const char *text, const char *rest, struct uuid *uuid)
{
	return uuid_from_text(text, uuid) &&
	       strcmp(text + UUID_TEXT_LEN, rest) == 0;
}

enum lv_kind lv_name_kind(const char *name, bool tagged_journaler,
			  const struct uuid *sr)
{
	/* The types that SM has had over time; it tags their LVs, but an LV of
	 * such a name that has lost its tag is still SM's. */
	static const char *const journals[] = {
		"clone_",    "leaf_", "inflate_",     "relink_",
		"coalesce_", "zero_", "multiattach_",
	};

	struct uuid uuid;

	if (strcmp(name, "MGT") == 0)
		return LV_MGT;
	if (starts_with(name, "VHD-"))
		return LV_VHD;
	if (starts_with(name, "QCOW2-"))
		return LV_QCOW2;
	if (starts_with(name, "LV-"))
		return LV_RAW;
	if (is_uuid_then(name, ".cbtlog", &uuid))
		return LV_CBTLOG;
	if (is_uuid_then(name, "_trim_lv", &uuid) && uuid_equal(&uuid, sr))
		return LV_TRIM;
	if (starts_with(name, "jvhd_"))
		return LV_JVHD;
	if (tagged_journaler)
		return LV_JOURNAL;
	for (size_t i = 0; i < sizeof(journals) / sizeof(*journals); i++) {
		if (starts_with(name, journals[i]))
			return LV_JOURNAL;
	}
	return LV_FOREIGN;
}

static const struct {
	const char *text;
	const char *one, *many;
} words[LV_KINDS] = {
	[LV_FOREIGN] = { "foreign", "volume that is not SM's",
			 "volumes that are not SM's" },
	[LV_MGT] = { .text = "metadata" },
	[LV_VHD] = { .text = "vhd" },
	[LV_QCOW2] = { .text = "qcow2" },
	[LV_RAW] = { .text = "raw" },
	[LV_CBTLOG] = { "log", "changed-block log", "changed-block logs" },
	[LV_JOURNAL] = { "journal", "operation in flight",
			 "operations in flight" },
	[LV_JVHD] = { .text = "journal" },
	[LV_TRIM] = { "trim", "interrupted trim", "interrupted trims" },
};

const char *lv_kind_text(enum lv_kind kind)
{
	return words[kind].text;
}

const char *lv_kind_counted(enum lv_kind kind, uint32_t n)
{
	return n == 1 ? words[kind].one : words[kind].many;
}

bool lv_kind_is_image(enum lv_kind kind)
{
	return kind == LV_VHD || kind == LV_QCOW2;
}

bool lv_kind_is_volume(enum lv_kind kind)
{
	return lv_kind_is_image(kind) || kind == LV_RAW;
}

bool lv_name_value_is_inside(const char *name)
{
	const char *id = strchr(name, '_');

	return starts_with(name, "clone_") || starts_with(name, "leaf_") ||
	       !id || !strchr(id + 1, '_');
}

bool journal_value_find(const uint8_t *sector, size_t *at, size_t *len)
{
	size_t i = 0, n = 0;

	for (; i < 4 && sector[i] >= '0' && sector[i] <= '9'; i++)
		n = n * 10 + (size_t)(sector[i] - '0');
	if (i == 0 || sector[i] != ' ' || n == 0 ||
	    n > JOURNAL_VALUE_SECTOR - i - 1)
		return false;
	*at = i + 1;
	*len = n;
	return true;
}
