// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/list.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "report/lun_ids.h"
#include "xapi/guard.h"

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
	struct listed_lun *next = &listing->next;

	if (reached->lun) {
		sr_report_free(&next->look.sr);
		*next = (struct listed_lun){ .owner = OWNER_UNKNOWN };
		if (look_at_open(reached, &next->look, err))
			return -1;
	} else {
		next->error = *err;
	}
	next->number = reached->number;
	next->look.names = reached->names;
	list->luns = alloc_more(list->luns, list->count, sizeof(*next));
	list->luns[list->count++] = *next;
	*next = (struct listed_lun){ 0 };
	return 0;
}

/* ---- conflicts ---- */

/* Whether two runs are of the same LUNs: clones of one share hundreds of
 * identifiers, which need not all be gone through. */
static bool same_luns(const struct lun_id *a, const struct lun_id *b,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (a[i].lun != b[i].lun)
			return false;
	}
	return true;
}

static void set_pairs(struct target_list *list, const struct lun_ids *ids)
{
	size_t run, known = 0, known_run = 0;

	for (size_t i = 0; i < ids->count; i += run) {
		const struct lun_id *id = &ids->items[i];

		run = lun_ids_run(ids, i);
		if (run == 1 || (run == known_run &&
				 same_luns(id, &ids->items[known], run)))
			continue;
		for (size_t a = 0; a < run; a++) {
			for (size_t b = 0; b < run; b++)
				list->luns[id[a].lun].conflicts[id[b].lun] =
					id[a].lun != id[b].lun;
		}
		known = i;
		known_run = run;
	}
}

static void find_conflicts(struct target_list *list)
{
	const struct snapshot **snaps =
		alloc_zeroed(list->count + 1, sizeof(*snaps));
	struct lun_ids ids;

	for (size_t i = 0; i < list->count; i++) {
		struct listed_lun *lun = &list->luns[i];

		lun->conflicts = alloc_zeroed(list->count, sizeof(bool));
		snaps[i] = lun->look.sr.snap;
	}
	lun_ids_sort(snaps, list->count, &ids);
	set_pairs(list, &ids);
	free(ids.items);
	free(snaps);
}

/* ---- originals and clones ---- */

static enum lun_owner owner_of(const struct records *records,
			       const struct listed_lun *lun, const char *iqn)
{
	const struct guard_question question = {
		.names = &lun->look.names,
		.iqn = iqn,
		.old_sr = &lun->look.sr.snap->vg.sr,
	};

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

		if (lun->look.sr.snap)
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

	sr_report_free(&listing.next.look.sr);
	if (failed) {
		target_list_free(list);
		return -1;
	}
	find_conflicts(list);
	if (xapi)
		ask_xapi(list, xapi, target->iqn);
	*out = *list;
	return 0;
}

void target_list_free(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		sr_report_free(&list->luns[i].look.sr);
		free(list->luns[i].conflicts);
	}
	free(list->luns);
	*list = (struct target_list){ 0 };
}
