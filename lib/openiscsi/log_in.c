// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/log_in.h"

#include <string.h>

#include "base/log.h"
#include "host/multipathd.h"
#include "openiscsi/iscsiadm.h"
#include "openiscsi/node_record.h"
#include "openiscsi/sysfs_session.h"

static int make_record(const struct iscsi_target *target,
		       const struct iscsi_address *address, const char *portal,
		       struct sr_ref *users, struct error *err)
{
	node_record_name(address, users->made.record);
	if (sr_ref_note(users, err))
		return -1;
	return iscsiadm_new(target->iqn, portal, err);
}

static void unmake_record(const struct iscsi_target *target,
			  struct sr_ref *users)
{
	struct error err;

	node_record_remove(target->iqn, users->made.record);
	users->made.record[0] = '\0';
	if (sr_ref_note(users, &err))
		log_warning("%s", err.text);
}

static int log_in_with(struct node_record *record,
		       const struct iscsi_target *target, const char *portal,
		       bool scan, bool *scans, struct error *err)
{
	int rc = node_record_set(record, target, scan, err);

	if (rc)
		return -1;
	*scans = !record->manual_scan;
	rc = iscsiadm_login(target->iqn, portal, record->iface, err);
	node_record_restore();
	return rc;
}

int log_in(const struct iscsi_target *target,
	   const struct iscsi_address *address, bool scan, struct sr_ref *users,
	   bool *scans, struct error *err)
{
	char portal[ISCSI_PORTAL_SIZE];
	struct node_record record;
	bool found, made;
	int rc;

	iscsi_address_text(address, portal);
	if (node_record_find(target->iqn, address, &found, &record, err))
		return -1;
	made = !found;
	rc = made ? make_record(target, address, portal, users, err) : 0;
	if (!rc && made)
		rc = node_record_find(target->iqn, address, &found, &record,
				      err);
	if (!rc && !found)
		rc = error_set(err, ERROR_LOGIN,
			       "iscsiadm has made a node record, but it is not "
			       "where they are");
	if (!rc)
		rc = log_in_with(&record, target, portal, scan, scans, err);
	if (found)
		node_record_free(&record);
	if (made)
		unmake_record(target, users);
	return rc;
}

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
