// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/records.h"

#include <stdio.h>
#include <string.h>

const struct record_class record_sr = {
	"SR",
	{ { "uuid", FIELD_TEXT },
	  { "name_label", FIELD_TEXT },
	  { "type", FIELD_TEXT },
	  { "sm_config", FIELD_TEXTS } },
};

const struct record_class record_pbd = {
	"PBD",
	{ { "uuid", FIELD_ANY },
	  { "SR", FIELD_TEXT },
	  { "host", FIELD_TEXT },
	  { "currently_attached", FIELD_BOOL },
	  { "device_config", FIELD_TEXTS } },
};

const struct record_class record_vdi = {
	"VDI",
	{ { "SR", FIELD_TEXT }, { "sm_config", FIELD_TEXTS } },
};

static int check_field(const json_t *value, const struct record_field *field,
		       struct error *err)
{
	switch (field->type) {
	case FIELD_ANY:
		break;
	case FIELD_TEXT:
		return value_check(value, JSON_STRING, ERROR_XAPI, field->name,
				   err);
	case FIELD_BOOL:
		/* where it is not: to say what it is */
		return json_is_boolean(value)
			       ? 0
			       : value_check(value, JSON_TRUE, ERROR_XAPI,
					     field->name, err);
	case FIELD_TEXTS:
		return value_check_texts(value, ERROR_XAPI, field->name, err);
	}
	return 0;
}

int records_read(const struct record_class *class, json_t *value, json_t **out,
		 struct error *err)
{
	char what[16];
	const char *ref;
	json_t *record;

	snprintf(what, sizeof(what), "list of %ss", class->name);
	if (value_check(value, JSON_OBJECT, ERROR_XAPI, what, err))
		return -1;
	json_object_foreach(value, ref, record)
	{
		const struct record_field *field = class->fields;

		if (value_check(record, JSON_OBJECT, ERROR_XAPI, class->name,
				err))
			return -1;
		for (; field->name; field++) {
			if (check_field(json_object_get(record, field->name),
					field, err))
				return error_prefix(err, "%s: ", class->name);
		}
	}
	*out = json_incref(value);
	return 0;
}

bool sr_has_luns(const char *type)
{
	static const char *const types[] = { "iscsi",  "rawiscsi", "hba",
					     "rawhba", "cslg",	   "netapp",
					     "equal" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

void records_free(struct records *records)
{
	json_decref(records->srs);
	json_decref(records->pbds);
	json_decref(records->vdis);
	*records = (struct records){ 0 };
}
