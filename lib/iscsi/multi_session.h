// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The key multiSession of lvmoiscsi: the sessions that a targetIQN of "*"
 * stands for, "ip,port,iqn" with '|' between them, and often behind the last.
 */
#ifndef ISCSI_MULTI_SESSION_H
#define ISCSI_MULTI_SESSION_H

#include "iscsi/discover.h"

/* Adds them to *out, which stays the caller's on failure, too. ERROR_BAD_VALUE,
 * ERROR_BAD_PORT. */
int multi_session_read(const char *text, struct iscsi_offers *out,
		       struct error *err);

#endif
