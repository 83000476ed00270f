// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "xapi/pool_records.h"

/* ---- what is on each ---- */

struct listing {
	struct target_list list;
	struct listed_lun next;
};

/* A LUN whose SR cannot be read comes twice: the second time without it. */
static int add_lun(const struct reached *reached, void *context,
		   struct error *err)
{
	struct listing *listing = context;
	struct target_list *list = &listing->list;
	struct listed_lun *next = &listing->next, *grown;

	if (reached->lun) {
		look_free(&next->look);
		*next = (struct listed_lun){ .owner = OWNER_UNKNOWN };
		if (look_at_open(reached, &next->look, err))
			return -1;
	} else {
		next->error = *err;
	}
	next->has_sr = reached->lun;
	next->number = reached->number;
	next->look.names = reached->names;
	grown = reallocarray(list->luns, list->count + 1, sizeof(*grown));
	if (!grown)
		return error_no_memory(err);
	list->luns = grown;
	grown[list->count++] = *next;
	*next = (struct listed_lun){ 0 };
	return 0;
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

/* Without xapi's word the list is still one. */
static void ask_xapi(struct target_list *list, const struct xapi *xapi,
		     const char *iqn)
{
	struct records records = { 0 };
	struct error err;
	int failed = pool_records_read(xapi, &records, &err);

	if (failed)
		log_warning("%s; which LUNs are originals is unknown",
			    err.text);
	for (size_t i = 0; !failed && i < list->count; i++) {
		struct listed_lun *lun = &list->luns[i];

		if (lun->has_sr)
			lun->owner = owner_of(&records, lun, iqn);
	}
	records_free(&records);
}

int target_list_read(const struct iscsi_target *target, const struct xapi *xapi,
		     struct target_list *out, struct error *err)
{
	struct listing listing = { { NULL, 0 }, { 0 } };
	struct target_list *list = &listing.list;
	int failed = reach_each(target, add_lun, &listing, err);

	look_free(&listing.next.look);
	if (failed || find_conflicts(list, err)) {
		target_list_free(list);
		return -1;
	}
	if (xapi)
		ask_xapi(list, xapi, target->iqn);
	*out = *list;
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
