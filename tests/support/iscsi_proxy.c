// SPDX-License-Identifier: LGPL-2.1-only
/*
 * iscsi_proxy PORT [cut:N | kill:N:PID | hold:N:FILE | trace | record]: stands
 * between an initiator and the target at 127.0.0.1:PORT, for one connection,
 * and counts what passes: an account of the traffic that is not the program's
 * own.
 *
 *   cut:N         both sides see the connection closed at the Nth SCSI command,
 *                 which does not pass
 *   kill:N:PID    process PID, the target's, is killed then
 *   hold:N:FILE   makes FILE at the Nth write or flush, which passes when it is
 *                 gone
 *   trace         prints each SCSI command: "cdb OPCODE LBA BLOCKS", "+" in front
 *                 if the initiator had waited for all answers before
 *   record        prints each SCSI command for tests/bench/bare.c: "+" or "-",
 *                 its flags, its CDB, the length that it expects, its LUN
 *
 * Prints its own port, and when the connection has ended: one line "NAME COUNT"
 * for commands, read (bytes), written (bytes), rounds (how often the initiator
 * had to wait for an answer before it went on), login (PDUs of it), other (PDUs
 * that are neither), and each kind of command.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/pdu.h"

static unsigned commands, rounds, logins, others, waiting;
static unsigned long long bytes_read, bytes_written;
static unsigned kinds[256], vpd_inquiries;
static unsigned stop_at, hold_at;
static pid_t victim;
static const char *hold_file;
static bool trace, record;

static struct pdu pdu;

static void print_command(const uint8_t *cdb)
{
	bool is_long = cdb[0] >= 0x80 && cdb[0] < 0xa0;

	printf("%scdb %02x %u %u\n", waiting ? "" : "+", cdb[0],
	       get_be32(cdb + (is_long ? 6 : 2)),
	       is_long ? get_be32(cdb + 10) : (unsigned)(cdb[7] << 8 | cdb[8]));
}

static void record_command(const uint8_t *cdb)
{
	printf("%c %02x ", waiting ? '-' : '+', pdu.header[1]);
	for (int i = 0; i < 16; i++)
		printf("%02x", cdb[i]);
	printf(" %u %u\n", get_be32(pdu.header + 20),
	       (pdu.header[8] & 0x3fu) << 8 | pdu.header[9]);
}

static bool is_write(const uint8_t *cdb)
{
	return cdb[0] == 0x2a || cdb[0] == 0x8a || cdb[0] == 0x89 ||
	       cdb[0] == 0x35;
}

/* Until whoever looks for the file has taken it away. */
static void hold(void)
{
	FILE *file = fopen(hold_file, "w");

	if (!file)
		pdu_die(hold_file);
	fclose(file);
	while (access(hold_file, F_OK) == 0)
		usleep(1000);
	hold_file = NULL;
}

/* False: the connection ends here. */
static bool count_from_initiator(void)
{
	const uint8_t *cdb = pdu_cdb(&pdu);

	switch (pdu_opcode(&pdu)) {
	case PDU_SCSI_COMMAND:
		if (stop_at && commands + 1 == stop_at) {
			if (victim)
				kill(victim, SIGKILL);
			return false;
		}
		if (hold_file && is_write(cdb) && --hold_at == 0)
			hold();
		commands++;
		kinds[cdb[0]]++;
		if (cdb[0] == 0x12 && (cdb[1] & 1))
			vpd_inquiries++;
		if (trace)
			print_command(cdb);
		if (record)
			record_command(cdb);
		if (waiting++ == 0)
			rounds++;
		bytes_written += pdu_data_length(&pdu);
		return true;
	case PDU_DATA_OUT:
		bytes_written += pdu_data_length(&pdu);
		return true;
	case PDU_LOGIN:
		logins++;
		return true;
	default:
		others++;
		return true;
	}
}

