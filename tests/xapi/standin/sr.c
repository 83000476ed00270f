// SPDX-License-Identifier: LGPL-2.1-only
/*
 * SRs and PBDs, in the order of xapi's ocaml/xapi/xapi_sr.ml and xapi_pbd.ml.
 */
#include <ctype.h>
#include <string.h>

#include "db.h"
#include "methods.h"
#include "sm_exec.h"

static const char *lower(const char *from)
{
	char copy[64] = "";

	for (size_t i = 0; from[i] && i < sizeof(copy) - 1; i++)
		copy[i] = (char)tolower((unsigned char)from[i]);
	return text("%s", copy);
}

static const char *master(void)
{
	value *pools = db_table("pool");
	value *pool;

	member_at(pools, 0, &pool);
	return get_text(pool, "master");
}

/* xapi keeps passwords as secrets (since 8.1): <key>_secret takes the place of
 * each key that ends so. */
static value *passwords_as_secrets(value *config)
{
	value *moved = struct_value();

	for (size_t i = 0; i < size_of(config); i++) {
		value *item, *secret;
		const char *key = member_at(config, i, &item);
		size_t len = strlen(key);

		if (len < 8 || strcmp(key + len - 8, "password") != 0) {
			set(moved, key, item);
			continue;
		}
		secret = struct_value();
		set(secret, "value", item);
		db_add("secret", secret);
		set(moved, text("%s_secret", key), get(secret, "uuid"));
	}
	return moved;
}

/* What the backend is given: the PBD's, with the master's mark. */
static value *as_master(value *config)
{
	value *marked = struct_value();

	set(marked, "SRmaster", text_value("true"));
	for (size_t i = 0; i < size_of(config); i++) {
		value *item;
		const char *key = member_at(config, i, &item);

		set(marked, key, item);
	}
	return marked;
}

static const char *add_sr(const char *uuid, const char *label,
			  const char *description, const char *type,
			  const char *content, bool shared, value *sm_config)
{
	value *sr = struct_value();

	if (db_find("SR", "uuid", uuid)) {
		fail("SR_UUID_EXISTS", uuid, NULL, NULL);
		return NULL;
	}
	set(sr, "uuid", text_value(uuid));
	set(sr, "name_label", text_value(label));
	set(sr, "name_description", text_value(description));
	set(sr, "type", text_value(lower(type)));
	set(sr, "content_type", text_value(content));
	set(sr, "shared", bool_value(shared));
	set(sr, "sm_config", sm_config);
	set(sr, "other_config", struct_value());
	set(sr, "PBDs", array_value());
	set(sr, "VDIs", array_value());
	return db_add("SR", sr);
}

static const char *add_pbd(const char *sr, const char *host, value *config)
{
	value *pbd = struct_value();
	const char *ref;

	set(pbd, "SR", text_value(sr));
	set(pbd, "host", text_value(host));
	set(pbd, "device_config", passwords_as_secrets(config));
	set(pbd, "currently_attached", bool_value(false));
	set(pbd, "other_config", struct_value());
	ref = db_add("PBD", pbd);
	append(get(db_record("SR", sr), "PBDs"), text_value(ref));
	return ref;
}

static void remove_sr(const char *sr)
{
	value *pbds = get(db_record("SR", sr), "PBDs");

	for (size_t i = 0; i < size_of(pbds); i++)
		db_remove("PBD", text_of(item_at(pbds, i)));
	db_remove("SR", sr);
}

/* Runs the backend's command for a PBD of an SR. */
static const char *run_for_pbd(const char *pbd, const char *command,
			       const char *args)
{
	struct sm_call call = { .command = command, .args = args };
	value *record, *sr;
	const char *type, *said;

	db_lock();
	record = db_record("PBD", pbd);
	call.host_ref = get_text(record, "host");
	call.sr_ref = get_text(record, "SR");
	call.device_config = as_master(get(record, "device_config"));
	sr = db_record("SR", call.sr_ref);
	call.sr_uuid = get_text(sr, "uuid");
	type = get_text(sr, "type");
	db_unlock();
	call.session_ref = session_begin();
	call.subtask_of = text("DummyRef:|%s|%s", new_uuid(), command);
	said = sm_exec(type, &call);
	session_end(call.session_ref);
	return said;
}

/* The PBDs that SR.create makes: the given host's, or all hosts'. */
static value *add_pbds(const char *sr, const char *host, bool shared,
		       value *config)
{
	value *made = array_value();
	value *hosts = db_table("host");

	append(made, text_value(add_pbd(sr, shared ? master() : host, config)));
	for (size_t i = 0; shared && i < size_of(hosts); i++) {
		value *record;
		const char *ref = member_at(hosts, i, &record);

		if (strcmp(ref, master()) != 0)
			append(made, text_value(add_pbd(sr, ref, config)));
	}
	return made;
}

static value *plug_all(value *pbds)
{
	for (size_t i = 0; i < size_of(pbds); i++) {
		value *params = array_value();

		append(params, text_value(""));
		append(params, item_at(pbds, i));
		if (!pbd_plug(params))
			return NULL;
	}
	return pbds;
}

