// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The way to the LUN: one seam over both initiators.
 *
 *   libiscsi    a session in this process; the host never sees the LUN
 *   open-iscsi  the host's initiator; the LUN is a disk of the host while it is
 *               connected, and was before if the host had it
 *
 * Where the host has several sessions to the target and multipathd a map of the
 * LUN, work goes through the map and over all of its paths. A session of our
 * own is one path, also on a host with multipathing: a portal that does not
 * answer is passed over for the next at the login; and if the path is lost
 * later, the run ends with the LUN untouched or its journal there, and the next
 * run, by whichever portal, completes it. A second path would save that
 * repetition, in a case so rare, and cost every resign another login, node
 * record and disk with the old identifiers on the host.
 */
#ifndef ENGINE_CONNECT_H
#define ENGINE_CONNECT_H

#include "base/error.h"
#include "engine/resign.h"
#include "lun/lun.h"

struct connection;

/* Reaches the LUN that the request names and opens it for this process alone.
 * *out is the caller's, to be given to disconnect; the request must outlive it.
 * The errors of user_session_open, user_session_find_lun, open_iscsi_attach and
 * of opening the LUN; ERROR_IN_USE: something on this host has it, by this
 * device or another of the same SCSIid. Where it
 * fails, everything is as it was. */
int connect_lun(const struct resign_request *request, struct connection **out,
		struct error *err);

struct lun *connection_lun(const struct connection *connection);

/* What the LUN is called. */
const struct lun_names *connection_names(const struct connection *connection);

/* The kernel's name of the device ("sda", or "dm-3" where a multipath map has
 * it); NULL if the LUN is none. */
const char *connection_device(const struct connection *connection);

/* Closes the LUN and takes the way back; NULL is fine. Does not flush. */
void disconnect(struct connection *connection);

#endif
