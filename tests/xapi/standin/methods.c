// SPDX-License-Identifier: LGPL-2.1-only
#include "methods.h"

#include <stdio.h>
#include <string.h>

#include "db.h"
#include "sm_exec.h"

#define MAX_SESSIONS 256

static char sessions[MAX_SESSIONS][64];

const char *session_begin(void)
{
	const char *made = text("OpaqueRef:%s", new_uuid());

	db_lock();
	for (size_t i = 0; i < MAX_SESSIONS; i++) {
		if (!sessions[i][0]) {
			strcpy(sessions[i], made);
			break;
		}
	}
	db_unlock();
	return made;
}

static bool session_known(const char *session)
{
	for (size_t i = 0; i < MAX_SESSIONS; i++) {
		if (session[0] && strcmp(sessions[i], session) == 0)
			return true;
	}
	return false;
}

void session_end(const char *session)
{
	db_lock();
	for (size_t i = 0; i < MAX_SESSIONS; i++) {
		if (strcmp(sessions[i], session) == 0)
			sessions[i][0] = '\0';
	}
	db_unlock();
}

/* --- fields of records, of any class ------------------------------------- */

static value *record_of(const char *class, const char *ref)
{
	value *record = db_record(class, ref);

	return record ? record
		      : fail("HANDLE_INVALID", class, ref ? ref : "", NULL);
}

static value *find_uuid(const char *class, const char *uuid)
{
	const char *ref = db_find(class, "uuid", uuid);

	return ref ? text_value(ref) : fail("UUID_INVALID", class, uuid, NULL);
}

static value *get_all(const char *class)
{
	value *all = array_value();
	value *table = db_table(class);

	for (size_t i = 0; i < size_of(table); i++) {
		value *record;

		append(all, text_value(member_at(table, i, &record)));
	}
	return all;
}

static value *get_field(const char *class, const char *ref, const char *field)
{
	value *record = record_of(class, ref);
	value *found = record ? get(record, field) : NULL;

	if (record && !found)
		fail("MESSAGE_METHOD_UNKNOWN", text("%s.get_%s", class, field),
		     NULL, NULL);
	return found;
}

static value *set_field(const char *class, const char *ref, const char *field,
			value *item)
{
	if (!record_of(class, ref))
		return NULL;
	db_set(class, ref, field, item);
	return text_value("");
}

/* A map's new state: a copy, for others may hold the old one. */
static value *change_map(const char *class, const char *ref, const char *field,
			 const char *key, value *item)
{
	value *old = get_field(class, ref, field);
	value *map;

	if (!old)
		return NULL;
	map = without(old, key);
	if (item)
		set(map, key, item);
	return set_field(class, ref, field, map);
}

/* Those with a text field of which the query says that it may be so. */
static value *where(const char *class, const char *query)
{
	value *table = db_table(class), *found = struct_value();

	for (size_t i = 0; i < size_of(table); i++) {
		value *record, *item;
		const char *ref = member_at(table, i, &record);

		for (size_t k = 0; k < size_of(record); k++) {
			const char *key = member_at(record, k, &item);
			const char *said = text_of(item);

			if (said && strstr(query, text("\"%s\" = \"%s\"", key,
						       said)))
				set(found, ref, record);
		}
	}
	return found;
}

static value *destroy(const char *class, const char *ref)
{
	if (!record_of(class, ref))
		return NULL;
	db_remove(class, ref);
	return text_value("");
}

static const char *behind(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 ? name + len : NULL;
}

static value *call_generic(const char *class, const char *name, value *params)
{
	const char *ref =
		size_of(params) > 1 ? text_of(item_at(params, 1)) : "";
	const char *field;

	if (strcmp(name, "get_all") == 0)
		return get_all(class);
	if (strcmp(name, "get_all_records") == 0)
		return without(db_table(class), NULL);
	if (strcmp(name, "get_all_records_where") == 0)
		return where(class, ref);
	if (strcmp(name, "get_by_uuid") == 0)
		return find_uuid(class, ref);
	if (strcmp(name, "get_record") == 0)
		return record_of(class, ref);
	if (strcmp(name, "destroy") == 0)
		return destroy(class, ref);
	if ((field = behind(name, "get_")))
		return get_field(class, ref, field);
	if ((field = behind(name, "set_")) && size_of(params) == 3)
		return set_field(class, ref, field, item_at(params, 2));
	if ((field = behind(name, "add_to_")) && size_of(params) == 4)
		return change_map(class, ref, field,
				  text_of(item_at(params, 2)),
				  item_at(params, 3));
	if ((field = behind(name, "remove_from_")) && size_of(params) == 3)
		return change_map(class, ref, field,
				  text_of(item_at(params, 2)), NULL);
	return fail("MESSAGE_METHOD_UNKNOWN", text("%s.%s", class, name), NULL,
		    NULL);
}

