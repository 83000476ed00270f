// SPDX-License-Identifier: LGPL-2.1-only
/*
 * relvm's options: which go together, and the LUNs that they name.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/relvm_options.h"
#include "iscsi/target.h"

/* ---- what does not go together ---- */

static int check_command(const struct relvm_options *o, struct error *err)
{
	bool many = o->count > 1;

	if (o->count == 0)
		return relvm_usage(err, "no LUN is named");
	if (many && (o->command == RELVM_LIST || o->command == RELVM_PLAN))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s takes one name; see relvm --help",
				 o->command_text);
	if (many &&
	    (o->request.plan.chosen || !uuid_is_zero(&o->request.plan.new_sr)))
		return relvm_usage(
			err, "--map and --sr-uuid are for one LUN: no two "
			     "may have the same uuids");
	if (many && o->command == RELVM_RESIGN && !o->request.plan.from_count)
		return relvm_usage(err,
				   "several LUNs need --from, the uuid of the "
				   "SR that they are clones of: so a LUN that "
				   "is done is not resigned again when the "
				   "command is repeated");
	return 0;
}

static int check_names(const struct relvm_options *o, struct error *err)
{
	for (size_t i = 0; i < o->count; i++) {
		const char *name = o->choices[i].name;
		bool has_lun = lun_name_has_lun(&o->choices[i]);

		if (o->command == RELVM_LIST && has_lun)
			return error_set(err, ERROR_BAD_VALUE,
					 "%.200s: list wants a host, or a "
					 "target, iscsi://host/iqn",
					 name);
		if (o->command != RELVM_LIST && !has_lun)
			return error_set(err, ERROR_BAD_VALUE,
					 "%.200s names no LUN: "
					 "iscsi://host/iqn/lun; `relvm list "
					 "%.200s` tells what there is",
					 name, name);
	}
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_once(const struct relvm_options *o, struct error *err)
{
	const char **texts = alloc_zeroed(o->count, sizeof(*texts));
	int failed = 0;

	for (size_t i = 0; i < o->count; i++)
		texts[i] = o->choices[i].name;
	qsort(texts, o->count, sizeof(*texts), compare_texts);
	for (size_t i = 1; i < o->count && !failed; i++) {
		if (strcmp(texts[i - 1], texts[i]) == 0)
			failed = error_set(err, ERROR_BAD_VALUE,
					   "%.200s is named twice", texts[i]);
	}
	free(texts);
	return failed;
}

int relvm_options_check(const struct relvm_options *o, struct error *err)
{
	if (check_command(o, err) || check_names(o, err) || check_once(o, err))
		return -1;
	return 0;
}

/* ---- from names to LUNs ---- */

static int fill_target(struct relvm_options *o, struct lun_choice *choice,
		       struct error *err)
{
	struct iscsi_target *target = &choice->target;

	if (!o->initiator_name &&
	    initiator_name_read(INITIATOR_NAME_FILE, &o->initiator_name, err))
		return error_prefix(err, "give --initiator-name: ");
	target->initiator = o->initiator_name;
	if (target->chap_user && !o->password)
		return error_set(err, ERROR_BAD_VALUE,
				 "%.200s has a user, but there is no password: "
				 "give --password-file, or set RELVM_PASSWORD",
				 choice->name);
	if (target->chap_user)
		target->chap_password = o->password;
	target->incoming_user = o->incoming_user;
	target->incoming_password = o->incoming_password;
	choice->initiator = o->initiator;
	return 0;
}

int relvm_options_choose(struct relvm_options *o, struct error *err)
{
	for (size_t i = 0; i < o->count; i++) {
		if (lun_choice_is_over_iscsi(&o->choices[i]) &&
		    fill_target(o, &o->choices[i], err))
			return -1;
	}
	return 0;
}
