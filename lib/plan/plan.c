// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/plan.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "format/uuid_scan.h"
#include "plan/plan_parts.h"
#include "sr/refusals.h"

void plan_renew_text(struct plan *plan, char *text, size_t len)
{
	struct uuid_hit hit;

	for (size_t at = 0; uuid_scan(text, len, at, &hit);
	     at = hit.at + hit.len) {
		struct uuid new = plan->ids.new_sr;

		if (!hit.is_sr)
			new = idmap_renew(&plan->ids, &hit.uuid);
		uuid_scan_replace(text, &hit, &new);
	}
}

bool plan_is_wanted(const struct snapshot *from,
		    const struct plan_options *options)
{
	for (size_t i = 0; i < options->from_count; i++) {
		if (uuid_equal(&from->vg.sr, &options->from[i]))
			return true;
	}
	return options->from_count == 0;
}

int plan_is_done(const struct snapshot *from,
		 const struct plan_options *options, bool *done,
		 struct error *err)
{
	struct plan plan = { .from = from };
	int failed;

	*done = uuid_equal(&from->vg.sr, &options->new_sr) &&
		!uuid_is_zero(&options->new_sr) && !options->chosen &&
		plan_is_wanted(from, options);
	if (!*done || !options->choices.drop_snapshots)
		return 0;
	failed = plan_choose_dropped(&plan, true, err);
	for (uint32_t i = 0; !failed && i < from->vg.lv_count; i++)
		*done = *done && !plan.dropped[i];
	plan_free(&plan);
	return failed;
}

uint32_t plan_digest(const struct plan *plan)
{
	uint32_t crc = LVM_CRC_INITIAL;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		uint8_t place[16];

		put_le64(place, w->offset);
		put_le64(place + 8, w->len);
		crc = lvm_crc(crc, place, sizeof(place));
		crc = lvm_crc(crc, w->data, w->len);
	}
	return crc;
}

static int choose_sr(const struct snapshot *from,
		     const struct plan_options *options, struct uuid *out,
		     struct error *err)
{
	const struct chosen_id *choice =
		chosen_find(options->chosen, any_id_of_uuid(&from->vg.sr));
	struct uuid chosen;

	*out = options->new_sr;
	if (!choice && uuid_is_zero(out))
		uuid_new(out);
	if (!choice)
		return 0;
	chosen = any_id_uuid(&choice->new);
	if (!uuid_is_zero(out) && !uuid_equal(out, &chosen))
		return error_set(
			err, ERROR_BAD_VALUE,
			"the map's line %u: another new SR uuid was given "
			"already",
			choice->line);
	*out = chosen;
	return 0;
}

/* A plan that was shown is carried out as it was shown, or not at all. */
static int check_digest(const struct plan *plan, struct error *err)
{
	const struct chosen_ids *chosen = plan->ids.chosen;

	if (!chosen || !chosen->has_digest ||
	    chosen->digest == plan_digest(plan))
		return 0;
	return error_set(err, ERROR_BAD_VALUE,
			 "the LUN, or what is asked for, is no longer what the "
			 "plan was made for; make a new plan");
}

int plan_build(const struct snapshot *from, const struct plan_options *options,
	       struct plan *out, struct error *err)
{
	struct plan plan = { .from = from };
	struct uuid new_sr;

	if (plan_check_journal_place(from, err) ||
	    choose_sr(from, options, &new_sr, err))
		return -1;
	if (uuid_equal(&from->vg.sr, &new_sr))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the SR on this LUN has the new SR's uuid "
				 "already; call again with another uuid");
	if (vdis_find(&from->vdis, &new_sr))
		return error_set(err, ERROR_BAD_VALUE,
				 "the new uuid of the SR is that of a VDI on "
				 "this LUN");
	if (!plan_is_wanted(from, options))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the SR on this LUN is none of those that are "
				 "to be resigned");
	idmap_init(&plan.ids, &from->vg.sr, &new_sr, from->vg.lv_count);
	image_clone(&from->image, &plan.after);
	if (options->chosen)
		chosen_apply(options->chosen, from, &plan.ids);
	/* By uuid, so that none has to be put in before others. */
	for (uint32_t i = 0; i < from->vdis.count; i++)
		idmap_renew(&plan.ids, &from->vdis.items[i].uuid);
	if (unknown_check(from, err) ||
	    (!options->choices.keep_journals && in_flight_check(from, err)) ||
	    plan_choose_dropped(&plan, options->choices.drop_snapshots, err) ||
	    plan_mgt(&plan, err) || plan_volumes(&plan, err) ||
	    plan_lvm(&plan, err))
		goto fail;
	plan_cut_writes(&plan);
	if (check_digest(&plan, err))
		goto fail;
	*out = plan;
	return 0;
fail:
	plan_free(&plan);
	return -1;
}

int plan_make(const struct snapshot *from, const struct plan_options *options,
	      struct plan *out, struct error *err)
{
	struct plan plan;

	if (plan_build(from, options, &plan, err))
		return -1;
	if (plan_check(&plan, err)) {
		plan_free(&plan);
		return -1;
	}
	*out = plan;
	return 0;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->write_count; i++)
		free(plan->writes[i].data);
	free(plan->writes);
	free(plan->dropped);
	free(plan->text);
	image_free(&plan->after);
	idmap_free(&plan->ids);
	*plan = (struct plan){ 0 };
}