/* --- methods with a meaning ----------------------------------------------- */

static value *secret_create(value *params)
{
	value *given = item_at(params, 1);
	value *record = struct_value();

	set(record, "value", text_value(get_text(given, "value")));
	set(record, "other_config", struct_value());
	return text_value(db_add("secret", record));
}

static value *task_create(value *params)
{
	value *record = struct_value();

	set(record, "name_label", item_at(params, 1));
	set(record, "name_description", item_at(params, 2));
	set(record, "status", text_value("pending"));
	set(record, "progress", double_value(0));
	set(record, "other_config", struct_value());
	return text_value(db_add("task", record));
}

/* Puts any record into the database, for tests: class, record. */
static value *standin_put(value *params)
{
	return text_value(db_add(text_of(item_at(params, 1)),
				 without(item_at(params, 2), NULL)));
}

static value *call_plugin(value *params)
{
	const char *session = session_begin();
	const char *said = plugin_exec(text_of(item_at(params, 2)),
				       text_of(item_at(params, 3)), session,
				       item_at(params, 4));

	session_end(session);
	return said ? text_value(said) : NULL;
}

static const struct {
	const char *name;
	size_t params; /* with the session */
	value *(*run)(value *params);
	bool runs_programs; /* so the database must not be locked around it */
} methods[] = {
	{ "SR.create", 10, sr_create, true },
	{ "SR.introduce", 8, sr_introduce, false },
	{ "SR.probe", 5, sr_probe, true },
	{ "SR.scan", 2, sr_scan, true },
	{ "SR.forget", 2, sr_forget, false },
	{ "PBD.create", 2, pbd_create, false },
	{ "PBD.plug", 2, pbd_plug, true },
	{ "PBD.unplug", 2, pbd_unplug, true },
	{ "host.call_plugin", 5, call_plugin, true },
	{ "secret.create", 2, secret_create, false },
	{ "task.create", 3, task_create, false },
	{ "standin.put", 3, standin_put, false },
};

static value *call_known(size_t i, value *params)
{
	value *found;

	if (size_of(params) != methods[i].params)
		return fail("MESSAGE_PARAMETER_COUNT_MISMATCH", methods[i].name,
			    text("%zu", methods[i].params),
			    text("%zu", size_of(params)));
	if (methods[i].runs_programs)
		return methods[i].run(params);
	db_lock();
	found = methods[i].run(params);
	db_unlock();
	return found;
}

static value *call_in_session(const char *name, value *params)
{
	const char *dot = strchr(name, '.');
	const char *class = text("%.*s", dot ? (int)(dot - name) : 0, name);
	value *found;

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i].name, name) == 0)
			return call_known(i, params);
	}
	db_lock();
	if (dot && db_table(class))
		found = call_generic(class, dot + 1, params);
	else
		found = fail("MESSAGE_METHOD_UNKNOWN", name, NULL, NULL);
	db_unlock();
	return found;
}

value *call_method(const char *name, value *params)
{
	const char *session;
	bool known;

	if (strcmp(name, "session.login_with_password") == 0)
		return text_value(session_begin());
	session = size_of(params) ? text_of(item_at(params, 0)) : NULL;
	if (!session)
		session = "";
	db_lock();
	known = session_known(session);
	db_unlock();
	if (!known)
		return fail("SESSION_INVALID", session, NULL, NULL);
	if (strcmp(name, "session.logout") == 0) {
		session_end(session);
		return text_value("");
	}
	return call_in_session(name, params);
}
