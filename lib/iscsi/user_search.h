// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The LUNs of one target or of several, over sessions of our own, one after
 * the other.
 */
#ifndef ISCSI_USER_SEARCH_H
#define ISCSI_USER_SEARCH_H

#include <stddef.h>

#include "base/error.h"
#include "iscsi/discover.h"
#include "iscsi/user_luns.h"

struct lun_listing {
	struct user_lun *items; /* the caller's to free */
	size_t count;
};

/* The LUNs of the target that `target` names, in its order. Those without an
 * SCSIid, which nobody could choose, are left out; so is one that has the
 * SCSIid of another. Errors as of user_session_open and user_luns_read. */
int user_search_list(const struct iscsi_target *target, struct lun_listing *out,
		     struct error *err);

/* The same for all targets of `offers`, with the names and passwords of `from`.
 * A target that cannot be reached is passed over if another one can, and so are
 * those that are left after two minutes. */
int user_search_list_all(const struct iscsi_target *from,
			 const struct iscsi_offers *offers,
			 struct lun_listing *out, struct error *err);

/* The first target of `offers` with a disk of this SCSIid; *iqn is the offers'.
 * ERROR_NO_SCSIID: no target that could be reached has it; if none could be
 * reached, why. ERROR_CONNECT: not all could be asked within two minutes. */
int user_search_find(const struct iscsi_target *from,
		     const struct iscsi_offers *offers, const char *scsi_id,
		     const char **iqn, struct error *err);

#endif
