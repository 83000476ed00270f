// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "xapi/call.h"

#define SECRET_SUFFIX "password_secret"
#define CLEANING_MS   5000

int xapi_secret_read(const struct xapi *xapi, const char *uuid, char **out,
		     struct error *err)
{
	char code[REPLY_CODE_SIZE];
	struct uuid ignored;
	char *ref;
	int rc;

	if (xapi_find_uuid(xapi, "secret", uuid, &ref, err))
		return -1;
	/* What is no uuid may be the password itself. */
	if (!ref)
		return strlen(uuid) == UUID_TEXT_LEN &&
				       uuid_from_text(uuid, &ignored)
			       ? error_set(err, ERROR_NO_SECRET,
					   "xapi has no secret '%s'", uuid)
			       : error_set(err, ERROR_NO_SECRET,
					   "this is not the uuid of a secret");
	rc = xapi_ask_text(xapi, "secret.get_value", ref, out, code, err);
	free(ref);
	/* it may go between the two calls, or be another's */
	if (rc && code[0])
		err->code = ERROR_NO_SECRET;
	return rc;
}

static bool is_secret(const char *key)
{
	const size_t suffix = strlen(SECRET_SUFFIX), len = strlen(key);

	return len >= suffix && strcmp(key + len - suffix, SECRET_SUFFIX) == 0;
}

static void destroy(const struct xapi *xapi, const char *uuid)
{
	struct error err;
	char *ref = NULL;

	if (xapi_find_uuid(xapi, "secret", uuid, &ref, &err) ||
	    (ref && xapi_do(xapi, "secret.destroy", json_pack("[s]", ref), NULL,
			    &err)))
		log_warning("a password stays in xapi's secret %.36s: %s", uuid,
			    err.text);
	free(ref);
}

void xapi_secrets_destroy(const struct xapi *xapi, const char *sr_ref)
{
	struct xapi patient = *xapi;
	const char *ref, *key;
	json_t *pbd, *item;
	struct xapi_reply reply;
	struct error err;
	struct buffer query = { 0 };

	patient.transport.stubborn = true;
	patient.transport.timeout_ms = CLEANING_MS;
	xapi_where_add(&query, "SR", sr_ref);
	if (xapi_call(&patient, "PBD.get_all_records_where", xapi_where(&query),
		      &reply, &err)) {
		log_warning("passwords stay in xapi's secrets: %s", err.text);
		return;
	}
	json_object_foreach(reply.value, ref, pbd)
	{
		json_object_foreach(json_object_get(pbd, "device_config"), key,
				    item)
		{
			if (is_secret(key) && json_is_string(item))
				destroy(&patient, json_string_value(item));
		}
	}
	reply_free(&reply);
}
