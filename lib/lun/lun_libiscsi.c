// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/lun_libiscsi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/log.h"
#include "iscsi/user_luns.h"
#include "lun/reservation_keys.h"

/* Bytes in one READ or WRITE. Every target takes this much: LIO of Linux 3.x
 * refused more than its backstore takes at once (hw_max_sectors in sbc_parse_cdb),
 * 127.5 KiB of a loop device. The limit that a target may declare (VPD page 0xb0)
 * is not worth a command. */
#define TRANSFER (64 * 1024)

/* How often a target may tell in one batch that its LUNs have changed. */
#define CHANGES 8

struct lun_libiscsi {
	struct lun lun;
	struct iscsi_context *session;
	uint16_t address; /* as in scsi_command */
	const struct lun_names *names;
	bool unflushed;	  /* written since the last flush */
	bool written;	  /* it may have been, at any time */
	bool cannot_swap; /* the target has no COMPARE AND WRITE */
	bool reserved;	  /* by this session */
	bool to_read;	  /* never to be written to */
	struct scsi_traffic traffic;
};

static struct lun_libiscsi *of(struct lun *lun)
{
	return (struct lun_libiscsi *)lun;
}

/* What was begun is gone on with here, not at another portal. */
static int failed(const struct lun_libiscsi *self, struct error *err)
{
	if (err->code == ERROR_NO_PATH && self->written)
		err->code = ERROR_IO;
	return -1;
}

static int command_failed(const struct lun_libiscsi *self,
			  const struct scsi_command *command, struct error *err)
{
	scsi_command_error(command, err);
	return failed(self, err);
}

static struct scsi_batch batch_of(struct lun_libiscsi *self)
{
	return (struct scsi_batch){
		.session = self->session,
		.unflushed = self->unflushed,
		.reserved = self->reserved,
		.named = lun_names_best(self->names)[0],
		.may_stop = !self->written && !self->reserved,
		.traffic = &self->traffic,
	};
}

int lun_libiscsi_check(struct lun *lun, struct error *err)
{
	struct lun_libiscsi *self = of(lun);
	struct scsi_batch as = batch_of(self);

	as.named = false; /* it is this that tells */
	return user_lun_check(&as, self->address, self->names, err)
		       ? failed(self, err)
		       : 0;
}

static bool lun_changed(const struct scsi_command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (scsi_command_lun_changed(&commands[i]))
			return true;
	}
	return false;
}

/* All of them are done again if one was refused since LUNs have changed, and this
 * one has not: what of them was done does no harm when it is done twice. */
static int run(struct lun_libiscsi *self, struct scsi_command *commands,
	       size_t count, bool all_must_succeed, struct error *err)
{
	struct scsi_batch batch = batch_of(self);

	batch.commands = commands;
	batch.count = count;
	batch.all_must_succeed = all_must_succeed;
	for (int changes = 0;; changes++) {
		int rc = scsi_batch_run(&batch, err);

		if (changes == CHANGES || !lun_changed(commands, count))
			return rc ? failed(self, err) : 0;
		if (lun_libiscsi_check(&self->lun, err))
			return -1;
	}
}

/* The 10-byte forms where they reach. */
static void set_cdb(struct scsi_command *command, uint64_t lba, uint32_t blocks)
{
	bool write = command->direction == SCSI_XFER_WRITE;
	uint8_t *cdb = command->cdb;

	if (lba + blocks <= UINT32_MAX && blocks <= UINT16_MAX) {
		cdb[0] = write ? SCSI_OPCODE_WRITE10 : SCSI_OPCODE_READ10;
		put_be32(cdb + 2, (uint32_t)lba);
		put_be16(cdb + 7, (uint16_t)blocks);
		command->cdb_len = 10;
	} else {
		cdb[0] = write ? SCSI_OPCODE_WRITE16 : SCSI_OPCODE_READ16;
		put_be64(cdb + 2, lba);
		put_be32(cdb + 10, blocks);
		command->cdb_len = 16;
	}
}

static size_t pieces_of(const struct lun_io *io)
{
	return io->len / TRANSFER + (io->len % TRANSFER != 0);
}

/* WCE of the caching page (SBC-3, 6.4.5), by MODE SENSE(6). Targets need not
 * have the page. */
static int has_volatile_cache(struct lun_libiscsi *self, bool *has,
			      struct error *err)
{
	uint8_t mode[192] = { 0 };
	struct scsi_command command = {
		.lun = self->address,
		/* no block descriptors; page 8, current values */
		.cdb = { SCSI_OPCODE_MODESENSE6, 0x08, 0x08, 0, sizeof(mode) },
		.cdb_len = 6,
		.direction = SCSI_XFER_READ,
		.data = mode,
		.len = sizeof(mode),
	};
	size_t page;

