// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The iSCSI layer from the command line, for the tests here: log in, find a
 * LUN, do I/O, log out.
 *
 *   lun_tool [-u USER -w PASSWORD] [-U INCOMING_USER -W INCOMING_PASSWORD]
 *            [-i INITIATOR] [-v] [-n NUMBER] IQN SCSIID HOST:PORT,... [ACTION ...]
 *
 * -n: the LUN of this number, whatever SCSIID says.
 *
 * Actions, in order:
 *   info               prints LUN number, size and block size
 *   write:AT:LEN:SEED  writes a pattern, in one list of requests per MiB
 *   check:AT:LEN:SEED  reads it back and compares
 *   whole:LEN          writes so many bytes in one request, and reads them back
 *   scatter:N:SEED     writes N separate blocks, in one list
 *   gather:N:SEED      reads them back in one list and compares
 *   swap:AT:OLD:NEW    exchanges the block there if it holds pattern OLD, by the
 *                      target's own command; prints what came of it
 *   flush
 *   fence, unfence     prints what came of it; gives it back
 *   register:KEY       registers for a persistent reservation
 *   hold               prints "holding" and waits for the end of its input
 *   forever            writes and flushes until that fails
 *   time               prints how long it all took until here
 *
 * A failure prints "CODE: text" and ends with status 1.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "format/report_luns.h"
#include "iscsi/scsi_batch.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"

#define MIB (1024 * 1024)

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static const char *code_name(enum error_code code)
{
	static const struct {
		enum error_code code;
		const char *name;
	} names[] = {
		{ ERROR_BAD_VALUE, "BAD_VALUE" },
		{ ERROR_NO_SCSIID, "NO_SCSIID" },
		{ ERROR_RESOLVE, "RESOLVE" },
		{ ERROR_CONNECT, "CONNECT" },
		{ ERROR_DISCOVERY, "DISCOVERY" },
		{ ERROR_LOGIN, "LOGIN" },
		{ ERROR_NO_DEVICE, "NO_DEVICE" },
		{ ERROR_IO, "IO" },
		{ ERROR_LUN_CONTENT, "LUN_CONTENT" },
		{ ERROR_RESERVED, "RESERVED" },
		{ ERROR_IN_USE, "IN_USE" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].code == code)
			return names[i].name;
	}
	return "OTHER";
}

static void to_stderr(int level, const char *line)
{
	(void)level;
	fprintf(stderr, "%s\n", line);
}

/* Bytes that depend on where they lie, so that none can be mistaken. */
static void fill(uint8_t *data, uint64_t at, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t x = (at + i) * 0x9e3779b97f4a7c15u +
			     seed * 0xff51afd7ed558ccdu;

		data[i] = (uint8_t)(x >> 56 ^ x >> 24);
	}
}

static int compare(const uint8_t *data, uint64_t at, size_t len, unsigned seed,
		   struct error *err)
{
	uint8_t *want = malloc(len);
	int differs;

	fill(want, at, len, seed);
	differs = memcmp(data, want, len);
	free(want);
	return differs ? error_set(err, ERROR_INTERNAL,
				   "data differs at byte %" PRIu64, at)
		       : 0;
}

/* One list of up to 64 requests that together cover [at, at + len). */
static int cover(struct lun *lun, bool write, uint64_t at, size_t len,
		 unsigned seed, struct error *err)
{
	size_t step = (len / 64 / lun->block_size + 1) * lun->block_size;
	uint8_t *data = calloc(1, len);
	struct lun_io ios[64];
	size_t n = 0;
	int rc;

	if (write)
		fill(data, at, len, seed);
	for (size_t done = 0; done < len; done += step, n++)
		ios[n] = (struct lun_io){
			.offset = at + done,
			.len = len - done < step ? len - done : step,
			.data = data + done,
		};
	rc = (write ? lun_write : lun_read)(lun, ios, n, err);
	if (!rc && !write)
		rc = compare(data, at, len, seed, err);
	free(data);
	return rc;
}