value *sr_create(value *params)
{
	const char *size = text_of(item_at(params, 3));
	const char *type = text_of(item_at(params, 6));
	bool shared = is_true(item_at(params, 8));
	const char *sr;
	value *pbds;

	if (!driver_of(type))
		return fail("SR_UNKNOWN_DRIVER", type, NULL, NULL);
	db_lock();
	sr = add_sr(new_uuid(), text_of(item_at(params, 4)),
		    text_of(item_at(params, 5)), type,
		    text_of(item_at(params, 7)), shared, item_at(params, 9));
	pbds = add_pbds(sr, text_of(item_at(params, 1)), shared,
			item_at(params, 2));
	db_unlock();
	if (!run_for_pbd(text_of(item_at(pbds, 0)), "sr_create", size)) {
		db_lock();
		remove_sr(sr);
		db_unlock();
		return NULL;
	}
	return plug_all(pbds) ? text_value(sr) : NULL;
}

value *sr_introduce(value *params)
{
	const char *uuid = text_of(item_at(params, 1));
	const char *sr =
		add_sr(uuid[0] ? uuid : new_uuid(), text_of(item_at(params, 2)),
		       text_of(item_at(params, 3)), text_of(item_at(params, 4)),
		       text_of(item_at(params, 5)), is_true(item_at(params, 6)),
		       item_at(params, 7));

	return sr ? text_value(sr) : NULL;
}

static bool can_probe(const char *type)
{
	value *sms = db_table("SM");

	for (size_t i = 0; i < size_of(sms); i++) {
		value *sm, *list;

		member_at(sms, i, &sm);
		list = get(sm, "capabilities");
		if (strcmp(get_text(sm, "type"), type) != 0)
			continue;
		for (size_t j = 0; j < size_of(list); j++) {
			if (strcmp(text_of(item_at(list, j)), "SR_PROBE") == 0)
				return true;
		}
	}
	return false;
}

value *sr_probe(value *params)
{
	const char *type = lower(text_of(item_at(params, 3)));
	struct sm_call call = {
		.command = "sr_probe",
		.host_ref = text_of(item_at(params, 1)),
		.sr_sm_config = item_at(params, 4),
		.subtask_of = text("DummyRef:|%s|SR.probe", new_uuid()),
	};
	const char *said;
	bool can;

	if (!driver_of(type))
		return fail("SR_UNKNOWN_DRIVER", type, NULL, NULL);
	db_lock();
	can = can_probe(type);
	call.device_config =
		as_master(passwords_as_secrets(item_at(params, 2)));
	db_unlock();
	if (!can)
		return fail("SR_BACKEND_FAILURE",
			    "Operation 'sr_probe' not supported by this SR "
			    "type",
			    "", "");
	call.session_ref = session_begin();
	said = sm_exec(type, &call);
	session_end(call.session_ref);
	return said ? text_value(answer_string(said)) : NULL;
}

value *sr_scan(value *params)
{
	const char *pbd;

	db_lock();
	pbd = db_find("PBD", "SR", text_of(item_at(params, 1)));
	db_unlock();
	if (!pbd)
		return fail("SR_NO_PBDS", text_of(item_at(params, 1)), NULL,
			    NULL);
	return run_for_pbd(pbd, "sr_scan", NULL) ? text_value("") : NULL;
}

value *sr_forget(value *params)
{
	const char *sr = text_of(item_at(params, 1));
	value *pbds = get(db_record("SR", sr), "PBDs");

	if (!db_record("SR", sr))
		return fail("HANDLE_INVALID", "SR", sr, NULL);
	for (size_t i = 0; i < size_of(pbds); i++) {
		const char *pbd = text_of(item_at(pbds, i));

		if (is_true(get(db_record("PBD", pbd), "currently_attached")))
			return fail("SR_HAS_PBD", sr, NULL, NULL);
	}
	remove_sr(sr);
	return text_value("");
}

value *pbd_create(value *params)
{
	value *given = item_at(params, 1);
	const char *sr = get_text(given, "SR");
	const char *host = get_text(given, "host");
	value *pbds = get(db_record("SR", sr), "PBDs");

	if (!db_record("SR", sr))
		return fail("HANDLE_INVALID", "SR", sr, NULL);
	if (!db_record("host", host))
		return fail("HANDLE_INVALID", "host", host, NULL);
	for (size_t i = 0; i < size_of(pbds); i++) {
		const char *pbd = text_of(item_at(pbds, i));

		if (strcmp(get_text(db_record("PBD", pbd), "host"), host) == 0)
			return fail("PBD_EXISTS", sr, host, pbd);
	}
	return text_value(add_pbd(sr, host, get(given, "device_config")));
}

static value *attach(const char *pbd, const char *command, bool attached)
{
	bool known;

	db_lock();
	known = db_record("PBD", pbd);
	db_unlock();
	if (!known)
		return fail("HANDLE_INVALID", "PBD", pbd, NULL);
	if (!run_for_pbd(pbd, command, NULL))
		return NULL;
	db_lock();
	db_set("PBD", pbd, "currently_attached", bool_value(attached));
	db_unlock();
	return text_value("");
}

value *pbd_plug(value *params)
{
	return attach(text_of(item_at(params, 1)), "sr_attach", true);
}

value *pbd_unplug(value *params)
{
	return attach(text_of(item_at(params, 1)), "sr_detach", false);
}
