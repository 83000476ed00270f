// SPDX-License-Identifier: LGPL-2.1-only
#include "host/multipath.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/log.h"
#include "host/child.h"
#include "host/multipathd.h"

/* multipath's file of wwids; each line is /WWID/. */
#define WWIDS_FILE "/etc/multipath/wwids"

/* Of udev's daemon: there while it runs; and its database, a file a device,
 * which begins with the first. */
#define UDEV_CONTROL "/run/udev/control"
#define UDEV_DATA    "/run/udev/data"

#define WAIT_MS	 10000
#define PAUSE_MS 20

/* multipath's uuids in device-mapper begin with it. */
#define UUID_PREFIX "mpath-"

/* Of lines that begin and end with a line feed each. */
static bool has_line(const struct buffer *lines, const char *line)
{
	char whole[BLOCK_DM_SIZE + 4];
	size_t len = (size_t)snprintf(whole, sizeof(whole), "\n%s\n", line);

	return lines->len && memmem(lines->data, lines->len, whole, len);
}

/* A file that is not there is empty. */
static void read_wwids(struct buffer *out)
{
	char piece[4096];
	ssize_t n;
	int fd = open(WWIDS_FILE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	buffer_add(out, "\n", 1);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buffer_add(out, piece, (size_t)n);
	buffer_add(out, "\n", 1);
	close(fd);
}

static bool has_wwid(const struct buffer *wwids, const struct block_dm *dm)
{
	char line[BLOCK_DM_SIZE + 2];

	snprintf(line, sizeof(line), "/%s/", dm->uuid + strlen(UUID_PREFIX));
	return has_line(wwids, line);
}

void multipath_remember(struct multipath_before *out)
{
	struct block_names all = block_all();

	*out = (struct multipath_before){ 0 };
	for (size_t i = 0; i < all.count; i++) {
		struct block_dm dm;

		if (block_is_multipath(all.items[i]) &&
		    block_dm(all.items[i], &dm))
			buffer_printf(&out->uuids, "\n%s\n", dm.uuid);
	}
	block_names_free(&all);
	read_wwids(&out->wwids);
}

void multipath_before_free(struct multipath_before *before)
{
	buffer_free(&before->uuids);
	buffer_free(&before->wwids);
}

/* multipathd takes a disk's wwid from udev, so it must not be asked before udev
 * has seen the disk. */
static void wait_for_udev(const char *disk)
{
	char path[sizeof(UDEV_DATA) + 40];
	dev_t number;

	if (access(UDEV_CONTROL, F_OK) || !block_number(disk, &number))
		return;
	snprintf(path, sizeof(path), UDEV_DATA "/b%u:%u", major(number),
		 minor(number));
	for (int ms = 0; access(path, F_OK) && ms < WAIT_MS; ms += PAUSE_MS)
		poll(NULL, 0, PAUSE_MS);
}

void multipath_of(const char *disk, char device[BLOCK_NAME_SIZE])
{
	struct block_names holders = block_holders(disk);

	*device = '\0';
	for (size_t i = 0; i < holders.count; i++) {
		if (block_is_multipath(holders.items[i]))
			strcpy(device, holders.items[i]);
	}
	block_names_free(&holders);
}

/* "remove map NAME" and its like. NAME must be one word to multipathd. */
static enum multipathd_result about(const char *what, const char *name,
				    char *answer, size_t size)
{
	char command[BLOCK_DM_SIZE + 40];
	enum multipathd_result result;

	if (strpbrk(name, " \t\n\"'"))
		return MULTIPATHD_NO_ANSWER;
	snprintf(command, sizeof(command), "%s %s", what, name);
	result = multipathd_ask(command, answer, size);
	log_debug("multipathd: %s: %s", command,
		  result == MULTIPATHD_ANSWERED ? answer : "no answer");
	return result;
}

static int take(const char *device, const struct multipath_before *before,
		struct multipath_map *map, struct error *err)
{
	struct multipath_map now = { 0 };

	strcpy(now.device, device);
	if (!block_dm(device, &now.dm))
		return error_set(err, ERROR_NO_DEVICE, "%s has gone", device);
	now.ours = !has_line(&before->uuids, now.dm.uuid);
	now.remembered = now.ours && !has_wwid(&before->wwids, &now.dm);
	if (*map->device && strcmp(map->dm.uuid, now.dm.uuid) != 0)
		return error_set(err, ERROR_IN_USE,
				 "the LUN's disks are in two multipath maps, "
				 "%s and %s",
				 map->dm.name, now.dm.name);
	*map = now;
	return 0;
}

void multipath_named(const char *device, struct multipath_map *map)
{
	if (block_is_multipath(device) && block_dm(device, &map->dm))
		strcpy(map->device, device);
}

/* It must be known to multipathd, or nobody sees to its paths. */
int multipath_fail_fast(struct multipath_map *map, struct error *err)
{
	char answer[64];

	if (!*map->device || map->fails_fast)
		return 0;
	map->fails_fast = true;
	if (about("disablequeueing map", map->device, answer, sizeof(answer)) !=
		    MULTIPATHD_ANSWERED ||
	    strcmp(answer, "ok") != 0)
		return error_set(err, ERROR_IN_USE,
				 "the LUN is in the multipath map %s, which "
				 "multipathd does not know or cannot handle; "
				 "remove it: multipath -f %s",
				 map->dm.name, map->dm.name);
	return 0;
}

int multipath_claim(const char *disk, const struct multipath_before *before,
		    struct multipath_map *map, struct error *err)
{
	char device[BLOCK_NAME_SIZE];
	char answer[64];

	if (multipathd_runs()) {
		wait_for_udev(disk);
		if (about("add path", disk, answer, sizeof(answer)) ==
		    MULTIPATHD_NO_ANSWER)
			return error_set(err, ERROR_NO_DEVICE,
					 "multipathd does not answer");
	}
	multipath_of(disk, device);
	if (!*device)
		return 0;
	if (take(device, before, map, err))
		return -1;
	return map->ours ? multipath_fail_fast(map, err) : 0;
}

static bool is_there(const struct multipath_map *map)
{
	struct block_dm dm;

	return block_dm(map->device, &dm) && strcmp(dm.uuid, map->dm.uuid) == 0;
}

/* udev opens the map when we close it, so it may take more than one try. */
static int remove_map(const struct multipath_map *map, struct error *err)
{
	char answer[64];

	for (int ms = 0;; ms += PAUSE_MS) {
		if (!is_there(map))
			return 0;
		if (about("remove map", map->dm.name, answer, sizeof(answer)) !=
		    MULTIPATHD_ANSWERED)
			block_dm_remove(map->device);
		if (!is_there(map))
			return 0;
		if (ms >= WAIT_MS)
			break;
		poll(NULL, 0, PAUSE_MS);
	}
	return error_set(err, ERROR_IN_USE,
			 "the multipath map %s cannot be removed: it is open "
			 "%d times; remove it: multipath -f %s",
			 map->dm.name, block_dm_opens(map->device),
			 map->dm.name);
}

/* multipathd has written the wwid down when it made the map. Only multipath
 * itself may change that file. */
static void forget_wwid(const struct multipath_map *map)
{
	const char *const argv[] = { "multipath", "-w",
				     map->dm.uuid + strlen(UUID_PREFIX), NULL };
	struct child_result result;
	struct buffer now = { 0 };
	struct error err;
	bool written;

	read_wwids(&now);
	written = has_wwid(&now, &map->dm);
	buffer_free(&now);
	if (!written)
		return;
	if (child_run(argv, NULL, WAIT_MS, &result, &err)) {
		log_warning("%s stays in " WWIDS_FILE ": %s", argv[2],
			    err.text);
		return;
	}
	if (result.status)
		log_warning("%s stays in " WWIDS_FILE ": %s", argv[2],
			    child_said(&result));
	child_result_free(&result);
}

int multipath_release(struct multipath_map *map,
		      const struct block_names *disks, struct error *err)
{
	char answer[64];
	int failed = 0;

	if (!*map->device)
		return 0;
	if (map->ours) {
		failed = remove_map(map, err);
		for (size_t i = 0; i < disks->count; i++)
			about("remove path", disks->items[i], answer,
			      sizeof(answer));
		if (map->remembered)
			forget_wwid(map);
	} else if (map->fails_fast) {
		about("restorequeueing map", map->device, answer,
		      sizeof(answer));
	}
	*map = (struct multipath_map){ 0 };
	return failed;
}