	if (run(self, &command, 1, false, err))
		return -1;
	page = 4 + (size_t)mode[3]; /* after the block descriptors */
	*has = command.good && page + 3 <= command.received &&
	       page + 2 <= mode[0] && /* which does not count itself */
	       (mode[page] & 0x3f) == 8 && mode[page + 2] & 0x04;
	return 0;
}

/* SYNCHRONIZE CACHE is optional (SBC-3). A target without it, that does not
 * declare a volatile cache either, has nothing to flush: what it acknowledged
 * is stable. One that declares such a cache and cannot flush it cannot be
 * trusted with a commit. */
static int take_flush(struct lun_libiscsi *self,
		      const struct scsi_command *command, struct error *err)
{
	bool has_cache = false;

	if (!command->good) {
		if (!scsi_command_unsupported(command))
			return command_failed(self, command, err);
		if (has_volatile_cache(self, &has_cache, err))
			return -1;
	}
	if (has_cache)
		return error_set(err, ERROR_IO,
				 "LUN %u has a volatile write cache and cannot "
				 "flush it; turn the target's write-back cache "
				 "off",
				 lun_number(self->address));
	self->unflushed = false;
	return 0;
}

/* The reads or writes of `ios`, cut to TRANSFER. */
static void set_commands(const struct lun_libiscsi *self,
			 enum scsi_xfer_dir direction, const struct lun_io *ios,
			 size_t n, struct scsi_command *command)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t done = 0; done < ios[i].len; done += TRANSFER) {
			size_t len = ios[i].len - done;

			if (len > TRANSFER)
				len = TRANSFER;
			command->lun = self->address;
			command->direction = direction;
			command->data = ios[i].data + done;
			command->len = (uint32_t)len;
			command->exact = true;
			set_cdb(command,
				(ios[i].offset + done) / self->lun.block_size,
				(uint32_t)(len / self->lun.block_size));
			command++;
		}
	}
}

/* lun_read and lun_write have checked that every request fits the LUN. `flush`
 * goes with them, and may be refused. */
static int transfer(struct lun_libiscsi *self, enum scsi_xfer_dir direction,
		    const struct lun_io *ios, size_t n, bool flush,
		    struct error *err)
{
	struct scsi_command *commands;
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		count += pieces_of(&ios[i]);
	commands = alloc_zeroed(flush + count, sizeof(*commands));
	set_commands(self, direction, ios, n, commands + flush);
	if (flush)
		commands[0] = (struct scsi_command){
			.lun = self->address,
			/* from block 0, number of blocks 0: the whole LUN */
			.cdb = { SCSI_OPCODE_SYNCHRONIZECACHE10 },
			.cdb_len = 10,
			.direction = SCSI_XFER_NONE,
		};
	rc = run(self, commands, flush + count, !flush, err);
	for (size_t i = 1; i <= count && flush && !rc; i++) {
		if (!commands[i].good)
			rc = command_failed(self, &commands[i], err);
	}
	if (flush && !rc)
		rc = take_flush(self, &commands[0], err);
	free(commands);
	return rc;
}

static int libiscsi_read(struct lun *lun, const struct lun_io *ios, size_t n,
			 struct error *err)
{
	return transfer(of(lun), SCSI_XFER_READ, ios, n, false, err);
}

static int libiscsi_write(struct lun *lun, const struct lun_io *ios, size_t n,
			  struct error *err)
{
	int rc;

	of(lun)->written = true;
	rc = transfer(of(lun), SCSI_XFER_WRITE, ios, n, false, err);
	/* On failure, too: some of them were written. */
	of(lun)->unflushed = true;
	return rc;
}

static int libiscsi_flush_read(struct lun *lun, const struct lun_io *ios,
			       size_t n, struct error *err)
{
	return transfer(of(lun), SCSI_XFER_READ, ios, n, true, err);
}

static int libiscsi_flush(struct lun *lun, struct error *err)
{
	return libiscsi_flush_read(lun, NULL, 0, err);
}

/* SBC-3, 5.2. Whether the target did it is known only from its answer: after a
 * lost or an ambiguous one nothing is tried again, for our own success would
 * look like another host's. Without FUA, which targets refuse that have no
 * cache; as after a write, it takes a flush to make it stable. */
