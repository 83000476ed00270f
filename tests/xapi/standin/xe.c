// SPDX-License-Identifier: LGPL-2.1-only
#include "xe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "xe_list.h"

static char **arguments;    /* key=value, ends with NULL */
static const char *missing; /* a parameter that is required */

/* The value of a parameter; NULL if it is not given. */
static const char *find(const char *key)
{
	size_t len = strlen(key);

	for (char **at = arguments; *at; at++) {
		if (strncmp(*at, key, len) == 0 && (*at)[len] == '=')
			return *at + len + 1;
	}
	return NULL;
}

static value *optional(const char *key)
{
	const char *found = find(key);

	return text_value(found ? found : "");
}

static value *required(const char *key)
{
	if (!find(key) && !missing)
		missing = key;
	return optional(key);
}

/* The map that name:key=value parameters make. */
static value *map(const char *name)
{
	value *made = struct_value();
	size_t len = strlen(name);

	for (char **at = arguments; *at; at++) {
		const char *key = *at + len + 1;
		const char *equals = strchr(*at, '=');

		if (strncmp(*at, name, len) == 0 && (*at)[len] == ':' && equals)
			set(made, text("%.*s", (int)(equals - key), key),
			    text_value(equals + 1));
	}
	return made;
}

static value *flag(const char *key)
{
	const char *found = find(key);

	return bool_value(found && strcmp(found, "true") == 0);
}

/* Parameters of a call. */
static value *these(size_t count, value *const *items)
{
	value *params = array_value();

	for (size_t i = 0; i < count; i++)
		append(params, items[i]);
	return params;
}
#define PARAMS(...)                                                 \
	these(sizeof((value *[]){ __VA_ARGS__ }) / sizeof(value *), \
	      (value *[]){ __VA_ARGS__ })

/* The object with the uuid that this parameter has; NULL and a failure. */
static value *by_uuid(const char *class, const char *key)
{
	value *uuid = required(key);

	return missing ? NULL
		       : client_call(text("%s.get_by_uuid", class),
				     PARAMS(uuid));
}

static value *host(void)
{
	value *pools, *pool;

	if (find("host-uuid"))
		return by_uuid("host", "host-uuid");
	pools = client_call("pool.get_all_records", array_value());
	if (!size_of(pools))
		return NULL;
	member_at(pools, 0, &pool);
	return get(pool, "master");
}

static value *uuid_of(const char *class, value *ref)
{
	return ref ? client_call(text("%s.get_uuid", class), PARAMS(ref))
		   : NULL;
}

static value *run_sr_create(void)
{
	value *label = required("name-label"), *type = required("type");
	value *where = missing ? NULL : host();

	if (!where)
		return NULL;
	return uuid_of(
		"SR",
		client_call("SR.create",
			    PARAMS(where, map("device-config"),
				   text_value(find("physical-size")
						      ? find("physical-size")
						      : "0"),
				   label, optional("name-description"), type,
				   optional("content-type"), flag("shared"),
				   map("sm-config"))));
}

static value *run_sr_introduce(void)
{
	value *label = required("name-label"), *type = required("type");
	value *uuid = required("uuid");

	if (missing ||
	    !client_call("SR.introduce",
			 PARAMS(uuid, label, optional("name-description"), type,
				optional("content-type"), flag("shared"),
				map("sm-config"))))
		return NULL;
	return uuid;
}

static value *run_sr_probe(void)
{
	value *type = required("type");
	value *where = missing ? NULL : host();

	return where ? client_call("SR.probe",
				   PARAMS(where, map("device-config"), type,
					  map("sm-config")))
		     : NULL;
}

static value *run_sr_forget(void)
{
	value *sr = by_uuid("SR", "uuid");

	return sr ? client_call("SR.forget", PARAMS(sr)) : NULL;
}

static value *run_sr_scan(void)
{
	value *sr = by_uuid("SR", "uuid");

	return sr ? client_call("SR.scan", PARAMS(sr)) : NULL;
}

static value *run_pbd_create(void)
{
	value *sr = by_uuid("SR", "sr-uuid");
	value *where = sr ? by_uuid("host", "host-uuid") : NULL;
	value *record = struct_value();

	if (!where)
		return NULL;
	set(record, "SR", sr);
	set(record, "host", where);
	set(record, "device_config", map("device-config"));
	set(record, "other_config", struct_value());
	return uuid_of("PBD", client_call("PBD.create", PARAMS(record)));
}

static value *pbd_call(const char *method)
{
	value *pbd = by_uuid("PBD", "uuid");

	return pbd ? client_call(method, PARAMS(pbd)) : NULL;
}

static value *run_pbd_plug(void)
{
	return pbd_call("PBD.plug");
}

static value *run_pbd_unplug(void)
{
	return pbd_call("PBD.unplug");
}

