// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/hand_over.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "host/multipathd.h"
#include "openiscsi/log_in.h"
#include "openiscsi/sysfs_session.h"

struct iscsi_offers hand_over_portals(const struct iscsi_target *target,
				      const struct iscsi_address *address)
{
	char host[ISCSI_HOST_SIZE];
	struct iscsi_portal portal = { host, address->port };
	struct iscsi_target from = *target;
	struct iscsi_offers offers = { 0 };
	struct error err;

	if (!multipathd_runs())
		return offers;
	strcpy(host, address->host);
	from.iqn = NULL;
	from.portals = &portal;
	from.portal_count = 1;
	if (iscsi_discover(&from, &offers, &err))
		log_warning("the target's other portals: %s", err.text);
	return offers;
}

static bool has_session_at(const struct sysfs_session *sessions, size_t count,
			   const struct iscsi_address *address)
{
	for (size_t i = 0; i < count; i++) {
		if (sysfs_session_is_at(&sessions[i], address))
			return true;
	}
	return false;
}

void hand_over(const struct iscsi_target *target,
	       const struct iscsi_offers *portals, struct sr_ref *users)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	size_t count = sysfs_sessions(target->iqn, sessions);
	struct error err;

	log_info("others use the target by now: they get our session");
	for (size_t i = 0; i < count; i++) {
		if (sysfs_session_scan(&sessions[i], &err))
			log_warning("%s", err.text);
	}
	for (size_t i = 0; i < portals->count; i++) {
		const struct iscsi_offer *offer = &portals->items[i];
		struct iscsi_address address = { .port = offer->portal.port };
		bool scans;

		if (strcmp(offer->iqn, target->iqn) != 0 ||
		    strlen(offer->portal.host) >= sizeof(address.host))
			continue;
		strcpy(address.host, offer->portal.host);
		if (!has_session_at(sessions, count, &address) &&
		    log_in(target, &address, true, users, &scans, &err))
			log_warning("portal %s: %s", address.host, err.text);
	}
}