static int whole(struct lun *lun, size_t len, struct error *err)
{
	uint8_t *data = calloc(1, len);
	struct lun_io io = { 0, len, data };
	int rc;

	fill(data, 0, len, 1);
	rc = lun_write(lun, &io, 1, err) || lun_read(lun, &io, 1, err) ||
	     compare(data, 0, len, 1, err);
	free(data);
	return rc;
}

static int blocks(struct lun *lun, bool write, size_t n, unsigned seed,
		  struct error *err)
{
	uint64_t stride = lun->size / n / lun->block_size * lun->block_size;
	uint8_t *data = calloc(n, lun->block_size);
	struct lun_io *ios = calloc(n, sizeof(*ios));
	int rc;

	for (size_t i = 0; i < n; i++) {
		ios[i] = (struct lun_io){
			.offset = i * stride,
			.len = lun->block_size,
			.data = data + i * lun->block_size,
		};
		if (write)
			fill(ios[i].data, ios[i].offset, ios[i].len, seed);
	}
	rc = (write ? lun_write : lun_read)(lun, ios, n, err);
	for (size_t i = 0; !rc && !write && i < n; i++)
		rc = compare(ios[i].data, ios[i].offset, ios[i].len, seed, err);
	free(ios);
	free(data);
	return rc;
}

/* What the form itself says; lun_swap would help out. */
static int swap(struct lun *lun, uint64_t at, unsigned old, unsigned new,
		struct error *err)
{
	static const char *const words[] = {
		[LUN_SWAPPED] = "swapped",
		[LUN_NOT_SWAPPED] = "not swapped",
		[LUN_CANNOT_SWAP] = "cannot swap",
	};
	uint8_t expect[4096];
	uint8_t with[4096];
	enum lun_swapped outcome;

	fill(expect, at, lun->block_size, old);
	fill(with, at, lun->block_size, new);
	if (lun->ops->swap(lun, at, expect, with, &outcome, err))
		return -1;
	printf("%s\n", words[outcome]);
	return 0;
}

static int fence(struct lun *lun, struct error *err)
{
	int rc = lun_fence(lun, err);

	if (rc >= 0)
		printf("%s\n", rc ? "cannot fence" : "fenced");
	return rc < 0 ? -1 : 0;
}

/* PERSISTENT RESERVE OUT, REGISTER (SPC-4, 6.16). */
static int register_key(struct iscsi_context *session, uint16_t address,
			uint64_t key, struct error *err)
{
	struct scsi_traffic traffic = { 0 };
	uint8_t data[24] = { 0 };
	struct scsi_command command = {
		.lun = address,
		.cdb = { 0x5f, [8] = sizeof(data) },
		.cdb_len = 10,
		.direction = SCSI_XFER_WRITE,
		.data = data,
		.len = sizeof(data),
	};
	const struct scsi_batch batch = {
		.session = session,
		.commands = &command,
		.count = 1,
		.all_must_succeed = true,
		.traffic = &traffic,
	};

	put_be64(data + 8, key);
	return scsi_batch_run(&batch, err);
}

