// SPDX-License-Identifier: LGPL-2.1-only
#include "db.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#define FILE_MAX (16 * 1024 * 1024)

static const char *const classes[] = { "pool", "host", "SM",	 "SR",
				       "PBD",  "VDI",  "secret", "task" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *file_name;
static value *tables; /* by class */

void db_lock(void)
{
	pthread_mutex_lock(&lock);
}

void db_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/* The file is a methodResponse that holds the tables. */
static bool load(FILE *file)
{
	char *xml = malloc(FILE_MAX);
	const char *fault_text;
	int fault_code;
	xmlrpc_env env;
	size_t len;
	bool good;

	if (!xml)
		return false;
	len = fread(xml, 1, FILE_MAX, file);
	xmlrpc_env_init(&env);
	xmlrpc_parse_response2(&env, xml, len, &tables, &fault_code,
			       &fault_text);
	good = !env.fault_occurred;
	xmlrpc_env_clean(&env);
	free(xml);
	return good;
}

/* Whole or not at all, for readers of the file. */
static void save(void)
{
	const char *new_name;
	xmlrpc_mem_block *xml;
	xmlrpc_env env;
	FILE *file;

	if (!file_name)
		return;
	new_name = text("%s.new", file_name);
	file = fopen(new_name, "w");
	if (!file) {
		perror(new_name);
		return;
	}
	xmlrpc_env_init(&env);
	xml = xmlrpc_mem_block_new(&env, 0);
	xmlrpc_serialize_response(&env, xml, tables);
	fwrite(xmlrpc_mem_block_contents(xml), 1, xmlrpc_mem_block_size(xml),
	       file);
	xmlrpc_mem_block_free(xml);
	xmlrpc_env_clean(&env);
	fclose(file);
	if (rename(new_name, file_name))
		perror(file_name);
}

bool db_open(const char *file)
{
	FILE *old = file ? fopen(file, "r") : NULL;
	bool good = true;

	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, FILE_MAX);
	file_name = file;
	if (old) {
		good = load(old);
		fclose(old);
	} else {
		tables = struct_value();
		for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
			set(tables, classes[i], struct_value());
		xmlrpc_INCREF(tables); /* for as long as the program runs */
	}
	return good;
}

value *db_table(const char *class)
{
	return get(tables, class);
}

value *db_record(const char *class, const char *ref)
{
	return ref ? get(db_table(class), ref) : NULL;
}

const char *db_find(const char *class, const char *field, const char *wanted)
{
	value *table = db_table(class);

	for (size_t i = 0; i < size_of(table); i++) {
		value *record;
		const char *ref = member_at(table, i, &record);

		if (strcmp(get_text(record, field), wanted) == 0)
			return ref;
	}
	return NULL;
}

const char *new_uuid(void)
{
	char made[UUID_STR_LEN];
	uuid_t uuid;

	uuid_generate_random(uuid);
	uuid_unparse_lower(uuid, made);
	return text("%s", made);
}

const char *db_add(const char *class, value *record)
{
	const char *ref = text("OpaqueRef:%s", new_uuid());

	if (!get(record, "uuid"))
		set(record, "uuid", text_value(new_uuid()));
	set(db_table(class), ref, record);
	save();
	return ref;
}

void db_set(const char *class, const char *ref, const char *field, value *item)
{
	value *record = db_record(class, ref);

	if (record)
		set(record, field, item);
	save();
}

void db_remove(const char *class, const char *ref)
{
	set(tables, class, without(db_table(class), ref));
	save();
}