static int libiscsi_swap(struct lun *lun, uint64_t offset,
			 const uint8_t *expect, const uint8_t *with,
			 enum lun_swapped *outcome, struct error *err)
{
	struct lun_libiscsi *self = of(lun);
	uint32_t block = lun->block_size;
	uint8_t both[2 * 4096];
	struct scsi_command command = {
		.lun = self->address,
		.cdb = { SCSI_OPCODE_COMPARE_AND_WRITE },
		.cdb_len = 16,
		.direction = SCSI_XFER_WRITE,
		.data = both,
		.len = 2 * block,
		.exact = true,
		.once = true,
	};
	int rc;

	*outcome = LUN_CANNOT_SWAP;
	if (self->cannot_swap)
		return 0;
	put_be64(command.cdb + 2, offset / block);
	command.cdb[13] = 1; /* one block to compare, one to write */
	memcpy(both, expect, block);
	memcpy(both + block, with, block);
	self->written = true;
	rc = run(self, &command, 1, false, err);
	self->unflushed = true;
	if (rc)
		return -1;
	if (scsi_command_unsupported(&command)) {
		self->cannot_swap = true;
		return 0;
	}
	if (scsi_command_miscompared(&command)) {
		*outcome = LUN_NOT_SWAPPED;
		return 0;
	}
	if (!command.good)
		return command_failed(self, &command, err);
	*outcome = LUN_SWAPPED;
	return 0;
}

/* RESERVE(6) and RELEASE(6) of SPC-2: the LUN is for this session alone. Every
 * other one, of whatever host, is refused with RESERVATION CONFLICT, until it is
 * given back or this session ends, however it ends. Means nothing where somebody
 * has registered for a persistent reservation (reservation_keys.h). */
static int reserve(const struct lun_libiscsi *self, uint8_t opcode,
		   struct scsi_batch as, struct scsi_command *command,
		   struct error *err)
{
	*command = (struct scsi_command){
		.lun = self->address,
		.cdb = { opcode },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};
	as.commands = command;
	as.count = 1;
	return scsi_batch_run(&as, err);
}

static int libiscsi_fence(struct lun *lun, struct error *err)
{
	struct lun_libiscsi *self = of(lun);
	struct scsi_batch as = batch_of(self);
	struct scsi_command command;

	/* One whose answer nobody has waited for might stay. */
	as.may_stop = false;
	for (int changes = 0;; changes++) {
		if (reserve(self, SCSI_OPCODE_RESERVE6, as, &command, err))
			return -1;
		if (changes == CHANGES || !scsi_command_lun_changed(&command))
			break;
		if (lun_libiscsi_check(lun, err))
			return -1;
	}
	self->reserved = command.good;
	if (scsi_command_unsupported(&command))
		return 1;
	return command.good ? 0 : scsi_command_error(&command, err);
}

static void libiscsi_unfence(struct lun *lun)
{
	struct lun_libiscsi *self = of(lun);
	const struct scsi_batch as = {
		.session = self->session,
		.traffic = &self->traffic,
	};
	struct scsi_command command;
	struct error err;

	if (!self->reserved)
		return;
	self->reserved =
		reserve(self, SCSI_OPCODE_RELEASE6, as, &command, &err) ||
		(!command.good && scsi_command_error(&command, &err));
	if (self->reserved)
		log_warning("the reservation stays until the session's end: %s",
			    err.text);
}

/* There are targets that keep a reservation beyond its session (LIO before
 * Linux 5.5), so it is given back on every way out. */
static void libiscsi_close(struct lun *lun)
{
	libiscsi_unfence(lun);
	free(of(lun));
}

static const struct lun_ops libiscsi_ops = {
	.read = libiscsi_read,
	.write = libiscsi_write,
	.flush = libiscsi_flush,
	.flush_read = libiscsi_flush_read,
	.swap = libiscsi_swap,
	.fence = libiscsi_fence,
	.unfence = libiscsi_unfence,
	.close = libiscsi_close,
};

/* Whoever opened the LUN to read has nothing to write or to flush. */
static int no_write(struct lun *lun, const struct lun_io *ios, size_t n,
		    struct error *err)
{
	(void)ios;
	(void)n;
	return error_set(err, ERROR_INTERNAL, "LUN %u was opened to be read",
			 lun_number(of(lun)->address));
}

static int no_flush(struct lun *lun, struct error *err)
{
	return no_write(lun, NULL, 0, err);
}

static const struct lun_ops reading_ops = {
	.read = libiscsi_read,
	.write = no_write,
	.flush = no_flush,
	.close = libiscsi_close,
};

