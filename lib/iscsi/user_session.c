// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_session.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "iscsi/discover.h"
#include "iscsi/session_io.h"
#include "iscsi/user_login.h"

/* A target that is in order answers a logout at once. */
#define LOGOUT_MS 2000

/* Which of two failures tells the user more: the target's own word, then that
 * something was there. */
static int weight(enum error_code code)
{
	if (code == ERROR_RESOLVE)
		return 0;
	return code == ERROR_CONNECT ? 1 : 2;
}

/* LIO calls a target that it does not have out of service (0x0301): its list of
 * targets tells. */
static bool is_offered(const struct iscsi_target *target, bool (*stop)(void))
{
	struct iscsi_offers offers = { 0 };
	struct error err;
	bool found = false;

	if (iscsi_discover(target, stop, &offers, &err))
		return true;
	for (size_t i = 0; i < offers.count && !found; i++)
		found = strcmp(offers.items[i].iqn, target->iqn) == 0;
	iscsi_offers_free(&offers);
	return found;
}

int user_session_open(const struct iscsi_target *target, bool (*stop)(void),
		      struct iscsi_context **out, struct error *err)
{
	struct error worst;

	if (iscsi_target_check(target, err))
		return -1;
	for (unsigned i = 0; i < target->portal_count; i++) {
		struct error failure;
		bool final = false;

		if (user_login(target, &target->portals[i], stop, out, &final,
			       &failure) == 0)
			return 0;
		log_debug("portal %s:%u: %s", target->portals[i].host,
			  target->portals[i].port, failure.text);
		if (i == 0 || final ||
		    weight(failure.code) > weight(worst.code))
			worst = failure;
		if (final) {
			*err = worst;
			return -1;
		}
	}
	*err = worst;
	if (worst.code == ERROR_LOGIN && !is_offered(target, stop))
		return error_set(err, ERROR_DISCOVERY,
				 "%s:%u has no target %s for initiator %s",
				 target->portals[0].host,
				 target->portals[0].port, target->iqn,
				 target->initiator);
	return -1;
}

static void on_logout(struct iscsi_context *session, int status, void *data,
		      void *private_data)
{
	bool *done = private_data;

	(void)session;
	(void)status;
	(void)data;
	*done = true;
}

static void log_out(struct iscsi_context *session)
{
	int64_t deadline = clock_now_ms() + LOGOUT_MS;
	bool done = false;

	if (iscsi_logout_async(session, on_logout, &done))
		return;
	while (!done && clock_now_ms() < deadline) {
		int events = session_wait(session, deadline);

		if (events < 0 || iscsi_service(session, events))
			break;
	}
	/* libiscsi must not call on_logout when `done` is gone. */
	if (!done)
		iscsi_scsi_cancel_all_tasks(session);
}

void user_session_close(struct iscsi_context *session)
{
	if (!session)
		return;
	if (iscsi_get_fd(session) >= 0 && iscsi_is_logged_in(session))
		log_out(session);
	iscsi_destroy_context(session);
}
