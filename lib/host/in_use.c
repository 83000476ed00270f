// SPDX-License-Identifier: LGPL-2.1-only
#include "host/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "host/block.h"
#include "host/openers.h"

/* Between two looks, growing; in all a little over two seconds. */
#define FIRST_PAUSE_MS 5
#define LAST_PAUSE_MS  1280

enum use {
	FREE,
	MAY_PASS, /* *err says what it is */
	USED,	  /* *err is set, perhaps for another reason than use */
};

static enum use used_by(enum use use, const char *device, const char *by,
			struct error *err)
{
	error_set(err, ERROR_IN_USE,
		  "%.200s is in use on this host: %s; if this LUN is the "
		  "original "
		  "it must stay as it is, else end that use first",
		  device, by);
	return use;
}

static enum use built_upon(const char *device, const char *holder,
			   struct error *err)
{
	char words[300];
	char by[400];
	struct block_dm dm;

	if (block_dm(holder, &dm))
		dm_words(dm.name, dm.uuid, words, sizeof(words));
	else
		snprintf(words, sizeof(words), "device %s", holder);
	snprintf(by, sizeof(by), "%s is active on it", words);
	return used_by(USED, device, by, err);
}

/* Asked by claiming it, for an instant and for reading only. */
static enum use claimed(const char *device, struct error *err)
{
	const struct block_node node = block_node(device);
	int fd = open(node.path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return FREE;
	}
	alloc_check_errno();
	if (errno == EBUSY)
		return used_by(MAY_PASS, device,
			       "it is mounted or otherwise claimed", err);
	error_set(err, ERROR_NO_DEVICE, "%s: %s", node.path, strerror(errno));
	return USED;
}

static enum use opened_by_others(const char *name,
				 const struct openers *openers,
				 struct error *err)
{
	char by[128];

	if (!openers->others)
		return FREE;
	snprintf(by, sizeof(by), "process %ld (%s) has it open",
		 (long)openers->pid, openers->name);
	return used_by(MAY_PASS, name, by, err);
}

static enum use opened(const char *device, const struct openers *openers,
		       struct error *err)
{
	char by[128];
	int known, opens;

	if (opened_by_others(device, openers, err) != FREE)
		return MAY_PASS;
	if (openers->unseen) {
		error_set(
			err, ERROR_IN_USE,
			"only root can tell whether %s is in use on this host",
			device);
		return USED;
	}
	/* Of its devices device-mapper counts every opener, the kernel's own
	 * included, which /proc does not show. */
	known = (int)(openers->ours + openers->passers);
	opens = block_dm_opens(device);
	if (opens > known) {
		snprintf(by, sizeof(by), "it is open %d times", opens - known);
		return used_by(MAY_PASS, device, by, err);
	}
	return FREE;
}

/* `name`: for the error. */
static enum use served_by_kernel(const char *path, const char *name,
				 struct error *err)
{
	const char *target = kernel_target_of(path);
	char by[64];

	if (!target)
		return FREE;
	snprintf(by, sizeof(by), "the kernel's target (%s) serves it", target);
	return used_by(USED, name, by, err);
}

static bool is_loop(const char *name)
{
	return strncmp(name, "loop", 4) == 0;
}

