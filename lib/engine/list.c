// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/list.h"

#include <stdlib.h>
#include <string.h>

#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"
#include "xapi/pool_records.h"

/* ---- what is on each ---- */

static void read_lun(struct iscsi_context *session, const struct user_lun *lun,
		     struct listed_lun *out)
{
	struct open_lun open = { 0 };
	int failed;

	*out = (struct listed_lun){
		.number = lun_number(lun->lun),
		.owner = OWNER_UNKNOWN,
	};
	open.names = lun->names;
	failed = lun_libiscsi_open_to_read(session, lun->lun, &open.lun,
					   &out->error) ||
		 look_at_open(&open, &out->look, &out->error);
	lun_close(open.lun);
	out->look.names = lun->names;
	out->has_sr = !failed;
}

/* A lost session, or a signal, ends the list. */
static bool is_fatal(const struct listed_lun *lun)
{
	return !lun->has_sr &&
	       lun->error.code == ERROR_INTERRUPTED;
}

static int read_luns(struct iscsi_context *session, struct target_list *out,
		     struct error *err)
{
	struct user_lun *luns;
	size_t count;
	int failed = 0;

	if (user_luns_read(session, &luns, &count, err))
		return -1;
	out->luns = calloc(count + 1, sizeof(*out->luns));
	if (!out->luns)
		failed = error_no_memory(err);
	for (size_t i = 0; i < count && !failed; i++) {
		read_lun(session, &luns[i], &out->luns[i]);
		out->count++;
		if (is_fatal(&out->luns[i])) {
			*err = out->luns[i].error;
			failed = -1;
		}
	}
	free(luns);
	return failed;
}

/* ---- conflicts ---- */

static bool share_vdi(const struct sr_report *a, const struct sr_report *b)
{
	for (size_t i = 0; i < a->vdi_count; i++) {
		if (sr_report_find(b, &a->vdis[i].uuid.old))
			return true;
	}
	return false;
}

static bool conflict(const struct listed_lun *a, const struct listed_lun *b)
{
	const struct sr_report *x = &a->look.sr, *y = &b->look.sr;

	return a->has_sr && b->has_sr &&
	       (uuid_equal(&x->sr.old, &y->sr.old) ||
		lvm_id_equal(&x->vg, &y->vg) || lvm_id_equal(&x->pv, &y->pv) ||
		share_vdi(x, y));
}

static int find_conflicts(struct target_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct listed_lun *lun = &list->luns[i];

		lun->conflicts = calloc(list->count, sizeof(size_t));
		if (!lun->conflicts)
			return error_no_memory(err);
		for (size_t k = 0; k < list->count; k++) {
			if (k != i && conflict(lun, &list->luns[k]))
				lun->conflicts[lun->conflict_count++] = k;
		}
	}
	return 0;
}

/* ---- originals and clones ---- */

static enum lun_owner owner_of(const struct records *records,
			       const struct listed_lun *lun, const char *iqn)
{
	char sr[UUID_TEXT_LEN + 1] = "";
	const struct guard_question question = {
		.names = &lun->look.names,
		.iqn = iqn,
		.old_sr = sr,
	};

	uuid_to_text(&lun->look.sr.sr.old, sr);
	return guard_judge(records, &question).owner;
}

static int ask_xapi(struct target_list *list, const struct xapi *xapi,
		    const char *iqn, struct error *err)
{
	struct records records = { 0 };
	int failed = pool_records_read(xapi, &records, err);

	for (size_t i = 0; !failed && i < list->count; i++) {
		struct listed_lun *lun = &list->luns[i];

		if (lun->has_sr)
			lun->owner = owner_of(&records, lun, iqn);
	}
	records_free(&records);
	return failed;
}

int target_list_read(const struct iscsi_target *target, const struct xapi *xapi,
		     struct target_list *out, struct error *err)
{
	struct target_list list = { 0 };
	struct iscsi_context *session;
	int failed;

	if (user_session_open(target, &session, err))
		return -1;
	failed = read_luns(session, &list, err);
	user_session_close(session);
	if (failed || find_conflicts(&list, err) ||
	    (xapi && ask_xapi(&list, xapi, target->iqn, err))) {
		target_list_free(&list);
		return -1;
	}
	*out = list;
	return 0;
}

void target_list_free(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		look_free(&list->luns[i].look);
		free(list->luns[i].conflicts);
	}
	free(list->luns);
	*list = (struct target_list){ 0 };
}
