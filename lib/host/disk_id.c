// SPDX-License-Identifier: LGPL-2.1-only
#include "host/disk_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "format/lvm_vg.h"
#include "host/child.h"
#include "host/sg_command.h"

struct answers {
	uint8_t data[VPD_QUESTIONS][VPD_PAGE_LEN];
	struct vpd_pages pages;
};

static int inquire(int fd, enum vpd_question question, struct answers *out)
{
	struct sg_command command = {
		.cdb_len = VPD_CDB_LEN,
		.data = out->data[question],
		.len = VPD_PAGE_LEN,
	};

	vpd_cdb(question, command.cdb);
	if (sg_command_run(fd, &command))
		return -1;
	out->pages.answers[question] =
		(struct vpd_page){ command.data,
				   command.good ? command.received : 0 };
	return 0;
}

int disk_details_read(const char *path, struct disk_details *out,
		      struct error *err)
{
	/* O_NONBLOCK: a disk that is not ready must not hold us up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct answers answers = { 0 };
	bool failed = fd < 0;
	int rc = 0;

	for (int i = 0; i < VPD_QUESTIONS && !failed; i++)
		failed = inquire(fd, (enum vpd_question)i, &answers);
	if (failed) {
		rc = error_set(err, ERROR_NO_DEVICE, "%s: %s", path,
			       strerror(errno));
	} else {
		vpd_names(&answers.pages, &out->names);
		vpd_vendor(&answers.pages.answers[VPD_STANDARD], out->vendor);
		vpd_serial(&answers.pages.answers[VPD_SERIAL], out->serial);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int disk_names_read(const char *path, struct lun_names *out, struct error *err)
{
	struct disk_details details;

	if (disk_details_read(path, &details, err))
		return -1;
	*out = details.names;
	return 0;
}

/* A logical volume that is not the storage manager's. The kernel passes INQUIRY on
 * to the LUN that all of it is on. */
static bool is_own_volume(const char *device)
{
	struct block_dm dm;

	return block_dm(device, &dm) && strncmp(dm.uuid, "LVM-", 4) == 0 &&
	       strncmp(dm.name, VG_NAME_PREFIX, VG_NAME_PREFIX_LEN) != 0;
}

void device_names_read(const char *device, struct lun_names *out)
{
	struct block_names slaves;
	struct error ignored;
	bool found = false;

	if (block_is_multipath(device)) {
		slaves = block_slaves(device);
		for (size_t i = 0; !found && i < slaves.count; i++)
			found = disk_names_read(
					block_node(slaves.items[i]).path, out,
					&ignored) == 0;
		block_names_free(&slaves);
	} else if (!is_own_volume(device)) {
		found = disk_names_read(block_node(device).path, out,
					&ignored) == 0;
	}
	if (!found)
		*out = (struct lun_names){ .all = "" };
}

static bool from_sysfs(const char *disk, struct lun_names *out)
{
	static const char *const files[VPD_QUESTIONS] = {
		[VPD_STANDARD] = "device/inquiry",
		[VPD_LIST] = "device/vpd_pg0",
		[VPD_SERIAL] = "device/vpd_pg80",
		[VPD_IDS] = "device/vpd_pg83",
	};
	struct answers answers = { 0 };

	for (int i = 0; i < VPD_QUESTIONS; i++) {
		struct vpd_page *page = &answers.pages.answers[i];

		page->data = answers.data[i];
		page->len = block_bytes(disk, files[i], answers.data[i],
					VPD_PAGE_LEN);
	}
	vpd_names(&answers.pages, out);
	return lun_names_next(out, NULL);
}

#define BY_SCSID "/dev/disk/by-scsid"

/* /dev/disk/by-scsid/<SCSIid>/<disk> */
static bool from_links(const char *disk, struct lun_names *out)
{
	DIR *all = opendir(BY_SCSID);
	struct dirent *entry;
	bool found = false;

	if (!all)
		return false;
	while (!found && (entry = readdir(all))) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), BY_SCSID "/%s/%s", entry->d_name,
			 disk);
		found = entry->d_name[0] != '.' &&
			scsi_id_valid(entry->d_name) &&
			faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) ==
				0;
		if (found)
			lun_names_set(out, entry->d_name);
	}
	closedir(all);
	return found;
}

bool disk_names_known(const char *disk, struct lun_names *out)
{
	return from_sysfs(disk, out) || from_links(disk, out);
}

struct block_names disks_of_lun(const struct lun_names *names, bool *untold)
{
	struct block_names all = block_all();
	size_t there = 0, told = 0, found = 0;

	for (size_t i = 0; i < all.count; i++) {
		struct lun_names own;

		if (strncmp(all.items[i], "sd", 2) != 0)
			continue;
		there++;
		if (!disk_names_known(all.items[i], &own))
			continue;
		told++;
		if (lun_names_same(&own, names))
			memmove(all.items[found++], all.items[i],
				sizeof(all.items[i]));
	}
	all.count = found;
	if (untold)
		*untold = there && !told;
	return all;
}

/* The first systemd whose scsi_id reads all of a long page 0x83. */
#define READS_LONG_PAGES 243

#define DEADLINE_MS 5000

static long udev_version(void)
{
	static const char *const argv[] = { "udevadm", "--version", NULL };
	struct child_result result;
	struct error ignored;
	long version;

	if (child_run(argv, NULL, DEADLINE_MS, &result, &ignored))
		return 0;
	version = strtol((const char *)result.out.data, NULL, 10);
	child_result_free(&result);
	log_info("udev is of version %ld", version);
	return version;
}

const struct scsi_id *host_scsi_id(const struct lun_names *names)
{
	static long version = -1;

	if (strcmp(names->scsi_id.text, names->old_scsi_id.text) == 0)
		return &names->scsi_id;
	if (version < 0)
		version = udev_version();
	return version >= READS_LONG_PAGES ? &names->scsi_id
					   : &names->old_scsi_id;
}
