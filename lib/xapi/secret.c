// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/secret.h"

#include <stdlib.h>
#include <string.h>

#include "xapi/call.h"

int xapi_secret_read(const struct xapi *xapi, const char *uuid, char **out,
		     struct error *err)
{
	char code[REPLY_CODE_SIZE];
	struct uuid ignored;
	char *ref;
	int rc;

	if (xapi_find_uuid(xapi, "secret", uuid, &ref, err))
		return -1;
	/* What is no uuid may be the password itself. */
	if (!ref)
		return strlen(uuid) == UUID_TEXT_LEN &&
				       uuid_from_text(uuid, &ignored)
			       ? error_set(err, ERROR_NO_SECRET,
					   "xapi has no secret '%s'", uuid)
			       : error_set(err, ERROR_NO_SECRET,
					   "this is not the uuid of a secret");
	rc = xapi_ask_text(xapi, "secret.get_value", ref, out, code, err);
	free(ref);
	/* it may go between the two calls, or be another's */
	if (rc && code[0])
		err->code = ERROR_NO_SECRET;
	return rc;
}
