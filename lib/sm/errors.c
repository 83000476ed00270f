// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/errors.h"

#include <stdio.h>

/* Numbers and descriptions are those of SM's XE_SR_ERRORCODES.xml. What SM has no
 * name for is 202; so is its 38 (unimplemented), of which xapi makes an internal
 * error. */
static const struct sm_error {
	int number;
	const char *description;
} general = { 202, "General backend error" }, errors[] = {
	[ERROR_BAD_REQUEST] = { 143, "Failed to parse the request" },
	[ERROR_NOT_MASTER] = { 58, "Logical Volume request must come from "
				   "master" },
	[ERROR_NO_TARGET] = { 95, "The request is missing the target "
				  "parameter" },
	[ERROR_NO_TARGET_IQN] = { 96, "The request is missing or has an "
				      "incorrect target IQN parameter" },
	[ERROR_NO_SCSIID] = { 107, "The SCSIid parameter is missing or "
				   "incorrect" },
	[ERROR_NO_INITIATOR] = { 97, "Unable to retrieve the host "
				     "configuration ISCSI IQN parameter" },
	[ERROR_BAD_PORT] = { 142, "Incorrect value for iSCSI port, must be a "
				  "number between 1 and 65535" },
	[ERROR_NO_PATH_GIVEN] = { 90, "The request is missing the device "
				      "parameter" },
	[ERROR_BAD_PATH] = { 91, "The device is not a valid path" },
	[ERROR_NO_DISK] = { 19, "No such device" },
	[ERROR_NO_SECRET] = { 20, "No such secret." },
	[ERROR_XAPI] = { 150, "Failed to initialize XMLRPC connection" },
	[ERROR_RESOLVE] = { 140, "Incorrect DNS name, unable to resolve." },
	[ERROR_CONNECT] = { 141, "Unable to connect to ISCSI service on "
				 "target" },
	[ERROR_DISCOVERY] = { 83, "ISCSI discovery failed" },
	[ERROR_LOGIN] = { 68, "ISCSI login failed - check access settings for "
			      "the initiator on the storage, if CHAP is used "
			      "verify CHAP credentials" },
	[ERROR_NO_DAEMON] = { 71, "Failed to start ISCSI daemon" },
	[ERROR_NO_DEVICE] = { 67, "ISCSI device failed to appear" },
	[ERROR_IN_USE] = { 16, "The SR device is currently in use" },
	[ERROR_LOCKED] = { 37, "The lock/unlock request failed" },
	[ERROR_RESERVED] = { 37, "The lock/unlock request failed" },
	[ERROR_INTERRUPTED] = { 201, "Currently unavailable, try again" },
	[ERROR_NO_PATH] = { 200, "General IO error" },
	[ERROR_IO] = { 200, "General IO error" },
};

static const struct sm_error *sm_error_of(enum error_code code)
{
	return (size_t)code < sizeof(errors) / sizeof(*errors) &&
			       errors[code].number
		       ? &errors[code]
		       : &general;
}

int sm_error_number(enum error_code code)
{
	return sm_error_of(code)->number;
}

void sm_error_text(const struct error *err, char *out, size_t size)
{
	const char *description = sm_error_of(err->code)->description;

	if (err->text[0])
		snprintf(out, size, "%s [opterr=%s%s]", description,
			 error_whose(err), err->text);
	else
		snprintf(out, size, "%s", description);
}
