// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_luns.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/log.h"
#include "format/report_luns.h"
#include "format/vpd.h"
#include "host/disk_id.h"
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

/* How a target is asked, for whoever only looks. */
static struct scsi_batch looking(struct iscsi_context *session,
				 struct scsi_traffic *traffic)
{
	return (struct scsi_batch){
		.session = session,
		.may_stop = true,
		.traffic = traffic,
	};
}

static int report_luns(struct scsi_batch as, uint32_t size,
		       struct report *report, struct error *err)
{
	struct scsi_command command = {
		.cdb = { SCSI_OPCODE_REPORTLUNS },
		.cdb_len = 12,
		.direction = SCSI_XFER_READ,
		.len = size,
		.data = alloc_zeroed(size, 1),
	};

	as.commands = &command;
	as.count = 1;
	as.all_must_succeed = true;
	put_be32(command.cdb + 6, size);
	if (scsi_batch_run(&as, err)) {
		free(command.data);
		return -1;
	}
	*report = (struct report){ command.data, command.received };
	return 0;
}

/* The whole list: asked for again if it is longer than expected, or has grown.
 * One that says more than it holds is none. */
static int report_all_luns(const struct scsi_batch *as, struct report *report,
			   struct error *err)
{
	const uint64_t most =
		REPORT_LUNS_HEADER_LEN + LUNS_MAX * REPORT_LUNS_ENTRY_LEN;
	uint64_t size =
		REPORT_LUNS_HEADER_LEN + LUNS_FIRST * REPORT_LUNS_ENTRY_LEN;
	uint64_t asked, sent;

	do {
		asked = size;
		if (report_luns(*as, (uint32_t)asked, report, err))
			return -1;
		sent = report->len;
		size = report_luns_size(report->data, report->len);
		if (size > 0 && size <= sent)
			return 0;
		free(report->data);
		report->data = NULL;
	} while (size > asked && size <= most);
	return error_set(err, ERROR_NO_DEVICE,
			 "the target reports a list of LUNs of %" PRIu64
			 " bytes, and sends %" PRIu64,
			 size, sent);
}

/* The questions `first` to `last` to each LUN, and their answers. */
struct inquiries {
	enum vpd_question first, last;
	struct scsi_command *commands;
	uint8_t *data;
};

static int ask(struct scsi_batch as, const struct user_lun *luns, size_t count,
	       struct inquiries *out, struct error *err)
{
	const size_t questions = out->last - out->first + 1;
	const size_t n = count * questions;

	out->commands = alloc_zeroed(n + 1, sizeof(*out->commands));
	out->data = alloc_zeroed(n + 1, VPD_PAGE_LEN);
	for (size_t i = 0; i < n; i++) {
		struct scsi_command *command = &out->commands[i];

		*command = (struct scsi_command){
			.lun = luns[i / questions].lun,
			.cdb_len = VPD_CDB_LEN,
			.direction = SCSI_XFER_READ,
			.data = out->data + i * VPD_PAGE_LEN,
			.len = VPD_PAGE_LEN,
		};
		vpd_cdb((enum vpd_question)(out->first + i % questions),
			command->cdb);
	}
	as.commands = out->commands;
	as.count = n;
	return scsi_batch_run(&as, err);
}

static void inquiries_free(struct inquiries *inquiries)
{
	free(inquiries->commands);
	free(inquiries->data);
}

/* The answers to all questions about LUN `i`. */
static void gather(const struct inquiries *from, size_t i,
		   struct vpd_pages *pages)
{
	const size_t questions = from->last - from->first + 1;

	for (size_t k = 0; k < questions; k++) {
		const struct scsi_command *answer =
			&from->commands[i * questions + k];

		pages->answers[from->first + k] =
			(struct vpd_page){ answer->data, answer->received };
	}
}

/* False if it is no disk. A page that the target refuses says nothing about
 * the device. */
static bool read_names(const struct vpd_pages *pages, struct user_lun *lun)
{
	const struct vpd_page *standard = &pages->answers[VPD_STANDARD];

	if (!scsi_inquiry_is_disk(standard->data, standard->len))
		return false;
	vpd_names(pages, &lun->names);
	vpd_vendor(&pages->answers[VPD_STANDARD], lun->vendor);
	vpd_serial(&pages->answers[VPD_SERIAL], lun->serial);
	lun->scsi_id = *host_scsi_id(&lun->names);
	return true;
}

/* Drops what is no disk, in place. From VPD_STANDARD on there are all names,
 * but not what scsi_id prints. `ids` has page 0x83 of all, or is NULL. */