static int set_size(struct lun_libiscsi *self, uint64_t last_block,
		    uint32_t block_size, struct error *err)
{
	if (block_size != 512 && block_size != 4096)
		return error_set(err, ERROR_LUN_CONTENT,
				 "LUN %u has blocks of %" PRIu32
				 " bytes; only 512 and 4096 are supported",
				 lun_number(self->address), block_size);
	if (last_block >= (uint64_t)INT64_MAX / block_size)
		return error_set(err, ERROR_IO,
				 "LUN %u claims an impossible size: last block "
				 "%" PRIu64,
				 lun_number(self->address), last_block);
	self->lun.block_size = block_size;
	self->lun.size = (last_block + 1) * block_size;
	return 0;
}

/* For targets before SBC-2: LUNs below 2 TiB. */
static int read_capacity_10(struct lun_libiscsi *self, struct error *err)
{
	uint8_t data[8];
	struct scsi_command command = {
		.lun = self->address,
		.cdb = { SCSI_OPCODE_READCAPACITY10 },
		.cdb_len = 10,
		.direction = SCSI_XFER_READ,
		.data = data,
		.len = sizeof(data),
	};

	if (run(self, &command, 1, true, err))
		return -1;
	if (command.received < sizeof(data) || get_be32(data) == UINT32_MAX)
		return error_set(err, ERROR_IO, "LUN %u does not tell its size",
				 lun_number(self->address));
	return set_size(self, get_be32(data), get_be32(data + 4), err);
}

/* Targets need not know of persistent reservations. One that is reserved by
 * another session may answer this with a conflict alone. */
static int take_keys(struct lun_libiscsi *self,
		     const struct scsi_command *command, struct error *err)
{
	char name[32];

	if (scsi_command_unsupported(command))
		return 0;
	if (!command->good)
		return scsi_command_error(command, err);
	snprintf(name, sizeof(name), "LUN %u", lun_number(self->address));
	return reservation_keys_check(command->data, command->received, name,
				      err);
}

/* All questions in one round trip. */
static int identify(struct lun_libiscsi *self, struct error *err)
{
	enum { READY, CAPACITY, KEYS };
	uint8_t capacity[32];
	uint8_t keys[RESERVATION_KEYS_LEN];
	struct scsi_command commands[] = {
		/* It takes the unit attention that a new session begins with,
		 * so that none of the others has to be sent again. */
		[READY] = { .lun = self->address,
			    .cdb = { SCSI_OPCODE_TESTUNITREADY },
			    .cdb_len = 6,
			    .direction = SCSI_XFER_NONE,
			    .sent_once = true },
		[CAPACITY] = { .lun = self->address,
			       .cdb = { SCSI_OPCODE_SERVICE_ACTION_IN,
					SCSI_READCAPACITY16 },
			       .cdb_len = 16,
			       .direction = SCSI_XFER_READ,
			       .data = capacity,
			       .len = sizeof(capacity) },
		[KEYS] = { .lun = self->address,
			   .cdb_len = RESERVATION_KEYS_CDB_LEN,
			   .direction = SCSI_XFER_READ,
			   .data = keys,
			   .len = sizeof(keys) },
	};

	put_be32(commands[CAPACITY].cdb + 10, sizeof(capacity));
	reservation_keys_cdb(commands[KEYS].cdb);
	if (run(self, commands, self->to_read ? KEYS : KEYS + 1, false, err))
		return -1;
	if (!commands[CAPACITY].good &&
	    !scsi_command_unsupported(&commands[CAPACITY]))
		return scsi_command_error(&commands[CAPACITY], err);
	if (commands[CAPACITY].good && commands[CAPACITY].received >= 12) {
		if (set_size(self, get_be64(capacity), get_be32(capacity + 8),
			     err))
			return -1;
	} else if (read_capacity_10(self, err)) {
		return -1;
	}
	return self->to_read ? 0 : take_keys(self, &commands[KEYS], err);
}

int lun_libiscsi_open(struct iscsi_context *session, uint16_t address,
		      const struct lun_names *names, bool to_write,
		      struct lun **out, struct error *err)
{
	struct lun_libiscsi *self;

	self = alloc_zeroed(1, sizeof(*self));
	self->lun.ops = to_write ? &libiscsi_ops : &reading_ops;
	self->to_read = !to_write;
	self->session = session;
	self->address = address;
	self->names = names;
	if (identify(self, err)) {
		free(self);
		return -1;
	}
	*out = &self->lun;
	return 0;
}

bool lun_libiscsi_written(const struct lun *lun)
{
	return ((const struct lun_libiscsi *)lun)->written;
}

bool lun_libiscsi_reserved(const struct lun *lun)
{
	return ((const struct lun_libiscsi *)lun)->reserved;
}

struct scsi_traffic lun_libiscsi_traffic(const struct lun *lun)
{
	return ((const struct lun_libiscsi *)lun)->traffic;
}
