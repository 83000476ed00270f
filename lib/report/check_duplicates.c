// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/check.h"
#include "report/lun_ids.h"

static void id_to_text(const struct lun_id *from, char *text)
{
	struct lvm_id id;
	struct uuid uuid;

	if (from->class == ID_SR || from->class == ID_VDI) {
		memcpy(uuid.bytes, from->bytes, sizeof(uuid.bytes));
		uuid_to_text(&uuid, text);
		text[UUID_TEXT_LEN] = '\0';
		return;
	}
	memcpy(id.chars, from->bytes, sizeof(id.chars));
	lvm_id_to_text(&id, text);
	text[LVM_ID_TEXT_LEN] = '\0';
}

static void report_pair(const struct lun_id *a, const struct lun_id *b,
			const char *const *names, struct findings *out)
{
	static const char *const words[] = {
		"SR uuid", "VG id", "PV id", "VDI uuid", "LV id",
	};
	char id[LVM_ID_TEXT_LEN + 1];
	char where[512];

	id_to_text(a, id);
	snprintf(where, sizeof(where), "%.250s, %.250s", names[a->lun],
		 names[b->lun]);
	finding_add(out, FINDING_ERROR, where, "both have %s %s",
		    words[a->class], id);
}

void check_duplicates(const struct sr_report *const *reports,
		      const char *const *names, size_t count,
		      struct findings *out)
{
	struct lun_ids ids;
	size_t run;

	lun_ids_sort(reports, count, &ids);
	for (size_t i = 0; i < ids.count; i += run) {
		run = lun_ids_run(&ids, i);
		for (size_t k = i + 1; k < i + run; k++) {
			if (ids.items[k].lun != ids.items[k - 1].lun)
				report_pair(&ids.items[k - 1], &ids.items[k],
					    names, out);
		}
	}
	free(ids.items);
}