static int read_all_names(const struct scsi_batch *as, enum vpd_question first,
			  const struct inquiries *ids, struct user_lun *luns,
			  size_t *count, struct error *err)
{
	struct inquiries rest = { first, ids ? VPD_SERIAL : VPD_IDS, NULL,
				  NULL };
	size_t disks = 0;
	int failed = ask(*as, luns, *count, &rest, err);

	for (size_t i = 0; i < *count && !failed; i++) {
		struct vpd_pages pages = { 0 };

		gather(&rest, i, &pages);
		if (ids)
			gather(ids, i, &pages);
		luns[disks].lun = luns[i].lun;
		disks += read_names(&pages, &luns[disks]);
	}
	*count = disks;
	inquiries_free(&rest);
	return failed;
}

/* The first question to a LUN that is found. */
static enum vpd_question first_of(const struct lun_wanted *wanted)
{
	return wanted->as_listed ? VPD_LIST : VPD_STANDARD;
}

/* The names that page 0x83 gives without the others. */
static struct lun_names ids_alone(const struct inquiries *ids, size_t i)
{
	struct vpd_pages pages = { 0 };
	struct lun_names names;

	gather(ids, i, &pages);
	vpd_names(&pages, &names);
	return names;
}

/* Keeps those of which page 0x83 alone has the name, with that answer, and asks
 * for their other names. If there are none it asks all for all. */
static int read_candidates(const struct scsi_batch *as,
			   const struct lun_wanted *wanted,
			   struct user_lun *luns, size_t *count,
			   struct error *err)
{
	struct inquiries ids = { VPD_IDS, VPD_IDS, NULL, NULL };
	int failed = ask(*as, luns, *count, &ids, err);
	size_t n = 0;

	for (size_t i = 0; i < *count && !failed; i++) {
		const struct lun_names names = ids_alone(&ids, i);

		if (!lun_names_have(&names, wanted->scsi_id))
			continue;
		luns[n].lun = luns[i].lun;
		ids.commands[n++] = ids.commands[i];
	}
	if (n > 0)
		*count = n;
	if (!failed)
		failed = read_all_names(as, n ? first_of(wanted) : VPD_LIST,
					n ? &ids : NULL, luns, count, err);
	inquiries_free(&ids);
	return failed;
}

/* What the questions `first` to `last` say of its names. */
static int names_by(const struct scsi_batch *as, uint16_t address,
		    enum vpd_question first, struct lun_names *names,
		    struct error *err)
{
	const struct user_lun lun = { .lun = address };
	struct inquiries all = { first, VPD_IDS, NULL, NULL };
	struct vpd_pages pages = { 0 };
	int failed = ask(*as, &lun, 1, &all, err);

	if (!failed) {
		gather(&all, 0, &pages);
		vpd_names(&pages, names);
	}
	inquiries_free(&all);
	return failed;
}

int user_lun_check(const struct scsi_batch *as, uint16_t address,
		   const struct lun_names *names, struct error *err)
{
	struct lun_names now;

	if (names_by(as, address, VPD_IDS, &now, err))
		return -1;
	if (!lun_names_same(names, &now) &&
	    names_by(as, address, VPD_STANDARD, &now, err))
		return -1;
	return lun_names_check(names, &now, err);
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

/* The numbers alone. */
static int list_luns(const struct scsi_batch *as, struct user_lun **luns,
		     size_t *count, struct error *err)
{
	struct report report = { NULL, 0 };
	struct user_lun *list;
	uint16_t *numbers;
	size_t n;

	if (report_all_luns(as, &report, err))
		return -1;
	n = report.len / REPORT_LUNS_ENTRY_LEN;
	numbers = alloc_zeroed(n, sizeof(*numbers));
	list = alloc_zeroed(n, sizeof(*list));
	*count = take_numbers(&report, list, numbers);
	*luns = list;
	free(numbers);
	free(report.data);
	return 0;
}

int user_luns_read(struct iscsi_context *session, struct user_lun **luns,
		   size_t *count, struct error *err)
{
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch as = looking(session, &traffic);

	if (list_luns(&as, luns, count, err))
		return -1;
	if (read_all_names(&as, VPD_LIST, NULL, *luns, count, err)) {
		free(*luns);
		return -1;
	}
	log_debug("the target has %zu disks, found with %u SCSI commands",
		  *count, traffic.commands);
	return 0;
}

int user_luns_number(struct iscsi_context *session, struct lun_wanted *wanted,
		     size_t wanted_count, struct error *err)
{
	struct inquiries ids = { VPD_IDS, VPD_IDS, NULL, NULL };
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch as = looking(session, &traffic);
	struct user_lun *luns;
	unsigned *found;
	size_t count;
	int failed;

	if (list_luns(&as, &luns, &count, err))
		return -1;
	found = alloc_zeroed(wanted_count, sizeof(*found));
	failed = ask(as, luns, count, &ids, err);
	for (size_t i = 0; i < count && !failed; i++) {
		struct lun_names names = ids_alone(&ids, i);

		for (size_t k = 0; k < wanted_count; k++) {
			if (!lun_names_have(&names, wanted[k].scsi_id))
				continue;
			wanted[k].numbered = ++found[k] == 1;
			wanted[k].number = luns[i].lun;
			wanted[k].addressed = true;
		}
	}
	free(found);
	log_debug("%zu LUNs numbered with %u SCSI commands", count,
		  traffic.commands);
	inquiries_free(&ids);
	free(luns);
	return failed;
}

static void describe_luns(const struct user_lun *luns, size_t count, char *text,
			  size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && i < LUNS_SHOWN && at < size; i++) {
		const char *id =
			luns[i].scsi_id.text[0] ? luns[i].scsi_id.text : "none";

		at += (size_t)snprintf(text + at, size - at, "%sLUN %u: %.40s",
				       i ? ", " : "", lun_number(luns[i].lun),
				       id);
	}
	if (count > LUNS_SHOWN && at < size)
		snprintf(text + at, size - at, ", ...");
}

