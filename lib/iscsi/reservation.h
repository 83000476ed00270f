// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN for one session alone: RESERVE(6) and RELEASE(6) of SPC-2. Every other
 * session, of whatever host, is refused with RESERVATION CONFLICT, until it is
 * given back or this session ends, however it ends.
 */
#ifndef ISCSI_RESERVATION_H
#define ISCSI_RESERVATION_H

#include "iscsi/scsi_batch.h"

/* 0: reserved. 1: the target has no such command. -1: ERROR_RESERVED, another
 * session has it; ERROR_IO; if *changed, since the LUN may be another by now, and
 * nothing was done. Means nothing where somebody has registered for a persistent
 * reservation (lun/reservation_keys.h). `as`: what scsi_batch says of the session
 * and of the LUN. */
int reservation_take(const struct scsi_batch *as, uint16_t lun, bool *changed,
		     struct error *err);

/* That it fails is only logged: the session's end gives it back as well. */
void reservation_give_back(const struct scsi_batch *as, uint16_t lun);

#endif
