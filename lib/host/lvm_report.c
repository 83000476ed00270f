// SPDX-License-Identifier: LGPL-2.1-only
#include "host/lvm_report.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define COLUMNS 5

struct row {
	const char *pv_id;
	const char *vg_id;
	const char *vg_name;
	const char *lv_id; /* empty: a segment of free space */
	const char *lv_name;
};

static bool read_row(char *line, struct row *row)
{
	const char *columns[COLUMNS];
	char *rest = line + strspn(line, " ");

	for (int i = 0; i < COLUMNS; i++) {
		if (!rest)
			return false;
		columns[i] = strsep(&rest, LVM_REPORT_BETWEEN);
	}
	row->pv_id = columns[0];
	row->vg_id = columns[1];
	row->vg_name = columns[2];
	row->lv_id = columns[3];
	row->lv_name = columns[4];
	return !rest;
}

static int differs(const char *what, const char *seen, const char *planned,
		   struct error *err)
{
	return error_set(err, ERROR_INTERNAL,
			 "LVM sees the %s \"%s\" on the LUN, planned was "
			 "\"%s\"",
			 what, seen, planned);
}

static int check_volume(const struct row *row,
			const struct lvm_expectation *want, bool *seen,
			struct error *err)
{
	for (size_t i = 0; i < want->lv_count; i++) {
		if (strcmp(want->lvs[i].name, row->lv_name) != 0)
			continue;
		/* One volume may have many segments. */
		seen[i] = true;
		if (strcmp(want->lvs[i].id, row->lv_id) != 0)
			return error_set(err, ERROR_INTERNAL,
					 "LVM sees the id %s for the logical "
					 "volume %s, planned was %s",
					 row->lv_id, row->lv_name,
					 want->lvs[i].id);
		return 0;
	}
	return error_set(err, ERROR_INTERNAL,
			 "LVM sees a logical volume %s, which was not planned",
			 row->lv_name);
}

static int check_row(const struct row *row, const struct lvm_expectation *want,
		     bool *seen, struct error *err)
{
	if (strcmp(row->pv_id, want->pv_id) != 0)
		return differs("PV id", row->pv_id, want->pv_id, err);
	if (strcmp(row->vg_name, want->vg_name) != 0)
		return differs("VG", row->vg_name, want->vg_name, err);
	if (strcmp(row->vg_id, want->vg_id) != 0)
		return differs("VG id", row->vg_id, want->vg_id, err);
	return *row->lv_name ? check_volume(row, want, seen, err) : 0;
}

static int check_rows(char *report, const struct lvm_expectation *want,
		      bool *seen, struct error *err)
{
	unsigned rows = 0;
	char *line;

	while ((line = strsep(&report, "\n"))) {
		struct row row;

		if (!*line)
			continue;
		if (!read_row(line, &row))
			return error_set(err, ERROR_INTERNAL,
					 "LVM's report cannot be read: a line "
					 "of it has not %d columns",
					 COLUMNS);
		if (check_row(&row, want, seen, err))
			return -1;
		rows++;
	}
	if (!rows)
		return error_set(err, ERROR_INTERNAL,
				 "LVM sees no PV on the LUN");
	for (size_t i = 0; i < want->lv_count; i++) {
		if (!seen[i])
			return error_set(err, ERROR_INTERNAL,
					 "LVM does not see the logical volume "
					 "%s on the LUN",
					 want->lvs[i].name);
	}
	return 0;
}

int lvm_report_check(char *report, const struct lvm_expectation *want,
		     struct error *err)
{
	bool *seen = alloc_zeroed(want->lv_count + 1, sizeof(*seen));
	int failed;

	failed = check_rows(report, want, seen, err);
	free(seen);
	return failed;
}