/* Data-In with the S bit is the answer to its command, too. */
static void count_from_target(void)
{
	switch (pdu_opcode(&pdu)) {
	case PDU_DATA_IN:
		bytes_read += pdu_data_length(&pdu);
		if (pdu.header[1] & 1)
			waiting--;
		break;
	case PDU_SCSI_ANSWER:
		waiting--;
		break;
	default:
		break;
	}
}

static bool pass(int from, int to, bool from_initiator)
{
	if (!pdu_receive(from, &pdu))
		return false;
	if (!from_initiator)
		count_from_target();
	else if (!count_from_initiator())
		return false;
	return pdu_send(to, &pdu);
}

/* What an initiator sends at once comes a moment apart. Were an answer to the
 * first let through in between, it would seem to have waited for it. On a busy
 * machine it is a long moment. */
#define AT_ONCE_MS 20

static void serve(int initiator, int target)
{
	struct pollfd fds[2] = {
		{ .fd = initiator, .events = POLLIN },
		{ .fd = target, .events = POLLIN },
	};
	int n = 2;

	while (poll(fds, (nfds_t)n, n == 1 ? AT_ONCE_MS : -1) >= 0) {
		if (fds[0].revents) {
			if (!pass(initiator, target, true))
				return;
			n = 1;
		} else if (n == 1) {
			n = 2;
		} else if (!pass(target, initiator, false)) {
			return;
		}
	}
}

/* Accepts one initiator; any further one finds nobody listening. */
static int await_initiator(void)
{
	int listener = pdu_listen();
	int fd = pdu_accept(listener);

	close(listener);
	return fd;
}

static void print_kinds(void)
{
	static const struct {
		uint8_t code;
		const char *name;
	} names[] = {
		{ 0x00, "TEST_UNIT_READY" },   { 0x12, "INQUIRY" },
		{ 0x1a, "MODE_SENSE" },	       { 0x25, "READ_CAPACITY10" },
		{ 0x16, "RESERVE6" },	       { 0x17, "RELEASE6" },
		{ 0x5e, "READ_KEYS" },	       { 0x28, "READ10" },
		{ 0x2a, "WRITE10" },	       { 0x35, "SYNC_CACHE10" },
		{ 0x5a, "MODE_SENSE10" },      { 0x88, "READ16" },
		{ 0x89, "COMPARE_AND_WRITE" }, { 0x8a, "WRITE16" },
		{ 0x91, "SYNC_CACHE16" },      { 0x9e, "READ_CAPACITY16" },
		{ 0xa0, "REPORT_LUNS" },
	};

	kinds[0x12] -= vpd_inquiries;
	if (vpd_inquiries)
		printf("INQUIRY_VPD %u\n", vpd_inquiries);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (kinds[names[i].code])
			printf("%s %u\n", names[i].name, kinds[names[i].code]);
		kinds[names[i].code] = 0;
	}
	for (unsigned i = 0; i < 256; i++) {
		if (kinds[i])
			printf("SCSI_%02X %u\n", i, kinds[i]);
	}
}

static bool read_option(const char *text)
{
	trace = strcmp(text, "trace") == 0;
	record = strcmp(text, "record") == 0;
	if (sscanf(text, "hold:%u:", &hold_at) == 1)
		hold_file = strchr(text + 5, ':') + 1;
	return trace || record || hold_file ||
	       sscanf(text, "cut:%u", &stop_at) == 1 ||
	       sscanf(text, "kill:%u:%d", &stop_at, &victim) == 2;
}

int main(int argc, char **argv)
{
	int initiator, target;

	if (argc < 2 || argc > 3 || (argc == 3 && !read_option(argv[2]))) {
		fprintf(stderr,
			"usage: %s PORT [cut:N | kill:N:PID | hold:N:FILE | "
			"trace | record]\n",
			argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	initiator = await_initiator();
	target = pdu_connect((uint16_t)atoi(argv[1]));
	serve(initiator, target);
	close(initiator);
	close(target);
	printf("commands %u\nread %llu\nwritten %llu\nrounds %u\nlogin %u\n"
	       "other %u\n",
	       commands, bytes_read, bytes_written, rounds, logins, others);
	print_kinds();
	return 0;
}
