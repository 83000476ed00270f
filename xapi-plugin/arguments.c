// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sm/sr_type.h"

static const char *get(const struct request *request, const char *key)
{
	const char *value = value_get(request->device_config, key);

	return value && value[0] ? value : NULL;
}

/* What is no key of device_config. */
static const struct own_argument {
	const char *name;
	bool chooses;  /* what a resign is to do */
	bool attaches; /* of an attach, which may stand behind a resign */
} own_arguments[] = {
	{ "type", false, false },  { "sr_uuid", true, false },
	{ "from", true, false },   { "map", true, false },
	{ "attach", false, true }, { "name-label", false, true },
};

static const struct own_argument *find_own(const char *key)
{
	for (size_t i = 0; i < sizeof(own_arguments) / sizeof(*own_arguments);
	     i++) {
		if (strcmp(key, own_arguments[i].name) == 0)
			return &own_arguments[i];
	}
	return NULL;
}

static bool attaches(const char *command)
{
	return strcmp(command, "resign") == 0 || strcmp(command, "attach") == 0;
}

static bool chooses(const char *name, const struct request *request)
{
	const struct own_argument *own = find_own(name);
	const struct config_key *key =
		config_key_find(name, request->type->keys);

	return own ? own->chooses : key && key->words;
}

/* call_begin with what is device_config's alone. A key that is nobody's is a
 * mistake: what it was to say would not be done. */
static int begin_call(const struct request *request, enum plugin_wants wants,
		      bool may_choose, struct call *call, struct error *err)
{
	struct request mine = *request;
	json_t *value;
	const char *key;
	int failed = 0;

	mine.device_config = json_object();
	json_object_foreach(request->device_config, key, value)
	{
		const struct own_argument *own = find_own(key);

		if ((!may_choose && chooses(key, request)) ||
		    (own && own->attaches && !attaches(request->command)))
			failed = error_set(err, ERROR_BAD_VALUE,
					   "%.64s takes no argument %.64s",
					   request->command, key);
		else if (config_key_known(key, request->type->keys))
			json_object_set(mine.device_config, key, value);
		else if (!own)
			failed = error_set(err, ERROR_BAD_VALUE,
					   "there is no argument %.64s", key);
		if (failed)
			break;
	}
	value = json_object_get(request->device_config, "SCSIid");
	if (wants == PLUGIN_WANTS_LUNS && value)
		json_object_set_new(
			mine.device_config, "SCSIid",
			json_stringn(json_string_value(value),
				     strcspn(json_string_value(value), ",")));
	if (!failed)
		failed = call_begin(&mine, call, err);
	json_decref(mine.device_config);
	return failed;
}

/* Uuids with commas between. */
static int read_from(const char *list, struct plugin_arguments *out,
		     struct error *err)
{
	size_t most = strlen(list) / UUID_TEXT_LEN + 1;

	out->from = alloc_zeroed(most, sizeof(*out->from));
	out->request.plan.from = out->from;
	for (;;) {
		size_t len = strcspn(list, ",");
		size_t n = out->request.plan.from_count;

		if (n == most)
			return error_set(err, ERROR_BAD_VALUE,
					 "from is not a list of uuids");
		if (uuid_read("from", list, len, &out->from[n], err))
			return -1;
		out->request.plan.from_count++;
		list += len;
		if (*list++ == '\0')
			return 0;
	}
}

static int read_choices(const struct request *request,
			struct plugin_arguments *out, struct error *err)
{
	const char *sr_uuid = get(request, "sr_uuid");
	const char *from = get(request, "from");
	const char *map = value_get(request->device_config, "map");

	if (sr_uuid && uuid_read("sr_uuid", sr_uuid, strlen(sr_uuid),
				 &out->request.plan.new_sr, err))
		return -1;
	if (from && read_from(from, out, err))
		return -1;
	if (map && id_map_parse(map, strlen(map), &out->chosen, err))
		return error_prefix(err, "map, ");
	return 0;
}

int plugin_arguments_read(struct plugin_arguments *out, enum plugin_wants wants,
			  bool may_choose, struct error *err)
{
	const struct request *request = out->given;
	struct call *call = &out->call;

	if (begin_call(request, wants, may_choose, call, err))
		return -1;
	if (wants == PLUGIN_WANTS_TARGET && request->type == &sr_type_hba) {
		error_set(err, ERROR_BAD_VALUE,
			  "list is of one target of iSCSI; xe sr-probe "
			  "type=relvmohba lists LUNs by HBA");
		goto fail;
	}
	if (request->type == &sr_type_iscsi && !call->config.target.iqn) {
		error_set(err, ERROR_NO_TARGET_IQN, "%s",
			  call->config.any_target
				  ? "targetIQN is '*', which the plugin does "
				    "not look through: name one target"
				  : "the arguments have no targetIQN");
		goto fail;
	}
	if ((wants != PLUGIN_WANTS_TARGET &&
	     device_config_require_lun(&call->config, err)) ||
	    read_choices(request, out, err))
		goto fail;
	out->choice = call_choice(call);
	out->request.plan.choices = call->config.choices;
	out->request.plan.chosen =
		value_get(request->device_config, "map") ? &out->chosen : NULL;
	out->request.xapi = call->xapi;
	out->request.own_host = call->host.ref;
	return 0;
fail:
	plugin_arguments_free(out);
	return -1;
}

json_t *plugin_pbd_config(const struct request *request)
{
	json_t *config = json_object(), *value;
	const char *key;

	json_object_foreach(request->device_config, key, value)
	{
		const struct config_key *known =
			config_key_find(key, request->type->keys);

		if (known && !(known->types & CONFIG_CALL))
			json_object_set(config, key, value);
	}
	return config;
}

void plugin_arguments_free(struct plugin_arguments *arguments)
{
	free(arguments->from);
	chosen_free(&arguments->chosen);
	call_end(&arguments->call);
}
