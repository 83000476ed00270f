// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One login at one portal (internal to user_session).
 */
#ifndef ISCSI_USER_LOGIN_H
#define ISCSI_USER_LOGIN_H

#include <stdbool.h>

#include <iscsi/iscsi.h>

#include "base/error.h"
#include "iscsi/target.h"

/* Resolves the portal's host, connects to the first of its addresses that
 * takes a connection, logs in, and follows a target that sends us elsewhere.
 * Without an iqn the session is a discovery session.
 * On failure *final tells that another portal would answer the same. Errors as
 * in user_session_open. */
int user_login(const struct iscsi_target *target,
	       const struct iscsi_portal *portal, struct iscsi_context **out,
	       bool *final, struct error *err);

/* Which of two failures, at two portals, tells the user more: the greater. */
int user_login_weight(enum error_code code);

#endif
