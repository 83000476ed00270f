// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi does at its start: asks each driver what it is.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "methods.h"
#include "sm_exec.h"

static value *configuration_of(const char *answer)
{
	value *keys = struct_value();

	for (size_t i = 0;; i++) {
		const char *key =
			answer_line(answer, text("configuration[%zu].key", i));

		if (!key[0])
			return keys;
		set(keys, key,
		    text_value(answer_line(
			    answer,
			    text("configuration[%zu].description", i))));
	}
}

static value *capabilities_of(const char *answer)
{
	value *names = array_value();

	for (size_t i = 0;; i++) {
		const char *name =
			answer_line(answer, text("capabilities[%zu]", i));

		if (!name[0])
			return names;
		append(names, text_value(name));
	}
}

static void add_driver(const char *type)
{
	const struct sm_call call = { .command = "sr_get_driver_info",
				      .host_ref = "OpaqueRef:NULL" };
	const char *answer = sm_exec(type, &call);
	value *sm = struct_value();

	if (!answer || !answer_line(answer, "name")[0]) {
		fprintf(stderr, "Rejecting SM plugin: %s\n", type);
		return;
	}
	set(sm, "type", text_value(type));
	set(sm, "name_label", text_value(answer_line(answer, "name")));
	set(sm, "name_description",
	    text_value(answer_line(answer, "description")));
	set(sm, "vendor", text_value(answer_line(answer, "vendor")));
	set(sm, "copyright", text_value(answer_line(answer, "copyright")));
	set(sm, "required_api_version",
	    text_value(answer_line(answer, "required_api_version")));
	set(sm, "configuration", configuration_of(answer));
	set(sm, "capabilities", capabilities_of(answer));
	db_add("SM", sm);
}

void scan_drivers(void)
{
	DIR *folder = opendir(launch.sm_folder);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char type[256] = "";
		size_t len = strlen(entry->d_name);

		if (len < 3 || strcmp(entry->d_name + len - 2, "SR") != 0)
			continue;
		for (size_t i = 0; i < len - 2; i++)
			type[i] =
				(char)tolower((unsigned char)entry->d_name[i]);
		if (!db_find("SM", "type", type))
			add_driver(type);
	}
	if (folder)
		closedir(folder);
}
