// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The lists that clients choose from, as XML in the form in which SM's
 * lvmoiscsi prints them (SM's BaseISCSI.py print_entries, LVHDoISCSISR.py
 * print_LUNs_XML, lvutil.py srlist_toxml; minidom's toprettyxml): clients take
 * them apart by search strings. Pure.
 *
 * Every function returns a string that the caller frees. Text of targets is
 * made fit for XML (base/utf8.h).
 */
#ifndef SM_LISTS_H
#define SM_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/hba.h"
#include "iscsi/discover.h"
#include "iscsi/user_search.h"

/* Goes with fault 96: which targets there are. The last entry, "*", says that
 * all of them can be asked for: `targets` and `port` are the user's own. */
char *list_targets(const struct iscsi_offers *offers, const char *targets,
		   uint16_t port);

/* Goes with fault 107: which LUNs there are. */
char *list_luns(const struct lun_listing *luns);

/* The same by HBA, of the LUNs that `chosen` has true for; `facts`: one of each
 * HBA. (SM's devscan.py, scan.) */
char *list_devices(const struct hbas *hbas, const struct hba_luns *luns,
		   const bool *chosen, const struct hba_facts *facts);

/* sr_probe's answer: the SR on a LUN. The first three are lvmoiscsi's. */
struct listed_sr {
	const char *uuid;
	const char *device;
	uint64_t size; /* bytes */

	/* Further elements, as words. */
	const char *known;   /* to xapi */
	const char *lun;     /* original or clone */
	const char *journal; /* of a resign that was cut short */
	/* Numbers of live ones; NULL if they cannot be told. */
	const struct listed_vdis {
		size_t all, snapshots;
	} * vdis;
};

/* NULL for a LUN without an SR. */
char *list_sr(const struct listed_sr *sr);

#endif
