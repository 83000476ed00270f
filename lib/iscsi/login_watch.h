// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a target answers to a login, looked at before libiscsi takes it.
 *
 * libiscsi checks the target's CHAP response when one comes where it is due. It
 * does not notice a target that leaves the security stage out, or that sends
 * its "response" before any challenge, and either would log us in to a target
 * that never proved itself. It also keeps the reason of a refusal to itself.
 *
 * Pure: bytes in, state out. Source of the format: RFC 7143, 11.13 and 12.
 */
#ifndef ISCSI_LOGIN_WATCH_H
#define ISCSI_LOGIN_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define ISCSI_HEADER_LEN 48

/* Longest login response that is accepted, header included. Initiators that
 * declare nothing, as libiscsi at this point, are sent at most 8192 bytes. */
#define LOGIN_RESPONSE_MAX (ISCSI_HEADER_LEN + 8192 + 4)

struct login_watch {
	bool mutual;	 /* set by the caller: the target must prove itself */
	bool challenged; /* it has been sent our challenge */
	bool proved;	 /* and has answered it; libiscsi judges the answer */
	bool digest;	 /* it has answered our offer of header digests */
	bool ends; /* the last response ends the login, and it is a success */
	/* class << 8 | detail of the last response; 0 is success */
	uint16_t status;
};

/* Length of the PDU that starts with these ISCSI_HEADER_LEN bytes; 0 if it is
 * not a login response that can be accepted. */
size_t login_response_len(const uint8_t *header);

/* What pads it to a multiple of 4 is made zero, as it should be (RFC 7143, 11.2.3).
 * True if it was. */
bool login_response_clean(uint8_t *pdu);

/* Takes one login response of `len` = login_response_len() bytes. -1
 * (ERROR_LOGIN): libiscsi must not see it. */
int login_watch_response(struct login_watch *watch, const uint8_t *pdu,
			 size_t len, struct error *err);

#endif
