// SPDX-License-Identifier: LGPL-2.1-only
#include "host/hba.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "host/child.h"
#include "base/text_file.h"

#define HOSTS "/sys/class/scsi_host"
#define DISKS "/sys/class/scsi_disk"

#define UDEV_MS 30000

/* ---- which hosts are HBAs ---- */

/* The driver's name; some do not call themselves by it. */
static void read_driver(const char *host, char *out, size_t size)
{
	static const struct {
		const char *attribute, *driver; /* NULL: as it says */
	} marks[] = {
		{ "84xx_fw_version", "qla2xxx" },
		{ "lpfc_fcp_class", "lpfc" },
		{ "fnic_state", "fnic" },
		{ "driver_name", NULL },
		{ "proc_name", NULL },
	};
	char text[64], path[SYSFS_PATH_SIZE];

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *name = marks[i].driver ? marks[i].driver : text;

		snprintf(path, sizeof(path), HOSTS "/%s/%s", host,
			 marks[i].attribute);
		if (access(path, F_OK))
			continue;
		file_line(text, sizeof(text), "%s", path);
		if (!*name || strcasecmp(name, "<NULL>") == 0 ||
		    strcasecmp(name, "(NULL)") == 0)
			break;
		snprintf(out, size, "%s", name);
		return;
	}
	snprintf(out, size, "Unknown");
}

static bool is_hba(const char *driver)
{
	static const char *const others[] = { "ahci", "pdc_adma", "iscsi_tcp",
					      "usb-storage" };
	const char *ata =
		*driver == 's' || *driver == 'p' ? driver + 1 : driver;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(driver, others[i]) == 0)
			return false;
	}
	return strncmp(ata, "ata_", 4) != 0;
}

/* Of these the disks are this host's own: no array makes clones of them. */
static bool is_local_raid(const char *driver)
{
	static const char *const drivers[] = {
		"3w-",	  "aacraid", "arcmsr",	 "cciss", "gdth",    "hpsa",
		"hptiop", "ips",     "megaraid", "mvumi", "pmcraid", "smartpqi",
	};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (strncmp(driver, drivers[i], strlen(drivers[i])) == 0)
			return true;
	}
	return false;
}

/* ---- their disks ---- */

/* "1:0:2:3" */
static bool read_address(const char *text, unsigned *host,
			 struct hba_path *path)
{
	char end;

	return sscanf(text, "%u:%u:%u:%llu%c", host, &path->channel, &path->id,
		      &path->lun, &end) == 4;
}

static bool has_path(const struct hbas *hbas, const char *disk)
{
	for (size_t i = 0; i < hbas->path_count; i++) {
		if (strcmp(hbas->paths[i].disk, disk) == 0)
			return true;
	}
	return false;
}

static void add_disk(struct hbas *hbas, const char *address,
		     struct hba_path path)
{
	char folder[SYSFS_PATH_SIZE];
	struct block_names disks;

	snprintf(folder, sizeof(folder), DISKS "/%s/device/block", address);
	disks = block_folder(folder);
	if (disks.count)
		strcpy(path.disk, disks.items[0]);
	block_names_free(&disks);
	if (!*path.disk || has_path(hbas, path.disk))
		return;
	hbas->paths = alloc_more(hbas->paths, hbas->path_count, sizeof(path));
	hbas->paths[hbas->path_count++] = path;
}

/* Those of the last HBA whose address begins so. */
static void add_disks(struct hbas *hbas, const struct block_names *all,
		      const char *prefix)
{
	size_t last = hbas->count - 1;

	for (size_t i = 0; i < all->count; i++) {
		const char *address = all->items[i];
		struct hba_path path = { .hba = last };
		unsigned host;

		if (strncmp(address, prefix, strlen(prefix)) == 0 &&
		    read_address(address, &host, &path) &&
		    host == hbas->items[last].number)
			add_disk(hbas, address, path);
	}
}

/* Target by target, as SM lists them: below the host itself, or below a remote
 * port of it. */
