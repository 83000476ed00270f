// SPDX-License-Identifier: LGPL-2.1-only
#include "host/lvm_judge.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/block.h"
#include "host/child.h"

#define DEADLINE_MS 60000

/* ---- its report ---- */

enum column { PV_ID, VG_ID, VG_NAME, LV_ID, LV_NAME, COLUMNS };

/* A segment of free space has no LV. */
static bool read_row(char *line, const char *row[COLUMNS])
{
	char *rest = line + strspn(line, " ");

	for (int i = 0; i < COLUMNS; i++) {
		if (!rest)
			return false;
		row[i] = strsep(&rest, LVM_REPORT_BETWEEN);
	}
	return !rest;
}

struct vg_name {
	char chars[VG_NAME_LEN + 1];
};

static struct vg_name vg_name_of(const struct lvm_vg *vg)
{
	struct vg_name name = { VG_NAME_PREFIX };

	uuid_to_text(&vg->sr, name.chars + VG_NAME_PREFIX_LEN);
	return name;
}

static int differs(const char *what, const char *seen, const char *planned,
		   struct error *err)
{
	return error_set(err, ERROR_INTERNAL,
			 "LVM sees the %s \"%s\" on the LUN, planned was "
			 "\"%s\"",
			 what, seen, planned);
}

static int check_volume(const char *const row[COLUMNS],
			const struct lvm_vg *want, bool *seen,
			struct error *err)
{
	for (uint32_t i = 0; i < want->lv_count; i++) {
		struct lvm_id_string id;

		if (strcmp(want->lvs[i].name, row[LV_NAME]) != 0)
			continue;
		/* One volume may have many segments. */
		seen[i] = true;
		id = lvm_id_string(&want->lvs[i].id);
		if (strcmp(id.chars, row[LV_ID]) != 0)
			return error_set(err, ERROR_INTERNAL,
					 "LVM sees the id %s for the logical "
					 "volume %s, planned was %s",
					 row[LV_ID], row[LV_NAME], id.chars);
		return 0;
	}
	return error_set(err, ERROR_INTERNAL,
			 "LVM sees a logical volume %s, which was not planned",
			 row[LV_NAME]);
}

static int check_row(const char *const row[COLUMNS], const struct lvm_vg *want,
		     bool *seen, struct error *err)
{
	const struct lvm_id_string pv_id = lvm_id_string(&want->pv_id);
	const struct lvm_id_string vg_id = lvm_id_string(&want->id);
	const struct vg_name vg_name = vg_name_of(want);

	if (strcmp(row[PV_ID], pv_id.chars) != 0)
		return differs("PV id", row[PV_ID], pv_id.chars, err);
	if (strcmp(row[VG_NAME], vg_name.chars) != 0)
		return differs("VG", row[VG_NAME], vg_name.chars, err);
	if (strcmp(row[VG_ID], vg_id.chars) != 0)
		return differs("VG id", row[VG_ID], vg_id.chars, err);
	return *row[LV_NAME] ? check_volume(row, want, seen, err) : 0;
}

static int check_rows(char *report, const struct lvm_vg *want, bool *seen,
		      struct error *err)
{
	unsigned rows = 0;
	char *line;

	while ((line = strsep(&report, "\n"))) {
		const char *row[COLUMNS];

		if (!*line)
			continue;
		if (!read_row(line, row))
			return error_set(err, ERROR_INTERNAL,
					 "LVM's report cannot be read: a line "
					 "of it has not %d columns",
					 COLUMNS);
		if (check_row(row, want, seen, err))
			return -1;
		rows++;
	}
	if (!rows)
		return error_set(err, ERROR_INTERNAL,
				 "LVM sees no PV on the LUN");
	for (uint32_t i = 0; i < want->lv_count; i++) {
		if (!seen[i])
			return error_set(err, ERROR_INTERNAL,
					 "LVM does not see the logical volume "
					 "%s on the LUN",
					 want->lvs[i].name);
	}
	return 0;
}

int lvm_report_check(char *report, const struct lvm_vg *want, struct error *err)
{
	bool *seen = alloc_zeroed(want->lv_count + 1, sizeof(*seen));
	int failed;

	failed = check_rows(report, want, seen, err);
	free(seen);
	return failed;
}

/* ---- what it is asked ---- */

/* For LVM from 2.02.130 to 2.03. What a version does not know it passes over.
 *
 * The device is read from the disk itself, not from a daemon's or a file's idea
 * of it (lvmetad, hints, devices file, udev), and taken for what it is, a PV,
 * even if it is a logical volume, or could look like a component of a map or an
 * array. With locks of type 4 LVM takes none, and so waits for nobody: it only
 * reads, and no other program knows the new VG. */
