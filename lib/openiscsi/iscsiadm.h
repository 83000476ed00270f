// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The commands of open-iscsi's iscsiadm that a session takes. Callers hold the
 * storage manager's lock around iscsiadm (host/lock.h). No password is ever an
 * argument (node_record.h). Each call costs 0.1 s or so.
 *
 * Source: iscsiadm(8); open-iscsi include/iscsi_err.h for the exit status.
 */
#ifndef OPENISCSI_ISCSIADM_H
#define OPENISCSI_ISCSIADM_H

#include "base/error.h"
#include "iscsi/address.h"

/* Whether iscsid is there to be asked: iscsiadm would wait for it, or start it
 * and leave it running. ERROR_NO_DAEMON. */
int iscsid_check(struct error *err);

/* Makes a node record bound to the interface `default`, with iscsid.conf's
 * settings. Discovery would do so too, but for every target at the portal, and
 * reset the records that are there. ERROR_LOGIN. */
int iscsiadm_new(const char *iqn, const struct iscsi_address *address,
		 struct error *err);

/* ERROR_LOGIN: refused. ERROR_CONNECT: no answer. ERROR_NO_DAEMON. */
int iscsiadm_login(const char *iqn, const struct iscsi_address *address,
		   const char *iface, struct error *err);

/* Logs one session out, by the number that it has in sysfs. ERROR_LOGIN. */
int iscsiadm_logout(unsigned session, struct error *err);

/* Removes a node record. ERROR_LOGIN. */
int iscsiadm_delete(const char *iqn, const struct iscsi_address *address,
		    const char *iface, struct error *err);

#endif
