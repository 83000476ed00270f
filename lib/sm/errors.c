// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/errors.h"

#include <stdio.h>

struct sm_error {
	int number;
	const char *description;
};

/* Numbers and descriptions are those of SM's XE_SR_ERRORCODES.xml. */
static struct sm_error sm_error_of(enum error_code code)
{
	static const struct sm_error general = { 202, "General backend error" };

	switch (code) {
	case ERROR_BAD_REQUEST:
		return (struct sm_error){ 143, "Failed to parse the request" };
	case ERROR_UNIMPLEMENTED:
		/* xapi makes an internal error of SM's 38 */
		return general;
	case ERROR_NOT_MASTER:
		return (struct sm_error){ 58, "Logical Volume request must "
					      "come from master" };
	case ERROR_NO_TARGET:
		return (struct sm_error){ 95, "The request is missing the "
					      "target parameter" };
	case ERROR_NO_TARGET_IQN:
		return (struct sm_error){ 96, "The request is missing or has "
					      "an incorrect target IQN "
					      "parameter" };
	case ERROR_NO_SCSIID:
		return (struct sm_error){ 107, "The SCSIid parameter is "
					       "missing or incorrect" };
	case ERROR_NO_INITIATOR:
		return (struct sm_error){ 97, "Unable to retrieve the host "
					      "configuration ISCSI IQN "
					      "parameter" };
	case ERROR_BAD_PORT:
		return (struct sm_error){ 142, "Incorrect value for iSCSI "
					       "port, must be a number "
					       "between 1 and 65535" };
	case ERROR_NO_PATH_GIVEN:
		return (struct sm_error){ 90, "The request is missing the "
					      "device parameter" };
	case ERROR_BAD_PATH:
		return (struct sm_error){ 91, "The device is not a valid "
					      "path" };
	case ERROR_NO_DISK:
		return (struct sm_error){ 19, "No such device" };
	case ERROR_NO_SECRET:
		return (struct sm_error){ 20, "No such secret." };
	case ERROR_XAPI:
		return (struct sm_error){ 150, "Failed to initialize XMLRPC "
					       "connection" };
	case ERROR_RESOLVE:
		return (struct sm_error){ 140, "Incorrect DNS name, unable to "
					       "resolve." };
	case ERROR_CONNECT:
		return (struct sm_error){ 141, "Unable to connect to ISCSI "
					       "service on target" };
	case ERROR_DISCOVERY:
		return (struct sm_error){ 83, "ISCSI discovery failed" };
	case ERROR_LOGIN:
		return (struct sm_error){ 68,
					  "ISCSI login failed - check access "
					  "settings for the initiator on the "
					  "storage, if CHAP is used verify "
					  "CHAP credentials" };
	case ERROR_NO_DAEMON:
		return (struct sm_error){ 71, "Failed to start ISCSI daemon" };
	case ERROR_NO_DEVICE:
		return (struct sm_error){ 67, "ISCSI device failed to appear" };
	case ERROR_IN_USE:
		return (struct sm_error){ 16, "The SR device is currently in "
					      "use" };
	case ERROR_LOCKED:
	case ERROR_RESERVED:
		return (struct sm_error){ 37, "The lock/unlock request "
					      "failed" };
	case ERROR_INTERRUPTED:
		return (struct sm_error){ 201, "Currently unavailable, try "
					       "again" };
	case ERROR_NO_PATH:
	case ERROR_IO:
		return (struct sm_error){ 200, "General IO error" };
	case ERROR_NONE:
	case ERROR_INTERNAL:
	case ERROR_BAD_VALUE:
	case ERROR_LUN_CONTENT:
		return general;
	}
	return general;
}

int sm_error_number(enum error_code code)
{
	return sm_error_of(code).number;
}

void sm_error_text(const struct error *err, char *out, size_t size)
{
	const char *description = sm_error_of(err->code).description;

	if (err->text[0])
		snprintf(out, size, "%s [opterr=%s]", description, err->text);
	else
		snprintf(out, size, "%s", description);
}
