// SPDX-License-Identifier: LGPL-2.1-only
#include "host/lvm_judge.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/log.h"
#include "host/block.h"
#include "host/lvm_report.h"
#include "host/lvm_run.h"

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