/* Where a LUN of this number can be. Up to 255 both forms of address mean the
 * same; above, a target may take the one that it has not for another LUN (tgt
 * takes 01 2c for LUN 44), so that its own list tells. */
static int addresses_of(const struct scsi_batch *as,
			const struct lun_wanted *wanted, uint16_t addresses[2],
			size_t *count, struct error *err)
{
	struct user_lun *luns;
	size_t n;

	addresses[0] = (uint16_t)wanted->number;
	addresses[1] = (uint16_t)(wanted->number | (LUN_NUMBER_MAX + 1));
	*count = wanted->addressed ? 1 : 2;
	if (wanted->addressed || wanted->number <= UINT8_MAX)
		return 0;
	if (list_luns(as, &luns, &n, err))
		return -1;
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		if (lun_number(luns[i].lun) == wanted->number)
			addresses[(*count)++] = luns[i].lun;
	}
	free(luns);
	return 0;
}

/* At the number that it should have. *found: a disk is there, and has the name
 * if one is wanted. */
static int look_there(struct iscsi_context *session,
		      const struct lun_wanted *wanted, struct user_lun *out,
		      bool *found, struct error *err)
{
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch as = looking(session, &traffic);
	uint16_t addresses[2];
	size_t count;

	*found = false;
	if (addresses_of(&as, wanted, addresses, &count, err))
		return -1;
	for (size_t i = 0; i < count && !*found; i++) {
		struct user_lun lun = { .lun = addresses[i] };
		size_t disks = 1;

		if (read_all_names(&as, first_of(wanted), NULL, &lun, &disks,
				   err))
			return -1;
		*found = disks == 1 &&
			 (!wanted->scsi_id ||
			  lun_names_have(&lun.names, wanted->scsi_id));
		*out = lun;
	}
	log_debug("LUN %u asked for its names with %u SCSI commands",
		  wanted->number, traffic.commands);
	return 0;
}

static int no_such_name(const char *scsi_id, const struct user_lun *luns,
			size_t count, size_t found, struct error *err)
{
	char shown[400];

	describe_luns(luns, count, shown, sizeof(shown));
	if (found == 0)
		return error_set(err, ERROR_NO_SCSIID,
				 "no disk of the target has SCSIid %.80s; it "
				 "has %zu: %s",
				 scsi_id, count, shown);
	return error_set(err, ERROR_NO_SCSIID,
			 "%zu disks of the target have SCSIid %.80s: %s", found,
			 scsi_id, shown);
}

/* Page 0x83 of all at once; every name of those that it points to, or of all if
 * it points to none. */
static int search(struct iscsi_context *session,
		  const struct lun_wanted *wanted, struct user_lun *out,
		  struct error *err)
{
	const char *scsi_id = wanted->scsi_id;
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch as = looking(session, &traffic);
	struct user_lun *luns;
	size_t count, found = 0;
	int failed;

	if (list_luns(&as, &luns, &count, err))
		return -1;
	failed = read_candidates(&as, wanted, luns, &count, err);
	for (size_t i = 0; i < count && !failed; i++) {
		if (lun_names_have(&luns[i].names, scsi_id)) {
			*out = luns[i];
			found++;
		}
	}
	if (!failed && found != 1)
		failed = no_such_name(scsi_id, luns, count, found, err);
	free(luns);
	log_debug("searched with %u SCSI commands", traffic.commands);
	return failed ? -1 : 0;
}

int user_session_find_lun(struct iscsi_context *session,
			  const struct lun_wanted *wanted, struct user_lun *out,
			  struct error *err)
{
	bool found = false;

	if (wanted->numbered && look_there(session, wanted, out, &found, err))
		return -1;
	if (found)
		return 0;
	if (wanted->scsi_id)
		return search(session, wanted, out, err);
	return error_set(err, ERROR_NO_SCSIID,
			 "the target has no disk of number %u; `relvm list` "
			 "shows those it has",
			 wanted->number);
}
