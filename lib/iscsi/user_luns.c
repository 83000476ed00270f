// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_luns.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "format/report_luns.h"
#include "iscsi/scsi_batch.h"
#include "iscsi/user_session.h"

#define LUNS_MAX (LUN_NUMBER_MAX + 1)

/* Room for this many in the first REPORT LUNS. */
#define LUNS_FIRST 256

/* LUNs in an error text. */
#define LUNS_SHOWN 8

struct report {
	uint8_t *data;
	size_t len;
};

static int report_luns(struct iscsi_context *session, uint32_t size,
		       struct report *report, struct scsi_traffic *traffic,
		       struct error *err)
{
	struct scsi_command command = {
		.cdb = { SCSI_OPCODE_REPORTLUNS },
		.cdb_len = 12,
		.direction = SCSI_XFER_READ,
		.len = size,
	};
	const struct scsi_batch batch = {
		.session = session,
		.commands = &command,
		.count = 1,
		.all_must_succeed = true,
		.traffic = traffic,
	};

	command.data = malloc(size);
	if (!command.data)
		return error_no_memory(err);
	put_be32(command.cdb + 6, size);
	if (scsi_batch_run(&batch, err)) {
		free(command.data);
		return -1;
	}
	*report = (struct report){ command.data, command.received };
	return 0;
}

/* The whole list: asked for again if it is longer than expected. */
static int report_all_luns(struct iscsi_context *session, struct report *report,
			   struct scsi_traffic *traffic, struct error *err)
{
	const uint32_t first =
	    REPORT_LUNS_HEADER_LEN + LUNS_FIRST * REPORT_LUNS_ENTRY_LEN;
	const uint32_t most =
	    REPORT_LUNS_HEADER_LEN + LUNS_MAX * REPORT_LUNS_ENTRY_LEN;
	uint64_t size;

	if (report_luns(session, first, report, traffic, err))
		return -1;
	size = report_luns_size(report->data, report->len);
	if (size > first && size <= most) {
		free(report->data);
		report->data = NULL;
		if (report_luns(session, (uint32_t)size, report, traffic, err))
			return -1;
		size = report_luns_size(report->data, report->len);
	}
	if (size == 0 || size > most) {
		free(report->data);
		report->data = NULL;
		return error_set(err, ERROR_NO_DEVICE,
				 "the target reports a list of LUNs of %" PRIu64
				 " bytes",
				 size);
	}
	return 0;
}

/* One INQUIRY of every LUN: page `page`, or the standard data if it is 0. */
static int inquire(struct iscsi_context *session, const struct user_lun *luns,
		   size_t count, uint8_t page, struct scsi_command *commands,
		   uint8_t *data, struct scsi_traffic *traffic,
		   struct error *err)
{
	const struct scsi_batch batch = {
		.session = session,
		.commands = commands,
		.count = count,
		.traffic = traffic,
	};

	for (size_t i = 0; i < count; i++) {
		commands[i] = (struct scsi_command){
			.lun = luns[i].lun,
			.cdb = { SCSI_OPCODE_INQUIRY, page != 0, page, 0,
				 VPD_PAGE_LEN },
			.cdb_len = 6,
			.direction = SCSI_XFER_READ,
			.data = data + i * VPD_PAGE_LEN,
			.len = VPD_PAGE_LEN,
		};
	}
	return scsi_batch_run(&batch, err);
}

/* For the few LUNs whose id takes more than page 0x83: vendor and model, and
 * the serial number where there is nothing better. */
static int read_id_with_names(struct iscsi_context *session,
			      struct user_lun *lun,
			      const struct scsi_command *page83, bool *is_disk,
			      struct scsi_traffic *traffic, struct error *err)
{
	uint8_t inquiry[VPD_PAGE_LEN];
	uint8_t page80[VPD_PAGE_LEN];
	struct scsi_command standard;
	struct scsi_command serial;
	struct scsi_names names;

	if (inquire(session, lun, 1, 0, &standard, inquiry, traffic, err) ||
	    inquire(session, lun, 1, 0x80, &serial, page80, traffic, err))
		return -1;
	*is_disk =
	    standard.good && scsi_inquiry_is_disk(inquiry, standard.received);
	if (!*is_disk ||
	    !scsi_names_from_inquiry(inquiry, standard.received, &names))
		return 0;
	if (page83->good &&
	    scsi_id_from_page83(page83->data, page83->received, &names,
				lun->scsi_id) == SCSI_ID_FOUND)
		return 0;
	if (serial.good)
		scsi_id_from_page80(page80, serial.received, &names,
				    lun->scsi_id);
	return 0;
}

