// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/attach_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "xapi/guard.h"

const char *attach_text_at(const json_t *array, size_t i)
{
	return json_string_value(json_array_get(array, i));
}

int attach_call_on(const struct attach_work *work, const char *method,
		   const char *ref, struct error *err)
{
	return xapi_do(&work->xapi, method, json_pack("[s]", ref), NULL, err);
}

int attach_find_hosts(struct attach_work *work, struct error *err)
{
	json_t *pools = NULL, *all = NULL;
	char *master = NULL;
	int rc;

	work->hosts = json_array();
	rc = xapi_ask_all(&work->xapi, "pool", &pools, err) ||
	     xapi_ask_all(&work->xapi, "host", &all, err);
	if (!rc && !json_array_size(pools))
		rc = error_set(err, ERROR_XAPI, "pool.get_all: there is none");
	if (!rc)
		rc = xapi_ask_text(&work->xapi, "pool.get_master",
				   attach_text_at(pools, 0), &master, NULL,
				   err);
	if (!rc) {
		json_array_append_new(work->hosts, json_string(master));
		for (size_t i = 0; i < json_array_size(all); i++) {
			if (strcmp(attach_text_at(all, i), master))
				json_array_append(work->hosts,
						  json_array_get(all, i));
		}
	}
	free(master);
	json_decref(pools);
	json_decref(all);
	return rc ? -1 : 0;
}

void attach_drop_secrets(const struct attach_work *work, const char *sr_uuid)
{
	struct attach_work patient = *work;
	json_t *all = NULL, *secret;
	const char *ref;
	struct error err;

	patient.xapi.transport.stubborn = true;
	patient.xapi.transport.timeout_ms = XAPI_TIMEOUT_MS;
	if (xapi_call_for(&patient.xapi, "secret.get_all_records", json_array(),
			  JSON_OBJECT, &all, &err))
		log_warning("a password may stay in a secret of xapi's: %s",
			    err.text);
	json_object_foreach(all, ref, secret)
	{
		const char *mark =
			value_get(json_object_get(secret, "other_config"),
				  XAPI_ATTACH_MARK);

		if (mark && strcmp(mark, sr_uuid) == 0 &&
		    attach_call_on(&patient, "secret.destroy", ref, &err))
			log_warning("a password stays in a secret of xapi's: "
				    "%s",
				    err.text);
	}
	json_decref(all);
}

int attach_has_mark(const struct attach_work *work,
		    const struct lun_names *names, bool *marked,
		    struct error *err)
{
	json_t *config = NULL;
	const char *mark;

	if (xapi_call_for(&work->xapi, "SR.get_sm_config",
			  json_pack("[s]", work->sr), JSON_OBJECT, &config,
			  err))
		return -1;
	mark = value_get(config, XAPI_ATTACH_MARK);
	*marked = mark && (!names || lun_names_have(names, mark));
	json_decref(config);
	return 0;
}

int attach_read_pbds(struct attach_work *work, struct error *err)
{
	json_t *all = NULL, *pbd;
	int rc = pool_pbds_read(&work->xapi, &all, err);
	const char *ref;

	work->pbds = json_object();
	json_object_foreach(all, ref, pbd)
	{
		if (strcmp(value_get(pbd, "SR"), work->sr) != 0)
			continue;
		json_object_set_new(pbd, "ref", json_string(ref));
		json_object_set(work->pbds, value_get(pbd, "host"), pbd);
	}
	json_decref(all);
	return rc;
}

void attach_end(struct attach_work *work)
{
	json_decref(work->config);
	json_decref(work->hosts);
	json_decref(work->pbds);
	free(work->sr);
}