static void add_targets(struct hbas *hbas, const struct block_names *all,
			const char *folder, bool deeper)
{
	struct block_names inside = block_folder(folder);

	for (size_t i = 0; i < inside.count; i++) {
		const char *name = inside.items[i];
		char below[SYSFS_PATH_SIZE + BLOCK_NAME_SIZE];

		if (strncmp(name, "target", 6) == 0)
			add_disks(hbas, all, name + 6);
		if (!deeper || strncmp(name, "rport-", 6) != 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", folder, name);
		add_targets(hbas, all, below, false);
	}
	block_names_free(&inside);
}

static void add_hba(struct hbas *hbas, const struct block_names *all,
		    const char *host)
{
	char folder[SYSFS_PATH_SIZE];
	struct hba hba;
	char end;

	if (sscanf(host, "host%u%c", &hba.number, &end) != 1)
		return;
	read_driver(host, hba.driver, sizeof(hba.driver));
	if (!is_hba(hba.driver))
		return;
	hbas->items = alloc_more(hbas->items, hbas->count, sizeof(hba));
	hbas->items[hbas->count++] = hba;
	snprintf(folder, sizeof(folder), HOSTS "/%s/device", host);
	add_targets(hbas, all, folder, true);
	/* SAS has its targets elsewhere. */
	add_disks(hbas, all, "");
}

struct hbas hbas_read(void)
{
	struct block_names hosts = block_folder(HOSTS);
	struct block_names disks = block_folder(DISKS);
	struct hbas hbas = { 0 };

	for (size_t i = 0; i < hosts.count; i++)
		add_hba(&hbas, &disks, hosts.items[i]);
	block_names_free(&hosts);
	block_names_free(&disks);
	return hbas;
}

void hbas_free(struct hbas *hbas)
{
	free(hbas->items);
	free(hbas->paths);
	*hbas = (struct hbas){ 0 };
}

static int no_hba(struct error *err)
{
	return error_set(err, ERROR_NO_DISK,
			 "this host has no HBA: neither Fibre Channel nor SAS "
			 "nor another that relvmohba is for");
}

int hbas_rescan(struct error *err)
{
	static const char *const argv[] = { "udevadm", "settle", NULL };
	struct child_result result;
	struct hbas hbas = hbas_read();
	size_t count;

	for (size_t i = 0; i < hbas.count; i++) {
		char path[SYSFS_PATH_SIZE];

		snprintf(path, sizeof(path), HOSTS "/host%u/scan",
			 hbas.items[i].number);
		if (sysfs_write(path, "- - -"))
			log_warning("%s: %m", path);
	}
	count = hbas.count;
	hbas_free(&hbas);
	if (count == 0)
		return no_hba(err);
	if (child_run(argv, NULL, UDEV_MS, &result, err))
		log_warning("udevadm settle: %s", err->text);
	else
		child_result_free(&result);
	return 0;
}

void hba_drop_disk(const char *disk)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/class/block/%s/device/delete", disk);
	if (sysfs_write(path, "1"))
		log_warning("%s: %m", path);
}

/* ---- one LUN ---- */

static bool is_called(const char *disk, bool ask, const char *scsi_id,
		      struct lun_names *names)
{
	struct error ignored;

	if (!ask &&
	    (!disk_names_known(disk, names) || !lun_names_have(names, scsi_id)))
		return false;
	if (disk_names_read(block_node(disk).path, names, &ignored)) {
		log_warning("a path does not answer: %s", ignored.text);
		return false;
	}
	return lun_names_have(names, scsi_id);
}

static int of_local_raid(const char *disk, const char *driver,
			 struct error *err)
{
	return error_set(err, ERROR_NO_DISK,
			 "%s is a disk of this host's RAID controller (%s), "
			 "not a LUN of an array; to resign it all the same: "
			 "relvm resign /dev/%s",
			 disk, driver, disk);
}

static void two_luns(const char *scsi_id, const char *one, const char *other,
		     struct error *err)
{
	error_set(
		err, ERROR_NO_SCSIID,
		"%s and %s both have SCSIid %.128s, and are not the same LUN; "
		"name yours by one that it has alone",
		one, other, scsi_id);
}

int hbas_find(const struct hbas *hbas, const char *scsi_id,
	      struct block_names *disks, struct lun_names *names,
	      struct error *err)
{
	struct block_names found = { 0 };

	if (hbas->count == 0)
		return no_hba(err);
	found.items = alloc_zeroed(hbas->path_count + 1, sizeof(*found.items));
	for (int ask = 0; ask < 2 && found.count == 0; ask++) {
		for (size_t i = 0; i < hbas->path_count; i++) {
			const char *disk = hbas->paths[i].disk;
			const char *driver =
				hbas->items[hbas->paths[i].hba].driver;
			struct lun_names own;

			if (!is_called(disk, ask, scsi_id, &own))
				continue;
			if (is_local_raid(driver)) {
				block_names_free(&found);
				return of_local_raid(disk, driver, err);
			}
			if (found.count && !lun_names_same(&own, names)) {
				two_luns(scsi_id, found.items[0], disk, err);
				block_names_free(&found);
				return -1;
			}
			strcpy(found.items[found.count++], disk);
			*names = own;
		}
	}
	if (found.count == 0) {
		block_names_free(&found);
		return error_set(err, ERROR_NO_SCSIID,
				 "no HBA of this host has a LUN with SCSIid "
				 "%.128s; if the array has just mapped it, set "
				 "rescan=true",
				 scsi_id);
	}
	*disks = found;
	return 0;
}
