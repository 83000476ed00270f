// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "xapi/call.h"

static int read_config(const json_t *config, struct xapi_host *out,
		       struct error *err)
{
	static const char what[] = "host.other_config";
	const char *name, *multipathing;

	if (value_find_optional(config, ERROR_XAPI, what, "iscsi_iqn", &name,
				err) ||
	    value_find_optional(config, ERROR_XAPI, what, "multipathing",
				&multipathing, err))
		return -1;
	out->multipathing = multipathing && strcmp(multipathing, "true") == 0;
	out->initiator_name = alloc_text(name);
	return 0;
}

int xapi_host_read(const struct xapi *xapi, const char *host_ref,
		   struct xapi_host *out, struct error *err)
{
	struct xapi_host host = { 0 };
	struct xapi_reply reply;
	int rc;

	if (xapi_ask(xapi, "host.get_other_config", host_ref, &reply, err))
		return -1;
	rc = read_config(reply.value, &host, err);
	reply_free(&reply);
	host.ref = alloc_text(host_ref);
	if (rc)
		xapi_host_free(&host);
	else
		*out = host;
	return rc;
}

void xapi_host_free(struct xapi_host *host)
{
	free(host->ref);
	free(host->initiator_name);
	*host = (struct xapi_host){ 0 };
}

char *xapi_host_name(const struct xapi *xapi, const char *ref)
{
	struct error ignored;
	char *name;

	return xapi_ask_text(xapi, "host.get_name_label", ref, &name, NULL,
			     &ignored)
		       ? alloc_text(ref)
		       : name;
}
