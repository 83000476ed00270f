// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The commands of open-iscsi's iscsiadm that a session takes, and its daemon.
 * Callers hold the storage manager's lock around iscsiadm (host/lock.h) for
 * each of them but iscsid_start. No password is ever an argument
 * (node_record.h). Each call costs 0.1 s or so.
 *
 * Source: iscsiadm(8); open-iscsi include/iscsi_err.h for the exit status.
 */
#ifndef OPENISCSI_ISCSIADM_H
#define OPENISCSI_ISCSIADM_H

#include "base/error.h"

/* Starts iscsid, as the storage manager does, if it does not run; it is left
 * running, for whoever is about to use it as well. ERROR_NO_DAEMON. */
int iscsid_start(struct error *err);

/* Makes a node record bound to the interface `default`, with iscsid.conf's
 * settings. Discovery would do so too, but for every target at the portal, and
 * reset the records that are there. ERROR_LOGIN. */
int iscsiadm_new(const char *iqn, const char *portal, struct error *err);

/* ERROR_LOGIN: refused. ERROR_CONNECT: no answer. ERROR_NO_DAEMON: iscsid does
 * not answer, and may log in later. */
int iscsiadm_login(const char *iqn, const char *portal, const char *iface,
		   struct error *err);

/* Logs one session out, by the number that it has in sysfs; needs no record.
 * Errors as of iscsiadm_login. */
int iscsiadm_logout(unsigned session, struct error *err);

#endif
