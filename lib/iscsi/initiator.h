// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which initiator reaches the LUN, and under which name it logs in.
 */
#ifndef ISCSI_INITIATOR_H
#define ISCSI_INITIATOR_H

#include <stdbool.h>

#include "base/error.h"

enum initiator_kind {
	INITIATOR_LIBISCSI,   /* in this process; where nobody says which */
	INITIATOR_OPEN_ISCSI, /* the host's own */
};

/* The accepted values of `initiator`, for errors. */
#define INITIATOR_KINDS "libiscsi, open-iscsi"

/* False, and *out untouched, if the text names no initiator. */
bool initiator_kind_from_text(const char *text, enum initiator_kind *out);

/* Where the host keeps its initiator name. */
#define INITIATOR_NAME_FILE "/etc/iscsi/initiatorname.iscsi"

/* Longest iSCSI name in bytes (RFC 7143, 4.2.7.1). */
#define ISCSI_NAME_MAX 223

/* True if the text can be an iSCSI name: 1..223 bytes, no blank or control
 * character among them. */
bool iscsi_name_valid(const char *name);

/* Takes the value of the first `InitiatorName=` line of a file in open-iscsi's
 * format; *out is the caller's to free. ERROR_NO_INITIATOR: no such file or
 * line, or not a name. */
int initiator_name_read(const char *path, char **out, struct error *err);

#endif
