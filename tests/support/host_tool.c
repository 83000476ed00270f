// SPDX-License-Identifier: LGPL-2.1-only
/*
 * lib/host's checks by hand, for the tests of the test host. Takes commands
 * from standard input, one a line, and answers each with one line: "ok",
 * perhaps with a word, or "CODE: text".
 *
 *   check DEVICE       whether the host uses it
 *   guard DISK SCSIID  whether it uses the LUN, by this disk or another
 *   remember           which multipath maps there are
 *   claim DISK         into which map multipathd puts it; "ok DEVICE NAME" with
 *                      "ours" or "theirs", or "ok none"
 *   open DEVICE        for exclusive use
 *   read, write        a block at its end, and flush
 *   close
 *   release DISK...    gives the map up
 *   lock, unlock       the storage manager's lock around iscsiadm
 *   judge DEVICE FILE  whether LVM finds on it what FILE says: a line with PV
 *                      id, VG id and name, then one a volume, of id and name
 *
 * -v logs to standard error.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/judge.h"
#include "host/disk_id.h"
#include "host/in_use.h"
#include "host/lock.h"
#include "host/lvm_judge.h"
#include "host/multipath.h"
#include "lun/lun_block.h"

#define MAX_WORDS 10

static struct multipath_before before;
static struct multipath_map map;
static struct host_lock iscsiadm_lock;
static struct lun *lun;
static uint8_t block[4096] __attribute__((aligned(4096)));

static const char *code_name(enum error_code code)
{
	switch ((int)code) {
	case ERROR_IN_USE:
		return "IN_USE";
	case ERROR_IO:
		return "IO";
	case ERROR_NO_DEVICE:
		return "NO_DEVICE";
	case ERROR_INTERNAL:
		return "INTERNAL";
	case ERROR_HOST:
		return "HOST";
	case ERROR_LUN_CONTENT:
		return "LUN_CONTENT";
	default:
		return "OTHER";
	}
}

static void to_stderr(int level, const char *line)
{
	(void)level;
	fprintf(stderr, "%s\n", line);
}

static int claim(const char *disk, struct error *err)
{
	if (multipath_claim(disk, &before, &map, err))
		return -1;
	if (*map.device)
		printf("ok %s %s %s\n", map.device, map.dm.name,
		       map.ours ? "ours" : "theirs");
	else
		printf("ok none\n");
	return 1;
}

static int open_device(const char *device, struct error *err)
{
	return lun_block_open(block_node(device).path, true, &lun, err);
}

static int do_io(bool write, struct error *err)
{
	const struct lun_io io = { lun->size - lun->block_size, lun->block_size,
				   block };

	if (!write)
		return lun_read(lun, &io, 1, err);
	return lun_write(lun, &io, 1, err) || lun_flush(lun, err) ? -1 : 0;
}

static int judge(const char *device, const char *path, struct error *err)
{
	static struct lvm_lv lvs[1000];
	struct lvm_vg want = { .lvs = lvs };
	char pv[200], vg[200], name[200];
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%199s %199s %199s", pv, vg, name) != 3 ||
	    !lvm_id_from_text(pv, &want.pv_id) ||
	    !lvm_id_from_text(vg, &want.id) ||
	    !uuid_from_text(name + VG_NAME_PREFIX_LEN, &want.sr))
		return error_set(err, ERROR_INTERNAL, "bad file %s", path);
	while (want.lv_count < 1000 &&
	       fscanf(file, "%199s %127s", pv, lvs[want.lv_count].name) == 2 &&
	       lvm_id_from_text(pv, &lvs[want.lv_count].id))
		want.lv_count++;
	fclose(file);
	return lvm_judge(device, &want, err);
}

/* Says all names of a disk. */
static int tell_names(const char *path, struct error *err)
{
	struct lun_names names;
	const char *name = NULL;

	if (disk_names_read(path, &names, err))
		return -1;
	while ((name = lun_names_next(&names, name)))
		printf("%s ", name);
	putchar('\n');
	return 1;
}

static int release(char **words, unsigned count, struct error *err)
{
	struct block_names disks = {
		.items = alloc_zeroed(count, sizeof(*disks.items)),
	};
	int failed;

	for (; disks.count < count; disks.count++)
		snprintf(disks.items[disks.count], sizeof(*disks.items), "%s",
			 words[disks.count]);
	failed = multipath_release(&map, &disks, err);
	block_names_free(&disks);
	return failed;
}

/* 0: "ok" is to be said, 1: all has been said, -1: *err. */
static int obey(char **words, unsigned count, struct error *err)
{
	const char *const what = words[0];
	struct lun_names names;

	if (strcmp(what, "check") == 0 && count == 2)
		return in_use_check(words[1], err);
	if (strcmp(what, "guard") == 0 && count == 3) {
		lun_names_set(&names, words[2]);
		return guard_host(words[1], &names, err);
	}
	if (strcmp(what, "names") == 0 && count == 2)
		return tell_names(words[1], err);
	if (strcmp(what, "remember") == 0) {
		multipath_remember(&before);
		return 0;
	}
	if (strcmp(what, "claim") == 0 && count == 2)
		return claim(words[1], err);
	if (strcmp(what, "open") == 0 && count == 2 && !lun)
		return open_device(words[1], err);
	if (strcmp(what, "read") == 0 && lun)
		return do_io(false, err);
	if (strcmp(what, "write") == 0 && lun)
		return do_io(true, err);
	if (strcmp(what, "close") == 0) {
		lun_close(lun);
		lun = NULL;
		return 0;
	}
	if (strcmp(what, "fail-fast") == 0)
		return multipath_fail_fast(&map, err);
	if (strcmp(what, "release") == 0)
		return release(words + 1, count - 1, err);
	if (strcmp(what, "lock") == 0)
		return host_lock_iscsiadm(HOST_LOCK_DIR, 0, false,
					  &iscsiadm_lock, err);
	if (strcmp(what, "unlock") == 0) {
		host_lock_release(&iscsiadm_lock);
		return 0;
	}
	if (strcmp(what, "judge") == 0 && count == 3)
		return judge(words[1], words[2], err);
	return error_set(err, ERROR_BAD_REQUEST, "what is %s?", what);
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc > 1 && strcmp(argv[1], "-v") == 0)
		log_to(to_stderr, LOG_DEBUG);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		char *words[MAX_WORDS];
		unsigned count = 0;
		struct error err;
		int result;

		for (char *p = strtok(line, " \n"); p && count < MAX_WORDS;
		     p = strtok(NULL, " \n"))
			words[count++] = p;
		if (!count)
			continue;
		result = obey(words, count, &err);
		if (result < 0)
			printf("%s: %s\n", code_name(err.code), err.text);
		else if (result == 0)
			printf("ok\n");
	}
	lun_close(lun);
	multipath_before_free(&before);
	return 0;
}
