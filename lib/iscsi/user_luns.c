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
#include "format/vpd.h"
#include "host/host_scsi_id.h"
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

/* VPD_QUESTIONS commands for each LUN, with their answers. */
struct inquiries {
	struct scsi_command *commands;
	uint8_t *data;
};

static int ask(struct iscsi_context *session, const struct user_lun *luns,
	       size_t count, struct inquiries *out,
	       struct scsi_traffic *traffic, struct error *err)
{
	const size_t n = count * VPD_QUESTIONS;
	struct scsi_batch batch = {
		.session = session,
		.count = n,
		.traffic = traffic,
	};

	out->commands = calloc(n + 1, sizeof(*out->commands));
	out->data = calloc(n + 1, VPD_PAGE_LEN);
	if (!out->commands || !out->data)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct scsi_command *command = &out->commands[i];

		*command = (struct scsi_command){
			.lun = luns[i / VPD_QUESTIONS].lun,
			.cdb_len = VPD_CDB_LEN,
			.direction = SCSI_XFER_READ,
			.data = out->data + i * VPD_PAGE_LEN,
			.len = VPD_PAGE_LEN,
		};
		vpd_cdb((enum vpd_question)(i % VPD_QUESTIONS), command->cdb);
	}
	batch.commands = out->commands;
	return scsi_batch_run(&batch, err);
}

/* False if it is no disk. A page that the target refuses says nothing about
 * the device. */
static bool read_names(const struct scsi_command *answers,
		       struct user_lun *lun)
{
	const struct scsi_command *standard = &answers[VPD_STANDARD];
	struct vpd_pages pages;

	if (!standard->good ||
	    !scsi_inquiry_is_disk(standard->data, standard->received))
		return false;
	for (int i = 0; i < VPD_QUESTIONS; i++)
		pages.answers[i] = (struct vpd_page){
			answers[i].data,
			answers[i].good ? answers[i].received : 0,
		};
	lun->lun = standard->lun;
	vpd_names(&pages, &lun->names);
	lun->scsi_id = *host_scsi_id(&lun->names);
	return true;
}

/* Drops what is no disk, in place. */
static int read_all_names(struct iscsi_context *session, struct user_lun *luns,
			  size_t *count, struct scsi_traffic *traffic,
			  struct error *err)
{
	struct inquiries inquiries = { 0 };
	size_t disks = 0;
	int failed = ask(session, luns, *count, &inquiries, traffic, err);

	for (size_t i = 0; i < *count && !failed; i++)
		disks += read_names(&inquiries.commands[i * VPD_QUESTIONS],
				    &luns[disks]);
	*count = disks;
	free(inquiries.commands);
	free(inquiries.data);
	return failed;
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
	struct user_lun *list = NULL;
	uint16_t *numbers = NULL;
	size_t n;
	int rc = -1;

	if (report_all_luns(session, &report, &traffic, err))
		return -1;
	/* One more than there can be, so that none has size zero. */
	n = report.len / REPORT_LUNS_ENTRY_LEN + 1;
	numbers = calloc(n, sizeof(*numbers));
	list = calloc(n, sizeof(*list));
	if (!numbers || !list) {
		error_no_memory(err);
		goto out;
	}
	n = take_numbers(&report, list, numbers);
	if (read_all_names(session, list, &n, &traffic, err))
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
	return rc;
}

static void describe_luns(const struct user_lun *luns, size_t count, char *text,
			  size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && i < LUNS_SHOWN && at < size; i++) {
		const char *id = luns[i].scsi_id.text[0] ? luns[i].scsi_id.text
							 : "none";

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
			  struct user_lun *out, struct error *err)
{
	char shown[400];
	struct user_lun *luns;
	size_t count;
	size_t found = 0;

	if (user_luns_read(session, &luns, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (lun_names_have(&luns[i].names, scsi_id)) {
			*out = luns[i];
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
	return 0;
}
