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

/* ---- running it ---- */

#define DEADLINE_MS 60000

/* Words of a command with its NULL. */
#define LVM_WORDS 16

typedef const char *lvm_command[LVM_WORDS];

static void add_output(struct buffer *all, const struct buffer *more)
{
	buffer_add(all, more->data, more->len);
}

static int run_one(const lvm_command command, struct child_result *all,
		   struct error *err)
{
	/* An empty folder's name: no lvm.conf, and no cache or backup. */
	static const char *const environment[] = { "LVM_SYSTEM_DIR=", NULL };
	const char *argv[LVM_WORDS + 1] = { "lvm" };
	const struct child_command child = { argv, environment, DEADLINE_MS };
	struct child_result one;

	for (int i = 0; i < LVM_WORDS && command[i]; i++)
		argv[i + 1] = command[i];
	if (child_run(&child, &one, err))
		return -1;
	all->status = one.status;
	add_output(&all->out, &one.out);
	add_output(&all->err, &one.err);
	child_result_free(&one);
	return 0;
}

/* Runs the commands one after the other until one fails: its status is the
 * result's, and the outputs are those of all. 0 and -1 as child_run. */
static int lvm_run(const lvm_command *commands, size_t count,
		   struct child_result *result, struct error *err)
{
	struct child_result all = { 0 };
	int failed = 0;

	for (size_t i = 0; !failed && all.status == 0 && i < count; i++)
		failed = run_one(commands[i], &all, err);
	buffer_add(&all.out, "", 1);
	buffer_add(&all.err, "", 1);
	if (failed) {
		child_result_free(&all);
		return -1;
	}
	all.out.len--;
	all.err.len--;
	*result = all;
	return 0;
}

/* ---- its report ---- */

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

/* ---- what it is asked ---- */

/* For LVM from 2.02.130 to 2.03. What a version does not know it passes over.
 *
 * The device is read from the disk itself, not from a daemon's or a file's idea
 * of it (lvmetad, hints, devices file, udev), and taken for what it is, a PV,
 * even if a component of a map or an array could look so. With locks of type 4
 * LVM takes none, and so waits for nobody: it only reads, and no other program
 * knows the new VG. */
#define CONFIG                                                                 \
	"config { checks = 0 } "                                               \
	"devices { scan = [ \"%s\" ] "                                         \
	"filter = [ \"a|^%s$|\", \"r|.*|\" ] "                                 \
	"global_filter = [ \"a|^%s$|\", \"r|.*|\" ] "                          \
	"obtain_device_list_from_udev = 0 hints = \"none\" "                   \
	"use_devicesfile = 0 multipath_component_detection = 0 "               \
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

/* What LVM had to say, in one line. */
static void words_of(const char *text, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t blank = strspn(text, " ");

		if (blank < len && used < size && !is_usual(text + blank))
			used += (size_t)snprintf(out + used, size - used,
						 "%s%.*s", used ? "; " : "",
						 (int)(len - blank),
						 text + blank);
		text += len + (text[len] == '\n');
	}
}

static void log_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		size_t blank = strspn(text, " ");

		if (blank < len && !is_usual(text + blank))
			log_info("LVM: %.*s", (int)(len - blank), text + blank);
		text += len + (text[len] == '\n');
	}
}

static int weigh(struct child_result *result,
		 const struct lvm_expectation *want, struct error *err)
{
	char words[300];

	log_lines((const char *)result->err.data);
	if (result->status) {
		words_of((const char *)result->err.data, words, sizeof(words));
		return error_set(err, ERROR_INTERNAL,
				 "LVM does not accept the result (status %d): "
				 "%s",
				 result->status, words);
	}
	return lvm_report_check((char *)result->out.data, want, err);
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
	block_path(device, out->path, sizeof(out->path));
}

static int judge_at(const struct place *place,
		    const struct lvm_expectation *want, struct error *err)
{
	char config[sizeof(CONFIG) + 3 * sizeof(place->path)];
	const lvm_command commands[] = {
		{ "vgck", "--config", config, want->vg_name },
		{ "pvs", "--config", config, "--noheadings", "--segments",
		  "--separator", LVM_REPORT_BETWEEN, "-o", LVM_REPORT_COLUMNS,
		  place->path },
	};
	struct child_result result;
	int failed;

	snprintf(config, sizeof(config), CONFIG, place->folder, place->path,
		 place->path);
	if (lvm_run(commands, sizeof(commands) / sizeof(commands[0]), &result,
		    err))
		return error_prefix(err, "LVM cannot be asked: ");
	failed = weigh(&result, want, err);
	child_result_free(&result);
	return failed;
}

int lvm_judge(const char *device, const struct lvm_expectation *want,
	      struct error *err)
{
	struct place place;

	if (place_by_number(device, &place) && judge_at(&place, want, err) == 0)
		return 0;
	place_by_name(device, &place);
	return judge_at(&place, want, err);
}