/* Drops what is no disk, in place. A page that the target refuses says nothing
 * about the device. */
static int read_ids(struct iscsi_context *session, struct user_lun *luns,
		    size_t *count, struct scsi_command *commands, uint8_t *data,
		    struct scsi_traffic *traffic, struct error *err)
{
	size_t disks = 0;

	if (inquire(session, luns, *count, 0x83, commands, data, traffic, err))
		return -1;
	for (size_t i = 0; i < *count; i++) {
		const struct scsi_command *page = &commands[i];
		struct user_lun *lun = &luns[disks];
		bool is_disk = !page->good ||
			       scsi_inquiry_is_disk(page->data, page->received);

		lun->lun = page->lun;
		lun->scsi_id[0] = '\0';
		if (is_disk &&
		    (!page->good ||
		     scsi_id_from_page83(page->data, page->received, NULL,
					 lun->scsi_id) != SCSI_ID_FOUND) &&
		    read_id_with_names(session, lun, page, &is_disk, traffic,
				       err))
			return -1;
		disks += is_disk;
	}
	*count = disks;
	return 0;
}

static size_t take_numbers(const struct report *report, struct user_lun *luns,
			   uint16_t *lun_list)
{
	size_t n = report_luns_parse(report->data, report->len, lun_list);
	bool seen[LUN_NUMBER_MAX + 1] = { false };
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned number = lun_number(lun_list[i]);

		if (!seen[number])
			luns[count++].lun = lun_list[i];
		seen[number] = true;
	}
	return count;
}

int user_luns_read(struct iscsi_context *session, struct user_lun **luns,
		   size_t *count, struct error *err)
{
	struct scsi_traffic traffic = { 0 };
	struct report report = { NULL, 0 };
	struct scsi_command *commands = NULL;
	struct user_lun *list = NULL;
	uint16_t *numbers = NULL;
	uint8_t *data = NULL;
	size_t n;
	int rc = -1;

	if (report_all_luns(session, &report, &traffic, err))
		return -1;
	/* One more than there can be, so that none has size zero. */
	n = report.len / REPORT_LUNS_ENTRY_LEN + 1;
	numbers = calloc(n, sizeof(*numbers));
	list = calloc(n, sizeof(*list));
	commands = calloc(n, sizeof(*commands));
	data = calloc(n, VPD_PAGE_LEN);
	if (!numbers || !list || !commands || !data) {
		error_no_memory(err);
		goto out;
	}
	n = take_numbers(&report, list, numbers);
	if (read_ids(session, list, &n, commands, data, &traffic, err))
		goto out;
	log_debug("the target has %zu disks, found with %u SCSI commands", n,
		  traffic.commands);
	*luns = list;
	*count = n;
	list = NULL;
	rc = 0;
out:
	free(report.data);
	free(numbers);
	free(list);
	free(commands);
	free(data);
	return rc;
}

static void describe_luns(const struct user_lun *luns, size_t count, char *text,
			  size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && i < LUNS_SHOWN && at < size; i++) {
		const char *id = luns[i].scsi_id[0] ? luns[i].scsi_id : "none";

		at += (size_t)snprintf(text + at, size - at, "%sLUN %u: %.40s",
				       i ? ", " : "", lun_number(luns[i].lun),
				       id);
	}
	if (count > LUNS_SHOWN && at < size)
		snprintf(text + at, size - at, ", ...");
	/* An id is whatever the target says. */
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

int user_session_find_lun(struct iscsi_context *session, const char *scsi_id,
			  uint16_t *out, struct error *err)
{
	char shown[400];
	struct user_lun *luns;
	size_t count;
	size_t found = 0;
	uint16_t lun = 0;

	if (user_luns_read(session, &luns, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (scsi_id[0] && strcmp(luns[i].scsi_id, scsi_id) == 0) {
			lun = luns[i].lun;
			found++;
		}
	}
	describe_luns(luns, count, shown, sizeof(shown));
	free(luns);
	if (found == 0)
		return error_set(err, ERROR_NO_SCSIID,
				 "no disk of the target has SCSIid %.80s; it "
				 "has %zu: %s",
				 scsi_id, count, shown);
	if (found > 1)
		return error_set(err, ERROR_NO_SCSIID,
				 "%zu disks of the target have SCSIid %.80s; "
				 "it has %zu: %s",
				 found, scsi_id, count, shown);
	*out = lun;
	return 0;
}