/* Whoever started us closes our input. */
static void hold(void)
{
	char byte;

	printf("holding\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

static int act(struct lun *lun, struct iscsi_context *session, uint16_t address,
	       const char *action, double start, struct error *err)
{
	bool write = action[0] == 'w' || action[0] == 's';
	struct scsi_traffic traffic;
	uint64_t at;
	size_t len;
	unsigned old;
	unsigned seed;

	if (sscanf(action, "swap:%" SCNu64 ":%u:%u", &at, &old, &seed) == 3)
		return swap(lun, at, old, seed, err);
	if (sscanf(action, "%*[a-z]:%" SCNu64 ":%zu:%u", &at, &len, &seed) ==
	    3) {
		for (size_t done = 0; done < len; done += MIB) {
			size_t n = len - done < MIB ? len - done : MIB;

			if (cover(lun, write, at + done, n, seed, err))
				return -1;
		}
		return 0;
	}
	if (sscanf(action, "%*[a-z]:%zu:%u", &len, &seed) == 2)
		return blocks(lun, write, len, seed, err);
	if (sscanf(action, "whole:%zu", &len) == 1)
		return whole(lun, len, err);
	if (sscanf(action, "register:%" SCNx64, &at) == 1)
		return register_key(session, address, at, err);
	if (strcmp(action, "fence") == 0)
		return fence(lun, err);
	if (strcmp(action, "unfence") == 0) {
		lun_unfence(lun);
		return 0;
	}
	if (strcmp(action, "hold") == 0) {
		hold();
		return 0;
	}
	if (strcmp(action, "flush") == 0)
		return lun_flush(lun, err);
	if (strcmp(action, "forever") == 0) {
		printf("started\n");
		fflush(stdout);
		for (unsigned i = 0;; i++) {
			if (blocks(lun, true, 100, i, err) ||
			    lun_flush(lun, err))
				return -1;
		}
	}
	if (strcmp(action, "info") == 0) {
		printf("LUN %u, %" PRIu64 " bytes, blocks of %" PRIu32 "\n",
		       lun_number(address), lun->size, lun->block_size);
		return 0;
	}
	if (strcmp(action, "time") == 0) {
		traffic = lun_libiscsi_traffic(lun);
		printf("%.2f ms, %u commands, %" PRIu64 " bytes read, %" PRIu64
		       " written\n",
		       now_ms() - start, traffic.commands, traffic.bytes_in,
		       traffic.bytes_out);
		return 0;
	}
	return error_set(err, ERROR_INTERNAL, "what is %s?", action);
}

static int run(const struct iscsi_target *target,
	       const struct lun_wanted *wanted, char **actions,
	       struct error *err)
{
	double start = now_ms();
	struct iscsi_context *session;
	struct lun *lun = NULL;
	struct user_lun found;
	int rc;

	if (user_session_open(target, &session, err))
		return -1;
	rc = user_session_find_lun(session, wanted, &found, err);
	if (!rc)
		rc = lun_libiscsi_open(session, found.lun, &found.names, true,
				       &lun, err);
	for (; !rc && *actions; actions++)
		rc = act(lun, session, found.lun, *actions, start, err);
	lun_close(lun);
	user_session_close(session);
	return rc;
}

int main(int argc, char **argv)
{
	struct iscsi_portal portals[8];
	struct iscsi_target target = {
		.portals = portals,
		.initiator = (char[]){ "iqn.2024-01.test:initiator" },
	};
	struct lun_wanted wanted = { 0 };
	struct error err;
	int option;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt(argc, argv, "n:u:w:U:W:i:v")) != -1) {
		switch (option) {
		case 'n':
			wanted.numbered =
				lun_number_read(optarg, &wanted.number);
			break;
		case 'u':
			target.chap_user = optarg;
			break;
		case 'w':
			target.chap_password = optarg;
			break;
		case 'U':
			target.incoming_user = optarg;
			break;
		case 'W':
			target.incoming_password = optarg;
			break;
		case 'i':
			target.initiator = optarg;
			break;
		case 'v':
			log_to(to_stderr, LOG_DEBUG);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind < 3)
		return 2;
	target.iqn = argv[optind];
	for (char *p = strtok(argv[optind + 2], ",");
	     p && target.portal_count < 8; p = strtok(NULL, ",")) {
		char *colon = strrchr(p, ':');

		*colon = '\0';
		portals[target.portal_count++] = (struct iscsi_portal){
			.host = p,
			.port = (uint16_t)strtoul(colon + 1, NULL, 10),
		};
	}
	if (!wanted.numbered)
		wanted.scsi_id = argv[optind + 1];
	rc = run(&target, &wanted, argv + optind + 3, &err);
	if (rc)
		printf("%s: %s\n", code_name(err.code), err.text);
	return rc ? 1 : 0;
}
