// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The host's HBAs (Fibre Channel, SAS, RAID, hardware iSCSI), and the LUNs that
 * it has by them, as disks.
 *
 * An HBA is a SCSI host of the kernel's, but for those that SM does not count:
 * ATA, USB and the software iSCSI initiator. All is read from sysfs; who asks
 * for LUNs has each disk asked, too (INQUIRY by SG_IO).
 *
 * Sources: SM's devscan.py (which hosts, and the order of all); Linux'
 * drivers/scsi/scsi_sysfs.c, scsi_transport_fc.c.
 */
#ifndef HOST_HBA_H
#define HOST_HBA_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/block.h"
#include "host/disk_id.h"

struct hba {
	unsigned number; /* hostN */
	char driver[64]; /* "lpfc" */
};

/* One disk, which is one path to a LUN. */
struct hba_path {
	char disk[BLOCK_NAME_SIZE]; /* the kernel's name: "sda" */
	size_t hba;		    /* its index */
	unsigned channel, id;
	unsigned long long lun;
};

struct hbas {
	struct hba *items;
	size_t count;
	struct hba_path *paths;
	size_t path_count;
};

/* Both are empty on a host without HBAs. For hbas_free. */
struct hbas hbas_read(void);
void hbas_free(struct hbas *hbas);

/* Has every HBA look for new LUNs, whose disks come a moment later, and waits for
 * udev. ERROR_NO_DISK: there is no HBA. */
int hbas_rescan(struct error *err);

/* The paths of one LUN: by any of its names, in either case of letters. What the
 * kernel knows is believed as far as the disk itself says so now; disks that the
 * kernel knows no such name of are asked if no other has it. ERROR_NO_DISK: the
 * host has no HBA, or it is a disk of its RAID controller; ERROR_NO_SCSIID: none
 * has such a LUN, or several have, by a name that an array gives to more than one
 * (lun_names_same): they are no paths of one. */
int hbas_find(const struct hbas *hbas, const char *scsi_id,
	      struct block_names *disks, struct lun_names *names,
	      struct error *err);

/* Takes a disk out of the kernel until the next rescan. */
void hba_drop_disk(const char *disk);

/* A LUN, for who has to choose. */
struct hba_lun {
	struct disk_details details;
	uint64_t size;	     /* bytes */
	const size_t *paths; /* indexes, the first found first */
	size_t path_count;
};

struct hba_luns {
	struct hba_lun *items;
	size_t count;
	size_t *paths; /* those of all */
};

/* Every LUN that has a SCSIid and answers. */
void hba_luns_read(const struct hbas *hbas, struct hba_luns *out);
void hba_luns_free(struct hba_luns *luns);

/* What a user may want to know of an HBA. */
#define HBA_FACTS 10

struct hba_facts {
	char manufacturer
		[128]; /* what modinfo says of the driver, or "Unknown" */
	struct hba_fact {
		const char *class; /* "fc_host", "iscsi_host" */
		const char *name;  /* NULL: the HBA is one of the class */
		char value[512];
	} items[HBA_FACTS + 2];
	size_t count;
};

/* Runs modinfo. */
void hba_facts_read(const struct hba *hba, struct hba_facts *out);

#endif
