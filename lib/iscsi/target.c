// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "iscsi/initiator.h"

/* RFC 7143, 6.1: a text value has at most 255 bytes. Beyond it libiscsi would
 * cut a secret without a word. */
#define CHAP_MAX_LEN 255

static bool is_set(const char *text)
{
	return text && text[0];
}

static int check_name(const char *what, const char *name, struct error *err)
{
	if (!is_set(name))
		return error_set(err, ERROR_BAD_VALUE, "no %s", what);
	if (strlen(name) > ISCSI_NAME_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s is longer than the %d bytes that iSCSI "
				 "allows",
				 what, ISCSI_NAME_MAX);
	return 0;
}

static int check_pair(const char *what, const char *user, const char *password,
		      struct error *err)
{
	if (is_set(user) != is_set(password))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s needs both a user and a password", what);
	if (is_set(user) &&
	    (strlen(user) > CHAP_MAX_LEN || strlen(password) > CHAP_MAX_LEN))
		return error_set(err, ERROR_BAD_VALUE,
				 "user and password of %s can have at most %d "
				 "bytes",
				 what, CHAP_MAX_LEN);
	return 0;
}

int iscsi_initiator_check(const struct iscsi_target *target, struct error *err)
{
	if (target->portal_count == 0)
		return error_set(err, ERROR_NO_TARGET, "no portal");
	if (check_name("the initiator's name", target->initiator, err) ||
	    check_pair("CHAP", target->chap_user, target->chap_password, err) ||
	    check_pair("incoming CHAP", target->incoming_user,
		       target->incoming_password, err))
		return -1;
	if (is_set(target->incoming_user) && !is_set(target->chap_user))
		return error_set(err, ERROR_BAD_VALUE,
				 "incoming CHAP works only together with "
				 "chapuser and chappassword");
	return 0;
}

int iscsi_target_check(const struct iscsi_target *target, struct error *err)
{
	if (iscsi_initiator_check(target, err))
		return -1;
	return check_name("targetIQN", target->iqn, err);
}
