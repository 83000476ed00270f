// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/reach.h"
#include "iscsi/user_session.h"

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Reached in the same way, as the same initiator: passwords belong to users. */
static bool same_target(const struct iscsi_target *a,
			const struct iscsi_target *b)
{
	if (a->portal_count != b->portal_count || !same_text(a->iqn, b->iqn) ||
	    !same_text(a->chap_user, b->chap_user))
		return false;
	for (unsigned i = 0; i < a->portal_count; i++) {
		if (a->portals[i].port != b->portals[i].port ||
		    !same_text(a->portals[i].host, b->portals[i].host))
			return false;
	}
	return true;
}

static bool is_named(const struct lun_choice *choice,
		     const struct iscsi_target *target)
{
	return !choice->path && choice->lun.scsi_id &&
	       same_target(&choice->target, target);
}

static bool is_wanted(const struct lun_choice *choice,
		      const struct iscsi_target *target)
{
	return is_named(choice, target) && !choice->lun.numbered;
}

/* For all choices of the first one's target. */
static void scan(struct lun_choice *choices, size_t count)
{
	const struct iscsi_target *target = &choices[0].target;
	struct lun_wanted *wanted = alloc_zeroed(count, sizeof(*wanted));
	struct iscsi_context *session;
	struct error ignored;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_wanted(&choices[i], target))
			wanted[n++] = choices[i].lun;
	}
	if (wanted && user_session_open(target, &session, &ignored) == 0) {
		user_luns_number(session, wanted, n, &ignored);
		user_session_close(session);
		n = 0;
		for (size_t i = 0; i < count; i++) {
			if (is_wanted(&choices[i], target))
				choices[i].lun = wanted[n++];
		}
	}
	free(wanted);
}

void reach_numbers(struct lun_choice *choices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct iscsi_target *target = &choices[i].target;
		size_t before = 0, after = 0;

		for (size_t k = 0; k < i && !before; k++)
			before = is_named(&choices[k], target);
		for (size_t k = i + 1; k < count && !before && !after; k++)
			after = is_named(&choices[k], target);
		if (after && !before && is_wanted(&choices[i], target))
			scan(choices + i, count - i);
	}
}
