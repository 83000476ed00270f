// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/guard.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "xapi/call.h"

#define MAX_TRIES 3

/* A name is for the eye alone. */
static bool may_be_unknown(const char *field)
{
	return strcmp(field, "name_label") == 0;
}

static int cannot_be_read(const struct record_class *class,
			  const json_t *record, const char *field,
			  struct error *err)
{
	const char *uuid = value_get(record, class->fields[0].name);

	return error_set(err, ERROR_XAPI,
			 "xapi cannot send the %s of %s %.36s, which holds a "
			 "key or character that XML does not take: take it out "
			 "(xe %s-param-remove), or run this on the pool's "
			 "master",
			 field, class->name, uuid ? uuid : "?",
			 class == &record_sr ? "sr" : "pbd");
}

/* Reads one object's fields one by one. *record is NULL if it is no more. */
static int read_fields(const struct xapi *xapi,
		       const struct record_class *class, const char *ref,
		       json_t **record, struct error *err)
{
	*record = json_object();
	for (size_t i = 0; class->fields[i].name; i++) {
		const char *field = class->fields[i].name;
		struct xapi_reply reply;
		char method[64];

		snprintf(method, sizeof(method), "%s.get_%s", class->name,
			 field);
		if (xapi_call(xapi, method, json_pack("[s]", ref), &reply,
			      err) == 0) {
			json_object_set(*record, field, reply.value);
			reply_free(&reply);
		} else if (strcmp(reply.code, "HANDLE_INVALID") == 0) {
			json_decref(*record);
			*record = NULL;
			return 0;
		} else if (!xapi_cannot_send(&reply)) {
			return -1;
		} else if (!may_be_unknown(field)) {
			return cannot_be_read(class, *record, field, err);
		} else {
			json_object_set_new(*record, field, json_string("?"));
		}
	}
	return 0;
}

/* get_all_records, question by question. */
static int read_singly(const struct xapi *xapi,
		       const struct record_class *class, json_t *all,
		       struct error *err)
{
	json_t *refs, *ref;
	size_t i;
	int rc = 0;

	if (xapi_ask_all(xapi, class->name, &refs, err))
		return -1;
	json_array_foreach(refs, i, ref)
	{
		const char *text = json_string_value(ref);
		json_t *record = NULL;

		if (rc == 0)
			rc = read_fields(xapi, class, text, &record, err);
		if (record && rc == 0)
			json_object_set(all, text, record);
		json_decref(record);
	}
	json_decref(refs);
	return rc;
}

/* One object's other_config may hold what makes the whole answer unreadable. */
static int read_class(const struct xapi *xapi, const struct record_class *class,
		      json_t **out, struct error *err)
{
	struct xapi_reply reply;
	char method[64];
	json_t *all;
	int rc;

	snprintf(method, sizeof(method), "%s.get_all_records", class->name);
	if (xapi_call(xapi, method, json_array(), &reply, err) == 0) {
		rc = records_read(class, reply.value, out, err);
		reply_free(&reply);
		return rc;
	}
	if (!xapi_cannot_send(&reply))
		return -1;
	log_warning("%s; each %s is asked for alone", err->text, class->name);
	all = json_object();
	rc = read_singly(xapi, class, all, err);
	if (rc == 0)
		rc = records_read(class, all, out, err);
	json_decref(all);
	return rc;
}

int pool_pbds_read(const struct xapi *xapi, json_t **out, struct error *err)
{
	return read_class(xapi, &record_pbd, out, err);
}

/* Of the SRs that have a LUN for each. */
static int read_vdis(const struct xapi *xapi, struct records *records,
		     struct error *err)
{
	struct buffer query = { 0 };
	struct xapi_reply reply;
	const char *ref;
	json_t *sr;
	int rc;

	json_object_foreach(records->srs, ref, sr)
	{
		if (sr_has_luns(value_get(sr, "type")))
			xapi_where_add(&query, "SR", ref);
	}
	if (!query.len)
		return 0;
	if (xapi_call(xapi, "VDI.get_all_records_where", xapi_where(&query),
		      &reply, err))
		return -1;
	rc = records_read(&record_vdi, reply.value, &records->vdis, err);
	reply_free(&reply);
	return rc;
}

int pool_records_read(const struct xapi *xapi, struct records *records,
		      struct error *err)
{
	return read_class(xapi, &record_sr, &records->srs, err) ||
			       pool_pbds_read(xapi, &records->pbds, err) ||
			       read_vdis(xapi, records, err)
		       ? -1
		       : 0;
}

/* xapi may make or forget an SR between our two questions, so that one seems to
 * be missing; a PBD that has none for good does exist, too. */
int xapi_judge(const struct xapi *xapi, const struct guard_question *question,
	       struct records *records, struct guard_verdict *verdict,
	       struct error *err)
{
	for (int tries = 1;; tries++) {
		if (pool_records_read(xapi, records, err))
			return -1;
		*verdict = guard_judge(records, question);
		if (!verdict->pbd || verdict->sr || tries == MAX_TRIES)
			return 0;
		records_free(records);
	}
}