/* False if it is on no file, or cannot be asked. */
static bool get_status(const char *loop, struct loop_info64 *info)
{
	int fd = open(block_node(loop).path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool got;

	if (fd < 0) {
		alloc_check_errno();
		return false;
	}
	got = ioctl(fd, LOOP_GET_STATUS64, info) == 0;
	close(fd);
	return got;
}

/* Whether it is on a block device of this number. By what sysfs calls it, for to ask
 * a loop device of its file may be to ask a file server that is no more. */
static bool is_on_device(const char *loop, dev_t number)
{
	char file[PATH_MAX + 1];
	struct loop_info64 info;

	return block_attribute(loop, "loop/backing_file", file, sizeof(file)) &&
	       strncmp(file, "/dev/", 5) == 0 && get_status(loop, &info) &&
	       info.lo_rdevice == number;
}

/* A loop device has what it is on open in the kernel, and does not claim it. */
static enum use has_loop(const char *device, dev_t number, struct error *err)
{
	struct block_names all = block_all();
	enum use use = FREE;

	for (size_t i = 0; use == FREE && i < all.count; i++) {
		if (is_loop(all.items[i]) && is_on_device(all.items[i], number))
			use = built_upon(device, all.items[i], err);
	}
	block_names_free(&all);
	return use;
}

static enum use look(const char *device, struct error *err);

/* *mapped: the device is a path of a multipath map. */
static enum use look_at_holders(const char *device, bool *mapped,
				struct error *err)
{
	struct block_names holders = block_holders(device);
	enum use use = FREE;

	*mapped = false;
	for (size_t i = 0; use == FREE && i < holders.count; i++) {
		if (block_is_multipath(holders.items[i])) {
			*mapped = true;
			use = look(holders.items[i], err);
		} else {
			use = built_upon(device, holders.items[i], err);
		}
	}
	block_names_free(&holders);
	return use;
}

static enum use look(const char *device, struct error *err)
{
	struct openers openers;
	bool mapped;
	dev_t number;
	enum use use = look_at_holders(device, &mapped, err);

	if (use == FREE)
		use = served_by_kernel(block_node(device).path, device, err);
	if (use != FREE)
		return use;
	if (!block_number(device, &number)) {
		error_set(err, ERROR_NO_DEVICE, "%s has gone", device);
		return USED;
	}
	if (has_loop(device, number, err) != FREE)
		return USED;
	openers_of(number, &openers);
	use = opened(device, &openers, err);
	/* The map has claimed its path, and we what we opened. */
	if (use == FREE && !mapped && !openers.ours)
		use = claimed(device, err);
	return use;
}

static enum use look_at_file(const char *path, struct error *err)
{
	struct openers openers;

	openers_of_file(path, &openers);
	if (opened_by_others(path, &openers, err) != FREE)
		return MAY_PASS;
	return served_by_kernel(path, path, err);
}

static int wait_until_free(enum use (*look_at)(const char *, struct error *),
			   const char *name, struct error *err)
{
	int pause = FIRST_PAUSE_MS;
	enum use use;

	while ((use = look_at(name, err)) == MAY_PASS &&
	       pause <= LAST_PAUSE_MS) {
		poll(NULL, 0, pause);
		pause *= 2;
	}
	return use == FREE ? 0 : -1;
}

int in_use_check(const char *device, struct error *err)
{
	return wait_until_free(look, device, err);
}

int in_use_check_file(const char *path, struct error *err)
{
	return wait_until_free(look_at_file, path, err);
}

static bool is_on(const char *loop, dev_t device, ino_t inode)
{
	struct loop_info64 info;

	return get_status(loop, &info) && info.lo_device == device &&
	       info.lo_inode == inode;
}

bool loop_file(const char *name, uint64_t *device, uint64_t *inode)
{
	struct loop_info64 info;

	if (!is_loop(name) || !get_status(name, &info))
		return false;
	*device = info.lo_device;
	*inode = info.lo_inode;
	return true;
}

int loop_check_file(const char *path, struct error *err)
{
	struct block_names all;
	struct stat file;
	int failed = 0;

	if (stat(path, &file))
		return 0; /* opening it will say why */
	all = block_all();
	for (size_t i = 0; i < all.count && !failed; i++) {
		if (is_loop(all.items[i]) &&
		    is_on(all.items[i], file.st_dev, file.st_ino))
			failed = error_set(err, ERROR_IN_USE,
					   "%.200s is in use: it is the device "
					   "/dev/%s; name that one, or detach "
					   "it",
					   path, all.items[i]);
	}
	block_names_free(&all);
	return failed;
}

int loop_check_twins(const char *name, struct error *err)
{
	char file[PATH_MAX + 1];
	struct block_names all;
	struct loop_info64 own;
	int failed = 0;

	if (!is_loop(name) || !get_status(name, &own))
		return 0;
	if (own.lo_rdevice)
		return error_set(err, ERROR_IN_USE,
				 "%s is a block device by another name; detach "
				 "it, and name that one",
				 name);
	all = block_all();
	for (size_t i = 0; i < all.count && !failed; i++) {
		const char *other = all.items[i];

		if (is_loop(other) && strcmp(other, name) != 0 &&
		    is_on(other, own.lo_device, own.lo_inode))
			failed = in_use_check(other, err);
	}
	block_names_free(&all);
	if (!failed &&
	    block_attribute(name, "loop/backing_file", file, sizeof(file)))
		failed = in_use_check_file(file, err);
	return failed;
}

/* VG-LV or VG-LV-LAYER, where a dash of VG or LV itself is two. */
static void volume_words(const char *name, char *out, size_t size)
{
	char text[160];
	size_t n = 0;

	for (const char *p = name; *p && n + 1 < sizeof(text); p++) {
		if (p[0] == '-' && p[1] == '-')
			text[n++] = *p++;
		else
			text[n++] = *p == '-' ? '/' : *p;
	}
	text[n] = '\0';
	snprintf(out, size, "logical volume %s", text);
}

void dm_words(const char *name, const char *uuid, char *out, size_t size)
{
	if (strncmp(uuid, "LVM-", 4) == 0)
		volume_words(name, out, size);
	else if (strncmp(uuid, "mpath-", 6) == 0)
		snprintf(out, size, "multipath map %s", name);
	else if (strncmp(uuid, "part", 4) == 0 && strstr(uuid, "-mpath-"))
		snprintf(out, size, "partition %s of a multipath map", name);
	else
		snprintf(out, size, "device-mapper device %s", name);
}
