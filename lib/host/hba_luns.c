// SPDX-License-Identifier: LGPL-2.1-only
#include "host/hba.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "host/child.h"
#include "host/disk_id.h"
#include "base/text_file.h"

#define SECTOR 512 /* in which sysfs counts, whatever the disk's blocks are */

#define MODINFO_MS 10000

/* ---- LUNs ---- */

static uint64_t size_of(const char *disk)
{
	char text[32];

	if (!block_attribute(disk, "size", text, sizeof(text)))
		return 0;
	return strtoull(text, NULL, 10) * SECTOR;
}

static const char *id_of(const struct disk_details *details)
{
	return host_scsi_id(&details->names)->text;
}

/* The LUN of each path: its index, or NONE. */
#define NONE SIZE_MAX

static void sort_path(const char *disk, struct hba_luns *luns, size_t *lun_of)
{
	struct hba_lun *next = &luns->items[luns->count];
	struct error ignored;

	*lun_of = NONE;
	if (disk_details_read(block_node(disk).path, &next->details,
			      &ignored) ||
	    !id_of(&next->details)[0])
		return;
	for (size_t i = 0; i <= luns->count && *lun_of == NONE; i++) {
		if (strcmp(id_of(&luns->items[i].details),
			   id_of(&next->details)) == 0)
			*lun_of = i;
	}
	if (*lun_of == luns->count) {
		next->size = size_of(disk);
		luns->count++;
	}
	luns->items[*lun_of].path_count++;
}

void hba_luns_read(const struct hbas *hbas, struct hba_luns *out)
{
	size_t n = hbas->path_count, *at;
	struct hba_luns luns = {
		.items = alloc_zeroed(n + 1, sizeof(*luns.items)),
		.paths = alloc_zeroed(n + 1, sizeof(*luns.paths))
	};
	size_t *lun_of = alloc_zeroed(n + 1, sizeof(*lun_of));

	for (size_t i = 0; i < n; i++)
		sort_path(hbas->paths[i].disk, &luns, &lun_of[i]);
	at = luns.paths;
	for (size_t i = 0; i < luns.count; i++) {
		luns.items[i].paths = at;
		for (size_t j = 0; j < n; j++) {
			if (lun_of[j] == i)
				*at++ = j;
		}
	}
	free(lun_of);
	*out = luns;
}

void hba_luns_free(struct hba_luns *luns)
{
	free(luns->items);
	free(luns->paths);
	*luns = (struct hba_luns){ 0 };
}

/* ---- facts ---- */

static void read_manufacturer(const char *driver, char *out, size_t size)
{
	const char *const argv[] = { "modinfo", "-F", "description", driver,
				     NULL };
	struct child_result result;
	struct error ignored;

	snprintf(out, size, "Unknown");
	if (*driver == '-' ||
	    child_run(argv, NULL, MODINFO_MS, &result, &ignored))
		return;
	if (result.out.len)
		snprintf(out, size, "%.*s",
			 (int)strcspn((const char *)result.out.data, "\n"),
			 (const char *)result.out.data);
	child_result_free(&result);
}

static void read_class(const struct hba *hba, const char *class,
		       const char *const *names, struct hba_facts *out)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/class/%s/host%u", class,
		 hba->number);
	if (access(path, F_OK))
		return;
	out->items[out->count++] = (struct hba_fact){ .class = class };
	for (; *names; names++) {
		struct hba_fact *fact = &out->items[out->count];

		*fact = (struct hba_fact){ class, *names, "" };
		file_line(fact->value, sizeof(fact->value),
			  "/sys/class/%s/host%u/%s", class, hba->number,
			  *names);
		out->count += fact->value[0] != '\0';
	}
}

void hba_facts_read(const struct hba *hba, struct hba_facts *out)
{
	static const char *const fc[] = { "node_name",	      "port_name",
					  "port_state",	      "speed",
					  "supported_speeds", NULL };
	static const char *const iscsi[] = { "hwaddress",  "initiatorname",
					     "ipaddress",  "port_speed",
					     "port_state", NULL };

	*out = (struct hba_facts){ .count = 0 };
	read_manufacturer(hba->driver, out->manufacturer,
			  sizeof(out->manufacturer));
	read_class(hba, "fc_host", fc, out);
	read_class(hba, "iscsi_host", iscsi, out);
}
