// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/lun_name.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/scsi_id.h"
#include "format/report_luns.h"

static const char scheme[] = "iscsi://";

static int bad_name(const char *text, const char *why, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "%.200s: %s", text, why);
}

/* Host and port, in place. */
static int read_portal(char *authority, struct lun_choice *out,
		       struct error *err)
{
	uint16_t port = ISCSI_PORT;
	char *colon = strchr(authority, ':');
	char *bracket = strrchr(authority, ']');

	if (authority[0] == '[' && !bracket)
		return bad_name(out->name, "a bracket is not closed", err);
	if (bracket) {
		if (authority[0] != '[' || (bracket[1] && bracket[1] != ':'))
			return bad_name(out->name,
					"brackets stand around an IPv6 address "
					"alone",
					err);
		colon = bracket[1] ? bracket + 1 : NULL;
	} else if (colon && strchr(colon + 1, ':')) {
		return bad_name(out->name,
				"an IPv6 address needs brackets: "
				"iscsi://[address]:port/...",
				err);
	}
	if (colon) {
		*colon = '\0';
		if (port_read("port", colon + 1, &port, err))
			return error_prefix(err, "%.200s: ", out->name);
	}
	if (!authority[0] || strpbrk(authority, ", \t"))
		return bad_name(out->name, "the host is missing, or no host",
				err);
	if (portals_add_list(&out->target, authority, port, err))
		return error_prefix(err, "%.200s: ", out->name);
	return 0;
}

static int read_user(const char *user, struct lun_choice *out,
		     struct error *err)
{
	if (!user[0])
		return bad_name(out->name, "the user is empty", err);
	/* libiscsi's URLs have a password behind % or :. */
	if (strpbrk(user, "%:"))
		return bad_name("the LUN's name",
				"a password does not belong on the command "
				"line, where others can read it; give it in a "
				"file or in the environment",
				err);
	out->target.chap_user = alloc_text(user);
	return 0;
}

/* Up to five digits are a number, however high; longer ones are a SCSIid. */
static bool is_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len <= 5 && !text[len];
}

static int read_lun(const char *lun, struct lun_choice *out, struct error *err)
{
	out->lun.numbered = is_number(lun);
	if (out->lun.numbered)
		return lun_number_read(lun, &out->lun.number)
			       ? 0
			       : bad_name(out->name, "LUN numbers end at 16383",
					  err);
	if (!scsi_id_valid(lun))
		return bad_name(out->name,
				"what stands behind the last / is neither a "
				"LUN's number nor a SCSIid",
				err);
	out->lun.scsi_id = alloc_text(lun);
	return 0;
}

/* `rest` is a copy of what stands behind the scheme. */
static int read_url(char *rest, struct lun_choice *out, struct error *err)
{
	char *path = strchr(rest, '/');
	char *at, *lun;

	if (path)
		*path++ = '\0';
	/* First: what holds a password is not to be printed. */
	at = strrchr(rest, '@');
	if (at) {
		*at = '\0';
		if (read_user(rest, out, err))
			return -1;
		rest = at + 1;
	}
	if (read_portal(rest, out, err))
		return -1;
	if (!path || !path[0])
		return 0;
	lun = strchr(path, '/');
	if (lun)
		*lun++ = '\0';
	if (!iscsi_name_valid(path))
		return bad_name(out->name, "its IQN is not an iSCSI name", err);
	out->target.iqn = alloc_text(path);
	return lun ? read_lun(lun, out, err) : 0;
}

bool lun_name_has_lun(const struct lun_choice *choice)
{
	return choice->path || choice->lun.scsi_id || choice->lun.numbered;
}

int lun_name_parse(const char *text, struct lun_choice *out, struct error *err)
{
	struct lun_choice choice = { .name = NULL };
	char *rest;
	int failed;

	if (!text[0])
		return error_set(err, ERROR_BAD_VALUE, "a LUN's name is empty");
	if (strncmp(text, scheme, sizeof(scheme) - 1) != 0) {
		if (strstr(text, "://"))
			return bad_name(text,
					"only iscsi:// is known; a path may "
					"begin with ./",
					err);
		choice.name = choice.path = alloc_text(text);
		*out = choice;
		return 0;
	}
	choice.name = alloc_text(text);
	rest = alloc_text(text + sizeof(scheme) - 1);
	failed = read_url(rest, &choice, err);
	free(rest);
	if (failed) {
		lun_name_free(&choice);
		return -1;
	}
	*out = choice;
	return 0;
}

void lun_name_free(struct lun_choice *choice)
{
	portals_free(&choice->target);
	free(choice->target.iqn);
	free(choice->target.chap_user);
	/* other choices' are const */
	free((char *)(uintptr_t)choice->lun.scsi_id);
	free((char *)(uintptr_t)choice->name);
	*choice = (struct lun_choice){ .name = NULL };
}
