// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/way.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"

/* Whether another portal may do better: this one does not serve the LUN, or lost
 * us on the way, and nothing was written. */
static bool is_of_portal(const struct way *way, bool entered,
			 const struct error *err)
{
	if (err->code == ERROR_IO)
		return !way->reached.lun ||
		       !lun_libiscsi_written(way->reached.lun);
	return err->code == ERROR_NO_PATH ||
	       (err->code == ERROR_NO_SCSIID && !entered);
}

/* From portal *portal on. *here: the failure is that of the portal that *portal
 * is then, and another may do better. */
static int try_from(const struct lun_choice *choice, enum reach_purpose purpose,
		    unsigned *portal, bool *here, reach_use use, void *context,
		    struct error *err)
{
	struct way way = {
		.purpose = purpose,
		.kept = choice->kept,
		.target = &choice->target,
		.reached.iqn = lun_choice_is_over_iscsi(choice)
				       ? choice->target.iqn
				       : NULL,
	};
	bool entered;
	int failed = way_enter(choice, portal, &way, err);

	entered = !failed;
	if (entered)
		failed = use(&way.reached, context, err);
	*here = failed && way_is_over_session(choice, purpose) && way.session &&
		is_of_portal(&way, entered, err);
	way_leave(&way, failed);
	return failed;
}

static bool is_of_login(enum error_code code)
{
	return code == ERROR_RESOLVE || code == ERROR_CONNECT ||
	       code == ERROR_LOGIN || code == ERROR_DISCOVERY;
}

/* From portal `first` on. */
static int reach_from(const struct lun_choice *choice,
		      enum reach_purpose purpose, unsigned first, reach_use use,
		      void *context, struct error *err)
{
	const unsigned count = choice->target.portal_count;
	struct error worst = { ERROR_NONE, "" };
	unsigned portal = first;
	bool here;

	do {
		bool kept = choice->kept && choice->kept->session;

		if (try_from(choice, purpose, &portal, &here, use, context,
			     err) == 0)
			return 0;
		/* That one portal is in standby says more than that the next
		 * does not answer. */
		if (!here)
			break;
		/* It may have ended since the LUN before. */
		if (kept) {
			portal = first;
			continue;
		}
		if (worst.code != ERROR_NO_PATH)
			worst = *err;
		if (++portal < count)
			log_warning("%s: %s; the next portal is tried",
				    choice->target.iqn, err->text);
	} while (portal < count);
	if (here || (worst.code && is_of_login(err->code)))
		*err = worst;
	if (err->code == ERROR_NO_PATH && purpose == REACH_TO_WRITE)
		error_prefix(err, "the LUN is unchanged: ");
	return -1;
}

int reach(const struct lun_choice *choice, enum reach_purpose purpose,
	  reach_use use, void *context, struct error *err)
{
	return reach_from(choice, purpose, 0, use, context, err);
}

/* ---- every disk of a target ---- */

struct all {
	const struct iscsi_target *target;
	unsigned portal;
	reach_use use;
	void *context;
};

static int use_one(const struct all *all, struct iscsi_context *session,
		   const struct user_lun *lun, struct error *err)
{
	const struct lun_choice elsewhere = {
		.target = *all->target,
		.lun = { .numbered = true, .number = lun_number(lun->lun) },
	};
	struct way way = {
		.session = session,
		.reached.iqn = all->target->iqn,
	};
	int failed = way_open_session_lun(&way, lun, err) ||
		     all->use(&way.reached, all->context, err);

	lun_close(way.reached.lun);
	way.reached.lun = NULL;
	if (failed && (err->code == ERROR_NO_PATH || err->code == ERROR_IO) &&
	    all->portal + 1 < all->target->portal_count)
		failed = reach_from(&elsewhere, REACH_TO_READ, all->portal + 1,
				    all->use, all->context, err);
	if (failed && err->code != ERROR_INTERRUPTED)
		failed = all->use(&way.reached, all->context, err);
	return failed ? -1 : 0;
}

int reach_each(const struct iscsi_target *target, reach_use use, void *context,
	       struct error *err)
{
	struct all all = { target, 0, use, context };
	struct iscsi_context *session;
	struct user_lun *luns;
	size_t count;
	int failed;

	if (user_session_open_from(target, &all.portal, &session, err))
		return -1;
	failed = user_luns_read(session, &luns, &count, err);
	if (!failed) {
		for (size_t i = 0; i < count && !failed; i++)
			failed = use_one(&all, session, &luns[i], err);
		free(luns);
	}
	user_session_close(session);
	return failed;
}

/* ---- many at once ---- */

static bool is_named(const struct lun_choice *choice,
		     const struct iscsi_target *target)
{
	return !choice->path && choice->lun.scsi_id &&
	       iscsi_target_same(&choice->target, target);
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
