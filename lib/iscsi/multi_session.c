// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/multi_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "iscsi/initiator.h"
#include "iscsi/portals.h"

static int add_session(char *session, struct iscsi_offers *out,
		       struct error *err)
{
	char *port_text = strchr(session, ',');
	char *iqn = port_text ? strchr(port_text + 1, ',') : NULL;
	const char *host;
	uint16_t port;

	if (!iqn || strchr(iqn + 1, ','))
		return error_set(err, ERROR_BAD_VALUE,
				 "multiSession: '%.64s' is not of the form "
				 "ip,port,iqn",
				 session);
	*port_text++ = '\0';
	*iqn++ = '\0';
	if (port_read("multiSession", port_text, &port, err))
		return -1;
	host = portal_host(session);
	if (!host || !iscsi_name_valid(iqn))
		return error_set(err, ERROR_BAD_VALUE,
				 "multiSession: '%.64s' is not %s",
				 host ? iqn : session,
				 host ? "an iSCSI name"
				      : "a host name or an IP address");
	iscsi_offers_add(out, iqn, host, port);
	return 0;
}

int multi_session_read(const char *text, struct iscsi_offers *out,
		       struct error *err)
{
	char *copy = alloc_text(text);
	char *rest = copy;
	int rc = 0;

	while (!rc && rest) {
		char *session = strsep(&rest, "|");

		if (session[0])
			rc = add_session(session, out, err);
	}
	free(copy);
	return rc;
}
