// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the two ways of an attach, there and back, share.
 */
#ifndef XAPI_ATTACH_WORK_H
#define XAPI_ATTACH_WORK_H

#include "xapi/attach.h"
#include "xapi/call.h"
#include "xapi/host.h"

/* What is known while it goes on. */
struct attach_work {
	struct xapi xapi; /* patient */
	const struct xapi_attach *attach;
	json_t *config; /* device_config with secrets */
	json_t *hosts;	/* references, the master's first */
	json_t *pbds;	/* xapi's records by host, each with its ref */
	char *sr;	/* reference */
};

/* A string of an array of strings. */
const char *attach_text_at(const json_t *array, size_t i);

/* xapi_do with one argument. */
int attach_call_on(const struct attach_work *work, const char *method,
		   const char *ref, struct error *err);

int attach_find_hosts(struct attach_work *work, struct error *err);

/* Whether the SR is one that was attached by this program, and from the LUN with
 * these names unless that is NULL. */
int attach_has_mark(const struct attach_work *work,
		    const struct lun_names *names, bool *marked,
		    struct error *err);

/* The secrets that an attach of this SR has made, one that was killed as well.
 * Signals do not stop it; what goes wrong is logged. */
void attach_drop_secrets(const struct attach_work *work, const char *sr_uuid);

/* All PBDs of the SR. */
int attach_read_pbds(struct attach_work *work, struct error *err);

void attach_end(struct attach_work *work);

#endif
