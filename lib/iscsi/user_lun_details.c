// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_lun_details.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/log.h"
#include "format/vpd.h"
#include "iscsi/scsi_batch.h"

/* Of every answer: the longest is page 0x80's. */
#define ANSWER_SIZE VPD_PAGE_LEN

#define CAPACITY10_LEN	  8
#define CAPACITY16_LEN	  32

/* How many commands each LUN is asked with. */
enum question { STANDARD, SERIAL, CAPACITY10, CAPACITY16, QUESTIONS };

static void set_question(struct scsi_command *command, enum question question)
{
	uint8_t *cdb = command->cdb;

	command->direction = SCSI_XFER_READ;
	switch (question) {
	case STANDARD:
	case SERIAL:
		cdb[0] = SCSI_OPCODE_INQUIRY;
		cdb[1] = question == SERIAL;
		cdb[2] = question == SERIAL ? 0x80 : 0;
		cdb[4] = ANSWER_SIZE;
		command->cdb_len = 6;
		command->len = ANSWER_SIZE;
		break;
	case CAPACITY10:
		cdb[0] = SCSI_OPCODE_READCAPACITY10;
		command->cdb_len = 10;
		command->len = CAPACITY10_LEN;
		break;
	case CAPACITY16:
		cdb[0] = SCSI_OPCODE_SERVICE_ACTION_IN;
		cdb[1] = SCSI_READCAPACITY16;
		put_be32(cdb + 10, CAPACITY16_LEN);
		command->cdb_len = 16;
		command->len = CAPACITY16_LEN;
		break;
	case QUESTIONS:
		break;
	}
}

static uint64_t size_of(uint64_t last_block, uint32_t block)
{
	if (block == 0 || last_block >= (uint64_t)INT64_MAX / block)
		return 0;
	return (last_block + 1) * block;
}

static uint64_t take_size(const struct scsi_command *ten,
			  const struct scsi_command *sixteen)
{
	if (sixteen->good && sixteen->received >= 12)
		return size_of(get_be64(sixteen->data),
			       get_be32(sixteen->data + 8));
	if (ten->good && ten->received >= CAPACITY10_LEN &&
	    get_be32(ten->data) != UINT32_MAX)
		return size_of(get_be32(ten->data), get_be32(ten->data + 4));
	return 0;
}

/* `answers` are the QUESTIONS of one LUN. */
static void take_details(const struct scsi_command *answers,
			 struct user_lun_details *out)
{
	const struct scsi_command *standard = &answers[STANDARD];
	const struct scsi_command *serial = &answers[SERIAL];
	const struct vpd_page inquiry = { standard->data,
					  standard->good ? standard->received
							 : 0 };
	const struct vpd_page page80 = { serial->data,
					 serial->good ? serial->received : 0 };

	vpd_vendor(&inquiry, out->vendor);
	vpd_serial(&page80, out->serial);
	out->size = take_size(&answers[CAPACITY10], &answers[CAPACITY16]);
}

int user_luns_describe(struct iscsi_context *session,
		       const struct user_lun *luns, size_t count,
		       struct user_lun_details **out, struct error *err)
{
	size_t n = count * QUESTIONS;
	struct scsi_command *commands = alloc_zeroed(n + 1, sizeof(*commands));
	struct user_lun_details *details = alloc_zeroed(count + 1, sizeof(*details));
	uint8_t *data = alloc_zeroed(n + 1, ANSWER_SIZE);
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch batch = {
		.session = session,
		.commands = commands,
		.count = n,
		.traffic = &traffic,
	};
	int rc = -1;

	for (size_t i = 0; i < n; i++) {
		commands[i].lun = luns[i / QUESTIONS].lun;
		commands[i].data = data + i * ANSWER_SIZE;
		set_question(&commands[i], (enum question)(i % QUESTIONS));
	}
	if (scsi_batch_run(&batch, err))
		goto out;
	for (size_t i = 0; i < count; i++)
		take_details(&commands[i * QUESTIONS], &details[i]);
	log_debug("%zu disks described with %u SCSI commands", count,
		  traffic.commands);
	*out = details;
	details = NULL;
	rc = 0;
out:
	free(commands);
	free(details);
	free(data);
	return rc;
}