#define CONFIG                                                                 \
	"config { checks = 0 } "                                               \
	"devices { scan = [ \"%s\" ] "                                         \
	"filter = [ \"a|^%s$|\", \"r|.*|\" ] "                                 \
	"global_filter = [ \"a|^%s$|\", \"r|.*|\" ] "                          \
	"obtain_device_list_from_udev = 0 hints = \"none\" "                   \
	"use_devicesfile = 0 scan_lvs = 1 multipath_component_detection = 0 "  \
	"md_component_detection = 0 } "                                        \
	"global { metadata_read_only = 1 locking_type = 4 use_lvmetad = 0 "    \
	"use_lvmpolld = 0 event_activation = 0 system_id_source = \"none\" } " \
	"backup { backup = 0 archive = 0 } log { syslog = 0 }"

/* What it says of how it was told to work, whatever it finds. */
static const char *const usual[] = {
	"WARNING: Metadata changes will NOT be backed up",
	"WARNING: locking_type (4) is deprecated",
};

static bool is_usual(const char *line)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strncmp(line, usual[i], strlen(usual[i])) == 0)
			return true;
	}
	return false;
}

/* What LVM had to say, into the log and, as one line, to `out`. */
static void take_words(const char *text, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	while (*text) {
		int len = (int)strcspn(text, "\n");
		int blank = (int)strspn(text, " ");

		if (blank < len && !is_usual(text + blank)) {
			log_info("LVM: %.*s", len - blank, text + blank);
			if (used < size)
				used += (size_t)snprintf(
					out + used, size - used, "%s%.*s",
					used ? "; " : "", len - blank,
					text + blank);
		}
		text += len + (text[len] == '\n');
	}
}

/* Has LVM run a command, whose output is the caller's to free. */
static int run(const char *const *argv, struct buffer *out, struct error *err)
{
	struct child_result result;
	char words[300];
	int failed = 0;

	/* An empty folder's name: no lvm.conf, and no cache or backup. */
	if (child_run(argv, "LVM_SYSTEM_DIR=", DEADLINE_MS, &result, err))
		return error_prefix(err, "LVM cannot be asked: ");
	take_words((const char *)result.err.data, words, sizeof(words));
	if (result.status)
		failed = error_set(err, ERROR_INTERNAL,
				   "LVM does not accept the result (status "
				   "%d): %s",
				   result.status, words);
	buffer_free(&result.err);
	*out = result.out;
	return failed;
}

/* Where LVM looks for devices: it reads the whole folder to find the one. */
struct place {
	const char *folder;
	char path[BLOCK_NAME_SIZE + 16]; /* the device's, in it */
};

/* udev's folder of block devices by number, which is short. False: it is not
 * there. A link may also be that of another device which had the number before,
 * and go a moment later. */
static bool place_by_number(const char *device, struct place *out)
{
	struct stat st;
	dev_t number;

	if (!block_number(device, &number))
		return false;
	out->folder = "/dev/block";
	snprintf(out->path, sizeof(out->path), "%s/%u:%u", out->folder,
		 major(number), minor(number));
	return stat(out->path, &st) == 0 && S_ISBLK(st.st_mode) &&
	       st.st_rdev == number;
}

static void place_by_name(const char *device, struct place *out)
{
	out->folder = "/dev";
	strcpy(out->path, block_node(device).path);
}

static int judge_at(const struct place *place, const struct lvm_vg *want,
		    struct error *err)
{
	char config[sizeof(CONFIG) + 3 * sizeof(place->path)];
	const struct vg_name vg_name = vg_name_of(want);
	const char *const check[] = { "lvm",  "vgck",	     "--config",
				      config, vg_name.chars, NULL };
	const char *const report[] = { "lvm",	       "pvs",
				       "--config",     config,
				       "--noheadings", "--segments",
				       "--separator",  LVM_REPORT_BETWEEN,
				       "-o",	       LVM_REPORT_COLUMNS,
				       place->path,    NULL };
	struct buffer ignored = { 0 }, rows = { 0 };
	int failed;

	snprintf(config, sizeof(config), CONFIG, place->folder, place->path,
		 place->path);
	failed = run(check, &ignored, err) || run(report, &rows, err) ||
		 lvm_report_check((char *)rows.data, want, err);
	buffer_free(&ignored);
	buffer_free(&rows);
	return failed ? -1 : 0;
}

int lvm_judge(const char *device, const struct lvm_vg *want, struct error *err)
{
	struct place place;

	if (place_by_number(device, &place) && judge_at(&place, want, err) == 0)
		return 0;
	place_by_name(device, &place);
	return judge_at(&place, want, err);
}
