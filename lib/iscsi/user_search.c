// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "iscsi/user_session.h"

/* For all targets of a search: any portal may be silent. */
#define SEARCH_MS 120000

/* What is done at each target: 0 to go on, 1 to end the search, -1. */
typedef int (*visit)(struct iscsi_context *session, const char *iqn,
		     void *context, struct error *err);

static int visit_session(struct iscsi_context *session, const char *iqn,
			 visit look, void *context, struct error *err)
{
	int rc = look(session, iqn, context, err);

	user_session_close(session);
	return rc;
}

static bool is_first_of_iqn(const struct iscsi_offers *offers, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(offers->items[i].iqn, offers->items[index].iqn) == 0)
			return false;
	}
	return true;
}

/* The portals at which this target is offered; `portals` has room for all. */
static struct iscsi_target target_of(const struct iscsi_target *from,
				     const struct iscsi_offers *offers,
				     char *iqn, struct iscsi_portal *portals)
{
	struct iscsi_target target = *from;

	target.iqn = iqn;
	target.portals = portals;
	target.portal_count = 0;
	for (size_t i = 0; i < offers->count; i++) {
		if (strcmp(offers->items[i].iqn, iqn) == 0)
			portals[target.portal_count++] =
				offers->items[i].portal;
	}
	return target;
}

static int visit_one(const struct iscsi_target *target,
		     struct session_limits *limits, visit look, void *context,
		     struct error *err)
{
	struct iscsi_context *session;
	struct error failure;
	int rc;

	rc = user_session_open_within(target, limits, &session, &failure);
	if (rc == 0)
		rc = visit_session(session, target->iqn, look, context,
				   &failure);
	if (rc < 0) {
		log_warning("%.223s: %s", target->iqn, failure.text);
		*err = failure;
	}
	return rc;
}

/* *late: there was no time for all. */
static int visit_all(const struct iscsi_target *from,
		     const struct iscsi_offers *offers, visit look,
		     void *context, bool *late, struct error *err)
{
	struct iscsi_portal *portals =
		alloc_zeroed(offers->count + 1, sizeof(*portals));
	struct session_limits limits = { .until = clock_now_ms() + SEARCH_MS };
	bool reached = false;
	int rc = 0;

	*late = false;
	error_set(err, ERROR_DISCOVERY, "no target is offered to initiator %s",
		  from->initiator);
	for (size_t i = 0; i < offers->count && rc != 1 && !*late; i++) {
		struct iscsi_target target;

		if (!is_first_of_iqn(offers, i))
			continue;
		target = target_of(from, offers, offers->items[i].iqn, portals);
		rc = visit_one(&target, &limits, look, context, err);
		if (rc >= 0) {
			reached = true;
		} else if (err->code == ERROR_INTERRUPTED) {
			reached = false;
			break;
		}
		*late = rc != 1 && clock_now_ms() >= limits.until;
	}
	if (*late)
		log_warning("not all targets were looked at: that takes more "
			    "than %d seconds",
			    SEARCH_MS / 1000);
	free(limits.dead);
	free(portals);
	return reached ? 0 : -1;
}

static bool listed(const struct lun_listing *list,
		   const struct scsi_id *scsi_id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].scsi_id.text, scsi_id->text) == 0)
			return true;
	}
	return false;
}

static int look_at_luns(struct iscsi_context *session, const char *iqn,
			void *context, struct error *err)
{
	struct lun_listing *list = context;
	struct user_lun *luns;
	size_t count;
	int rc;

	(void)iqn;
	if (user_luns_read(session, &luns, &count, err))
		return -1;
	rc = user_luns_size(session, luns, count, err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (!luns[i].scsi_id.text[0] ||
		    listed(list, &luns[i].scsi_id)) {
			log_info("LUN %u is left out: its SCSIid is '%.64s'",
				 lun_number(luns[i].lun), luns[i].scsi_id.text);
			continue;
		}
		list->items = alloc_more(list->items, list->count,
					 sizeof(*list->items));
		list->items[list->count++] = luns[i];
	}
	free(luns);
	return rc;
}

int user_search_list(const struct iscsi_target *target, struct lun_listing *out,
		     struct error *err)
{
	struct iscsi_context *session;

	*out = (struct lun_listing){ 0 };
	if (user_session_open(target, &session, err))
		return -1;
	return visit_session(session, target->iqn, look_at_luns, out, err);
}

int user_search_list_all(const struct iscsi_target *from,
			 const struct iscsi_offers *offers,
			 struct lun_listing *out, struct error *err)
{
	struct lun_listing list = { 0 };
	bool late;

	if (visit_all(from, offers, look_at_luns, &list, &late, err)) {
		free(list.items);
		return -1;
	}
	*out = list;
	return 0;
}

struct wanted {
	const char *scsi_id;
	const char *iqn; /* NULL: not found yet */
};

static int look_for_lun(struct iscsi_context *session, const char *iqn,
			void *context, struct error *err)
{
	struct wanted *wanted = context;
	struct user_lun *luns;
	size_t count;

	if (user_luns_read(session, &luns, &count, err))
		return -1;
	for (size_t i = 0; i < count && !wanted->iqn; i++) {
		if (lun_names_have(&luns[i].names, wanted->scsi_id))
			wanted->iqn = iqn;
	}
	free(luns);
	return wanted->iqn ? 1 : 0;
}

int user_search_find(const struct iscsi_target *from,
		     const struct iscsi_offers *offers, const char *scsi_id,
		     const char **iqn, struct error *err)
{
	struct wanted wanted = { .scsi_id = scsi_id };
	bool late;

	if (visit_all(from, offers, look_for_lun, &wanted, &late, err))
		return -1;
	if (!wanted.iqn && late)
		return error_set(
			err, ERROR_CONNECT,
			"SCSIid %.80s was not found within %d seconds, "
			"in which not all targets could be asked; set "
			"targetIQN to the target's name",
			scsi_id, SEARCH_MS / 1000);
	if (!wanted.iqn)
		return error_set(err, ERROR_NO_SCSIID,
				 "no target that is offered has a disk of "
				 "SCSIid %.80s",
				 scsi_id);
	*iqn = wanted.iqn;
	return 0;
}