static value *run_pbd_destroy(void)
{
	return pbd_call("PBD.destroy");
}

static value *run_secret_create(void)
{
	value *record = struct_value();

	set(record, "value", required("value"));
	set(record, "other_config", map("other-config"));
	return missing ? NULL
		       : uuid_of("secret",
				 client_call("secret.create", PARAMS(record)));
}

static value *run_host_call_plugin(void)
{
	value *plugin = required("plugin"), *function = required("fn");
	value *where = missing ? NULL : by_uuid("host", "host-uuid");

	return where ? client_call("host.call_plugin",
				   PARAMS(where, plugin, function, map("args")))
		     : NULL;
}

/* For tests, and not xe's: standin-put class=SR key=value… adds a record of
 * strings. */
static value *run_standin_put(void)
{
	value *class = required("class");
	value *record = map("record");

	return missing ? NULL
		       : client_call("standin.put", PARAMS(class, record));
}

static const struct {
	const char *name;
	value *(*run)(void);
	bool prints;
} commands[] = {
	{ "sr-create", run_sr_create, true },
	{ "sr-introduce", run_sr_introduce, true },
	{ "sr-probe", run_sr_probe, true },
	{ "sr-forget", run_sr_forget, false },
	{ "sr-scan", run_sr_scan, false },
	{ "pbd-create", run_pbd_create, true },
	{ "pbd-plug", run_pbd_plug, false },
	{ "pbd-unplug", run_pbd_unplug, false },
	{ "pbd-destroy", run_pbd_destroy, false },
	{ "secret-create", run_secret_create, true },
	{ "host-call-plugin", run_host_call_plugin, true },
	{ "standin-put", run_standin_put, true },
};

/* The failures that xe knows, with the names of their parameters. */
static const struct {
	const char *code, *words, *names[3];
} known[] = {
	{ "SR_DEVICE_IN_USE",
	  "The SR operation cannot be performed because a device underlying "
	  "the SR is in use by the server.",
	  { NULL } },
	{ "SR_OPERATION_NOT_SUPPORTED",
	  "The SR backend does not support the operation (check the SR's "
	  "allowed operations)",
	  { "sr" } },
	{ "SR_BACKEND_FAILURE",
	  "There was an SR backend failure.",
	  { "status", "stdout", "stderr" } },
	{ "SR_UUID_EXISTS",
	  "An SR with that uuid already exists.",
	  { "uuid" } },
	{ "SR_UNKNOWN_DRIVER",
	  "The SR could not be connected because the driver was not "
	  "recognised.",
	  { "driver" } },
	{ "UUID_INVALID",
	  "The uuid you supplied was invalid.",
	  { "type", "uuid" } },
	{ "PBD_EXISTS",
	  "A PBD already exists connecting the SR to the server.",
	  { "sr", "host", "pbd" } },
	{ "XENAPI_MISSING_PLUGIN",
	  "The requested plug-in could not be found.",
	  { "name" } },
	{ "XENAPI_PLUGIN_FAILURE",
	  "There was a failure communicating with the plug-in.",
	  { "status", "stdout", "stderr" } },
};

static void print_known(size_t i, value *words)
{
	fprintf(stderr, "%s\n", known[i].words);
	for (size_t j = 1; j < size_of(words); j++) {
		const char *name = j < 4 ? known[i].names[j - 1] : NULL;

		fprintf(stderr, "%s: %s\n", name ? name : "<extra>",
			text_of(item_at(words, j)));
	}
}

static void print_failure(value *words)
{
	const char *code = text_of(item_at(words, 0));

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].code, code) == 0) {
			print_known(i, words);
			return;
		}
	}
	fprintf(stderr, "Error code: %s\nError parameters: ", code);
	for (size_t i = 1; i < size_of(words); i++)
		fprintf(stderr, "%s%s", i > 1 ? ", " : "",
			text_of(item_at(words, i)));
	fprintf(stderr, "\n");
}

static int end(value *result, bool prints)
{
	int status = 1;

	if (missing) {
		fprintf(stderr,
			"Required parameter not found: %s\n"
			"For usage run: 'xe help'\n",
			missing);
	} else if (failure()) {
		print_failure(failure());
	} else if (!result) {
		fprintf(stderr, "Lost connection to the server.\n");
	} else {
		if (prints)
			printf("%s\n", text_of(result));
		status = 0;
	}
	client_logout();
	values_end();
	return status;
}

int xe(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	arguments = argv + (argc > 1 ? 2 : 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, command) == 0)
			return end(commands[i].run(), commands[i].prints);
	}
	if (is_list(command))
		return end(list(command, arguments), false);
	fprintf(stderr, "Unknown command: %s\nFor usage run: 'xe help'\n",
		command);
	return 1;
}
