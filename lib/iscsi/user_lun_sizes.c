// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_luns.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "iscsi/scsi_batch.h"

#define CAPACITY10_LEN 8
#define CAPACITY16_LEN 32

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

int user_luns_size(struct iscsi_context *session, struct user_lun *luns,
		   size_t count, struct error *err)
{
	struct scsi_command *commands =
		alloc_zeroed(2 * count + 1, sizeof(*commands));
	uint8_t *data = alloc_zeroed(2 * count + 1, CAPACITY16_LEN);
	struct scsi_traffic traffic = { 0 };
	const struct scsi_batch batch = {
		.session = session,
		.commands = commands,
		.count = 2 * count,
		.may_stop = true,
		.traffic = &traffic,
	};
	int rc;

	for (size_t i = 0; i < 2 * count; i++) {
		commands[i] = (struct scsi_command){
			.lun = luns[i / 2].lun,
			.cdb = { SCSI_OPCODE_READCAPACITY10 },
			.cdb_len = 10,
			.direction = SCSI_XFER_READ,
			.data = data + i * CAPACITY16_LEN,
			.len = CAPACITY10_LEN,
		};
		if (i % 2 == 0)
			continue;
		commands[i].cdb[0] = SCSI_OPCODE_SERVICE_ACTION_IN;
		commands[i].cdb[1] = SCSI_READCAPACITY16;
		commands[i].cdb[13] = CAPACITY16_LEN;
		commands[i].cdb_len = 16;
		commands[i].len = CAPACITY16_LEN;
	}
	rc = scsi_batch_run(&batch, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		luns[i].size =
			take_size(&commands[2 * i], &commands[2 * i + 1]);
	free(commands);
	free(data);
	return rc;
}
