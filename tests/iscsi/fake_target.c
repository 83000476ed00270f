// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An iSCSI target that misbehaves on demand, for the tests here. It listens
 * on a free port of 127.0.0.1, prints the port, and serves one connection after
 * the other until it is killed. LUN 1 is a disk of 1 MiB in memory, all zero.
 *
 *   fake_target [TRAIT ...]
 *
 * At login:
 *   silent close garbage dribble  no answer; hangs up; no target; in bytes
 *   half banner                   the first 60 of 148 bytes of an answer; a few
 *                                 that are none; then silence
 *   half-close                    the same 60 bytes, and hangs up
 *   status:HEX                    refuses with this class and detail
 *   redirect:PORT                 sends the initiator there
 *   redirect-host:HOST            to this host
 *   unproven                      leaves the security stage out
 *   early-proof                   sends a CHAP response before any challenge
 *   auth-none                     declines CHAP
 *   segment:N                     declares MaxRecvDataSegmentLength=N
 *   dirty                         pads what it sends with anything but zeros
 * At a discovery, which else tells of iqn.2024-01.test:clone, at no address:
 *   offers:N                      N targets with two addresses each
 *   odd-offers                    names and addresses that cannot be
 *   parts:N                       its answer in parts of N bytes
 *   text-silent text-endless text-parts text-nonsense text-flood
 *                                 no answer; no NUL at its end; says that there
 *                                 is more; no SendTargets; 512 KiB of it
 * At the first commands:
 *   luns:N same-id no-id          N LUNs; all with one id; with none
 *   no-flat                       LUN 300 is 01 2c and not 41 2c
 *   flat-only                     and LUN 1 is 40 01; nothing is at another form
 *   listed-twice                  the first as 00 01 and as 40 01
 *   cut-list                      the last LUN is told of, and not sent
 *   serial                        page 0x83 refused, page 0x80 there
 *   no-list hides-ids             page 0x00 refused; without 0x83 in it
 *   odd-names                     vendor and serial number are not text
 *   no-names                      neither vendor nor serial number nor size
 *   old-capacity write-protected cache no-mode block:N huge
 *   cut-ids empty-inquiry         half of page 0x83; nothing; and do not tell
 *   disowned-ids                  all of it, and half of that is told not to count
 *   disowned-more                 or more than was asked for
 *   far-mode                      mode pages begin behind what is sent of them
 *   naa:HEX                       NAA name of LUN 2, of 16 bytes
 *   path:HEX path-read:HEX        sense key, code and qualifier of an answer to
 *                                 all that wants the medium; to reads alone
 *   passes:N                      N times, then no more
 *   descriptor                    sense data in the other format
 * At reads and writes:
 *   short quiet-short flood       half of the data, told or not; twice
 *   busy:N busy-ms:N              the first N are answered BUSY; those within N ms
 *   busy-status:HEX               or with another status
 *   most:N                        one of more than N blocks is refused
 *   short-write                   good, but for a block that it has not taken
 *   reset:N                       the Nth write finds the target was reset
 *   released:N                    or that its reservations have gone
 *   changing                      each finds that LUNs have changed
 *   changed:N moved               the Nth finds that its LUNs have changed; from
 *                                 then on page 0x83 says that this one has
 *   deferred medium reserved drop stall goodbye
 *   hasty hasty-read              asks for a write's data 16 times, or a read's,
 *                                 and has answered before any comes
 *   babble                        no answer, but pings without an end
 *   one-by-one                    one command at a time, a read in 1.02 s
 *   no-sync bad-sync              flush is an unknown command; fails
 * At COMPARE AND WRITE:
 *   no-swap:N                     the first N are an unknown command
 *   no-field                      a field of it is refused
 *   swap-aborted swap-recovered swap-task-aborted swap-short
 *                                 does it, and says something else
 *   swap-lost                     does it and hangs up
 * At RESERVE, which else is good, with no registered key:
 *   no-reserve                    an unknown command, READ KEYS as well
 *   keys:N                        READ KEYS tells of N
 *   keys-none                     READ KEYS is good, without a byte
 *   taken                         CONFLICT
 *   sticky                        stays when the session ends, until RELEASE
 *   fence-changed                 the first finds that LUNs have changed (moved)
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

#define HEADER	  48
#define DISK_SIZE (1024 * 1024)

static char **traits;
static int sock;
static uint32_t stat_sn;
static uint8_t disk[DISK_SIZE];
static uint8_t payload[512 * 1024];
static int data_commands;
static int writes;
static bool changed;
static bool deferred;
static int swaps;
static int passed;

static bool has(const char *trait)
{
	for (char **t = traits; *t; t++) {
		if (strcmp(*t, trait) == 0)
			return true;
	}
	return false;
}

/* What follows the colon; NULL if the trait is not set. */
static const char *value(const char *trait)
{
	for (char **t = traits; *t; t++) {
		size_t n = strlen(trait);

		if (strncmp(*t, trait, n) == 0 && (*t)[n] == ':')
			return *t + n + 1;
	}
	return NULL;
}

static long number(const char *trait, long otherwise)
{
	const char *text = value(trait);

	return text ? strtol(text, NULL, 0) : otherwise;
}

static bool receive(void *data, size_t len)
{
	return len == 0 || recv(sock, data, len, MSG_WAITALL) == (ssize_t)len;
}

static void transmit(const uint8_t *header, const void *data, size_t len)
{
	static const uint8_t zeros[4];
	uint8_t pdu[HEADER];

	memcpy(pdu, header, HEADER);
	put_be32(pdu + 4, (uint32_t)len);
	if (has("dribble") && (pdu[0] & 0x3f) == 0x23) {
		for (size_t i = 0; i < HEADER; i++)
			send(sock, pdu + i, 1, MSG_NOSIGNAL);
		usleep(3000);
	} else {
		send(sock, pdu, HEADER, MSG_NOSIGNAL);
	}
	send(sock, data, len, MSG_NOSIGNAL);
	send(sock, has("dirty") ? (const uint8_t *)"abc" : zeros, -len & 3,
	     MSG_NOSIGNAL);
}

/* The sequence numbers of an answer to `request`. */
static void number_answer(uint8_t *answer, const uint8_t *request)
{
	uint32_t cmd_sn = get_be32(request + 24) + !(request[0] & 0x40);

	memcpy(answer + 16, request + 16, 4);
	put_be32(answer + 24, stat_sn++);
	put_be32(answer + 28, cmd_sn);
	put_be32(answer + 32, cmd_sn + (has("one-by-one") ? 0 : 64));
}

static void answer_login(const uint8_t *request)
{
	uint8_t answer[HEADER] = { 0x23 };
	unsigned stage = request[1] >> 2 & 3;
	char text[200];
	int len = 0;

	memcpy(answer + 8, request + 8, 6);
	number_answer(answer, request);
	answer[1] = (uint8_t)(0x80 | stage << 2 | (stage == 0 ? 1 : 3));
	if (has("unproven"))
		answer[1] = 0x80 | 1 << 2 | 3;
	if (value("redirect-host")) {
		put_be16(answer + 36, 0x0101);
		len = sprintf(text, "TargetAddress=%.100s:3260,1%c",
			      value("redirect-host"), 0);
	} else if (value("redirect")) {
		put_be16(answer + 36, 0x0101);
		len = sprintf(text, "TargetAddress=127.0.0.1:%s,1%c",
			      value("redirect"), 0);
	} else if (value("status")) {
		put_be16(answer + 36,
			 (uint16_t)strtoul(value("status"), NULL, 16));
	} else if (has("early-proof")) {
		len = sprintf(text, "CHAP_N=target%cCHAP_R=0x%032d%c", 0, 0, 0);
	} else if (stage == 0 && !has("unproven")) {
		len = sprintf(text, "AuthMethod=None%c", 0);
	} else {
		len = sprintf(text, "MaxRecvDataSegmentLength=%ld%c",
			      number("segment", 262144), 0);
	}
	transmit(answer, text, (size_t)len);
}

static void answer_status(const uint8_t *request, uint8_t status,
			  const uint8_t *sense, size_t sense_len)
{
	uint8_t answer[HEADER] = { 0x21, 0x80, 0, status };
	uint8_t data[64] = { 0 };

	number_answer(answer, request);
	put_be16(data, (uint16_t)sense_len);
	memcpy(data + 2, sense, sense_len);
	transmit(answer, data, sense_len ? sense_len + 2 : 0);
}

static void answer_short(const uint8_t *request)
{
	uint8_t answer[HEADER] = { 0x21, 0x82 };

	number_answer(answer, request);
	put_be32(answer + 44, 512);
	transmit(answer, NULL, 0);
}

static void answer_full_sense(const uint8_t *request, uint8_t key, uint8_t asc,
			      uint8_t qualifier)
{
	uint8_t sense[18] = { has("deferred") ? 0x71 : 0x70,
			      0,
			      key,
			      [7] = 10,
			      [12] = asc,
			      [13] = qualifier };
	uint8_t other[8] = { sense[0] + 2, key, asc, qualifier };

	if (has("descriptor"))
		answer_status(request, 2, other, sizeof(other));
	else
		answer_status(request, 2, sense, sizeof(sense));
}

static void answer_sense(const uint8_t *request, uint8_t key, uint8_t asc)
{
	answer_full_sense(request, key, asc,
			  asc == 0x3f	? 0x0e
			  : asc == 0x2a ? 4
					: 0);
}

/* True if this port does not serve the LUN. */
static bool answer_path(const uint8_t *request, const char *trait)
{
	const char *hex = value(trait);
	unsigned long all = hex ? strtoul(hex, NULL, 16) : 0;

	if (!hex || (value("passes") && ++passed > number("passes", 0)))
		return false;
	answer_full_sense(request, (uint8_t)(all >> 16), (uint8_t)(all >> 8),
			  (uint8_t)all);
	return true;
}

static void answer_data(const uint8_t *request, const uint8_t *data, size_t len,
			bool honest);

/* Page 0x83 with the name that `naa:` says. */
static void answer_naa(const uint8_t *request)
{
	uint8_t page[24] = { 0, 0x83, 0, 20, 1, 3, 0, 16 };
	unsigned byte;

	for (int i = 0; i < 16; i++) {
		sscanf(value("naa") + 2 * i, "%2x", &byte);
		page[8 + i] = (uint8_t)byte;
	}
	answer_data(request, page, sizeof(page), true);
}

/* `len` bytes of the `asked` that the command wanted; says so if `honest`. */
static void answer_data(const uint8_t *request, const uint8_t *data, size_t len,
			bool honest)
{
	uint8_t answer[HEADER] = { 0x25, 0x81 };
	size_t asked = get_be32(request + 20);

	if (len > asked && !has("flood"))
		len = asked;
	if (len < asked && honest) {
		answer[1] |= 2;
		put_be32(answer + 44, (uint32_t)(asked - len));
		if (has("disowned-ids") && request[32] == 0x12 && len == 16)
			put_be32(answer + 44, (uint32_t)(asked - 8));
		if (has("disowned-more") && request[32] == 0x12 && len == 16)
			put_be32(answer + 44, (uint32_t)(asked + 1));
	}
	number_answer(answer, request);
	transmit(answer, data, len);
}

static void answer_report_luns(const uint8_t *request)
{
	uint32_t n = (uint32_t)number("luns", 1);
	uint8_t *data = calloc(n + 2, 8);

	if (has("listed-twice"))
		put_be16(data + ++n * 8, 0x4001);
	put_be32(data, n * 8);
	for (uint32_t i = 1; i <= n - has("listed-twice"); i++)
		put_be16(data + i * 8,
			 (uint16_t)((i < 256 && !has("flat-only")) ||
						    has("no-flat")
					    ? i
					    : 0x4000 | i));
	answer_data(request, data, 8 + ((size_t)n - has("cut-list")) * 8, true);
	free(data);
}

static size_t add_line(uint8_t *text, size_t len, const char *line)
{
	strcpy((char *)text + len, line);
	return len + strlen(line) + 1;
}

static size_t add_odd_offers(uint8_t *text)
{
	static const char *const lines[] = {
		"TargetName=iqn.<b>&\"';",
		"TargetAddress=[::1]:3260,1",
		"TargetAddress=[::1:3260,1",
		"TargetAddress=10.0.0.1:0,1",
		"TargetAddress=10.0.0.1:65536,1",
		"TargetAddress=a b:3260,1",
		"TargetAddress=<x>:3260,1",
		"TargetAddress=san-1.example.com,7",
		"TargetName=*",
		"TargetName=iqn.with a blank",
		"TargetName=iqn.\x1b[2J",
		"TargetName=iqn.\xc3\xa9",
		"TargetName=iqn.twice",
		"TargetAddress=10.0.0.1:860,1",
		"TargetAddress=10.0.0.1:860,2",
	};
	char line[400] = "TargetName=iqn.";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		len = add_line(text, len, lines[i]);
	memset(line + strlen(line), 'x', 300);
	return add_line(text, len, line);
}

static size_t add_offers(uint8_t *text, long n)
{
	char line[100];
	size_t len = 0;

	for (long i = 1; i <= n; i++) {
		sprintf(line, "TargetName=iqn.2024-01.test:%ld", i);
		len = add_line(text, len, line);
		sprintf(line, "TargetAddress=10.0.%ld.%ld:3260,1", i / 250,
			i % 250 + 1);
		len = add_line(text, len, line);
		sprintf(line, "TargetAddress=10.1.%ld.%ld:3261,1", i / 250,
			i % 250 + 1);
		len = add_line(text, len, line);
	}
	return len;
}

/* As RFC 7143, 11.10 wants it. */
static bool asks_for_next(const uint8_t *request, const uint8_t *part)
{
	return request[0] == 0x44 && request[1] == 0x80 &&
	       memcmp(request + 8, part + 8, 16) == 0 &&
	       get_be32(request + 4) == 0 &&
	       get_be32(request + 24) == get_be32(part + 28) &&
	       get_be32(request + 28) == stat_sn;
}

static void transmit_parts(const uint8_t *request, uint8_t *answer,
			   const uint8_t *text, size_t len)
{
	const size_t most = (size_t)number("parts", 1);
	uint8_t next[HEADER];

	while (len > most) {
		answer[1] = 0x40;
		put_be32(answer + 20, 0xbeef);
		transmit(answer, text, most);
		text += most;
		len -= most;
		if (!receive(next, HEADER) || !asks_for_next(next, answer))
			return;
		number_answer(answer, request);
	}
	answer[1] = 0x80;
	put_be32(answer + 20, UINT32_MAX);
	transmit(answer, text, len);
}

static void answer_text(const uint8_t *request)
{
	static uint8_t text[512 * 1024];
	uint8_t answer[HEADER] = { 0x24, 0x80 };
	size_t len;

	if (has("text-silent"))
		return;
	memcpy(answer + 20, request + 20, 4);
	number_answer(answer, request);
	if (has("odd-offers"))
		len = add_odd_offers(text);
	else if (has("text-nonsense"))
		len = add_line(text, 0, "Hello=there");
	else if (value("offers"))
		len = add_offers(text, number("offers", 0));
	else
		len = add_line(text, 0, "TargetName=iqn.2024-01.test:clone");
	if (has("text-endless"))
		len -= 2; /* no padding either */
	if (has("text-parts"))
		answer[1] = 0x40;
	if (has("text-flood"))
		len = sizeof(text);
	if (value("parts"))
		transmit_parts(request, answer, text, len);
	else
		transmit(answer, text, len);
}

/* Bytes 8 to 31: vendor and model. */
static void set_names(uint8_t *standard)
{
	if (has("odd-names"))
		memcpy(standard + 8, "]]><&\x1b\xff\"", 8);
	if (has("no-names"))
		memset(standard + 8, ' ', 8);
}

static void answer_inquiry(const uint8_t *request, const uint8_t *cdb)
{
	uint8_t standard[36] = "\0\0\5\2\37\0\0\0FAKE    "
			       "MISBEHAVING DISK0001";
	static const uint8_t odd[] = { 0,   0x80, 0,	8,    '<', '!',
				       '[', 0xe2, 0x82, '\n', 7,   '>' };
	static const uint8_t serial[] = { 0, 0x80, 0, 4, 'S', 'N', ' ', '1' };
	static const uint8_t lists[2][7] = { { 0, 0, 0, 3, 0, 0x80, 0x83 },
					     { 0, 0, 0, 2, 0, 0x80 } };
	bool hides = has("serial") || has("hides-ids");
	uint8_t page[16] = { 0, 0x83, 0, 12, 1, 3, 0, 8, 0x50, 0, 0xfa };

	set_names(standard);
	if (has("flat-only") && (request[8] != 0x40 || request[9] != 1))
		standard[0] = 0x7f;
	if (!has("same-id"))
		memcpy(page + 14, request + 8, 2);
	else
		page[15] = 1;
	if (changed && has("moved"))
		page[13] = 1;
	if (has("no-id"))
		page[1 + 4] = 4; /* a relative port, not a LUN's id */
	if (has("empty-inquiry"))
		answer_data(request, standard, 0, false);
	else if (!(cdb[1] & 1))
		answer_data(request, standard, sizeof(standard), true);
	else if (cdb[2] == 0 && !has("no-list"))
		answer_data(request, lists[hides], 7u - hides, true);
	else if (cdb[2] == 0x80 && hides)
		answer_data(request, serial, sizeof(serial), true);
	else if (cdb[2] == 0x80 && has("odd-names"))
		answer_data(request, odd, sizeof(odd), true);
	else if (cdb[2] == 0x83 && value("naa") && request[9] == 2)
		answer_naa(request);
	else if (cdb[2] == 0x83 && !has("serial"))
		answer_data(request, page, has("cut-ids") ? 8 : sizeof(page),
			    !has("cut-ids"));
	else
		answer_sense(request, 5, 0x24);
}

static void answer_capacity(const uint8_t *request, bool is_long)
{
	uint8_t data[32] = { 0 };
	uint32_t block = (uint32_t)number("block", 512);
	uint32_t last = DISK_SIZE / 512 - 1;

	if (is_long && has("old-capacity")) {
		answer_sense(request, 5, 0x20);
	} else if (is_long) {
		put_be64(data, has("huge") ? UINT64_MAX : last);
		put_be32(data + 8, block);
		answer_data(request, data, 32, true);
	} else {
		put_be32(data, has("huge") ? UINT32_MAX : last);
		put_be32(data + 4, block);
		answer_data(request, data, 8, true);
	}
}

static void answer_mode(const uint8_t *request)
{
	uint8_t data[24] = { 23, 0, 0, 0, 8, 18 };

	data[2] = has("write-protected") ? 0x80 : 0;
	data[6] = has("cache") ? 4 : 0;
	if (has("far-mode")) {
		data[0] = 255;
		data[3] = 240;
	}
	if (has("no-mode"))
		answer_sense(request, 5, 0x24);
	else
		answer_data(request, data, sizeof(data), true);
}

/* NOP-Ins that want no answer, until the initiator is gone. */
/* Many at once, so that there is always one more to be read. */
static void babble(void)
{
	static uint8_t pings[4096][HEADER];

	for (size_t i = 0; i < sizeof(pings) / HEADER; i++) {
		pings[i][0] = 0x20;
		pings[i][1] = 0x80;
		memset(pings[i] + 16, 0xff, 8);
	}
	while (send(sock, pings, sizeof(pings), MSG_NOSIGNAL) > 0)
		;
}

static void ask_for_data(const uint8_t *request)
{
	uint8_t r2t[HEADER] = { 0x31, 0x80 };

	memcpy(r2t + 8, request + 8, 12); /* LUN and tag */
	put_be32(r2t + 20, 1);
	put_be32(r2t + 24, stat_sn);
	put_be32(r2t + 28, get_be32(request + 24) + 1);
	put_be32(r2t + 32, get_be32(request + 24) + 65);
	memcpy(r2t + 44, request + 20, 4); /* all of it */
	for (int i = 0; i < 16; i++)
		transmit(r2t, NULL, 0);
}

static bool is_busy(void)
{
	static long until;
	struct timespec t;
	long now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (!until)
		until = now + number("busy-ms", 0);
	return ++data_commands <= number("busy", 0) || now < until;
}

/* True if one of the traits had its way with this READ or WRITE. */
static bool misbehave(const uint8_t *request, bool write)
{
	uint8_t goodbye[HEADER] = { 0x32, 0x80 };

	memset(goodbye + 16, 0xff, 4);
	goodbye[36] = 1; /* please log out */
	if (has("goodbye"))
		transmit(goodbye, NULL, 0);
	if (has("babble"))
		babble();
	if (has("stall") || has("goodbye"))
		return true;
	if (has("drop"))
		shutdown(sock, SHUT_RDWR);
	else if (is_busy())
		answer_status(request,
			      (uint8_t)strtoul(value("busy-status")
						       ? value("busy-status")
						       : "8",
					       NULL, 16),
			      payload, 0);
	else if (write && ++writes == number("reset", 0))
		answer_sense(request, 6, 0x29);
	else if (write && writes == number("released", 0))
		answer_sense(request, 6, 0x2a);
	else if (write && has("changing"))
		answer_sense(request, 6, 0x3f);
	else if (write && writes == number("changed", 0) && !changed)
		changed = true, answer_sense(request, 6, 0x3f);
	else if (has("reserved"))
		answer_status(request, 0x18, payload, 0);
	else if (has("medium"))
		answer_sense(request, 3, write ? 0x0c : 0x11);
	else if (write && has("deferred") && !deferred)
		deferred = true, answer_sense(request, 6, 0x29);
	else
		return false;
	return true;
}

static void answer_read_write(const uint8_t *request, const uint8_t *cdb,
			      size_t sent)
{
	size_t at = (size_t)get_be32(cdb + 2) * 512;
	size_t len = (size_t)get_be16(cdb + 7) * 512;
	bool write = cdb[0] == 0x2a;
	bool halve = has("short") || has("quiet-short");

	if (misbehave(request, write))
		return;
	if (has(write ? "hasty" : "hasty-read"))
		ask_for_data(request);
	if (at > DISK_SIZE || len > DISK_SIZE - at) {
		answer_sense(request, 5, 0x21);
	} else if (len / 512 > (size_t)number("most", DISK_SIZE)) {
		answer_sense(request, 5, 0x24);
	} else if (write && has("write-protected")) {
		answer_sense(request, 7, 0x27);
	} else if (write && has("short-write")) {
		answer_short(request);
	} else if (write) {
		memcpy(disk + at, payload, sent < len ? sent : len);
		answer_status(request, 0, payload, 0);
	} else if (has("flood")) {
		answer_data(request, disk, 2 * len, false);
	} else {
		answer_data(request, disk + at, halve ? len / 2 : len,
			    has("short"));
	}
}

static void answer_swap(const uint8_t *request, const uint8_t *cdb, size_t sent)
{
	size_t at = (size_t)get_be64(cdb + 2) * 512;

	if (++swaps <= number("no-swap", 0))
		return answer_sense(request, 5, 0x20);
	if (has("no-field") || cdb[13] != 1 || sent != 1024)
		return answer_sense(request, 5, 0x24);
	if (misbehave(request, true))
		return;
	if (at > DISK_SIZE - 512)
		return answer_sense(request, 5, 0x21);
	if (memcmp(disk + at, payload, 512) != 0)
		return answer_sense(request, 0xe, 0x1d);
	memcpy(disk + at, payload + 512, 512);
	if (has("swap-short"))
		answer_short(request);
	else if (has("swap-aborted"))
		answer_sense(request, 0xb, 0);
	else if (has("swap-task-aborted"))
		answer_status(request, 0x40, payload, 0);
	else if (has("swap-recovered"))
		answer_sense(request, 1, 0);
	else if (has("swap-lost"))
		shutdown(sock, SHUT_RDWR);
	else
		answer_status(request, 0, payload, 0);
}

static void answer_sync(const uint8_t *request)
{
	if (has("no-sync"))
		answer_sense(request, 5, 0x20);
	else if (has("bad-sync"))
		answer_sense(request, 4, 0x44);
	else
		answer_status(request, 0, payload, 0);
}

static void answer_keys(const uint8_t *request)
{
	uint8_t keys[8 + 100 * 8] = { 0 };
	uint32_t n = (uint32_t)number("keys", 0);

	put_be32(keys + 4, n * 8);
	for (uint32_t i = 0; i < n && i < 100; i++)
		put_be64(keys + 8 + (size_t)i * 8, 0xabc + i);
	if (has("keys-none"))
		answer_data(request, keys, 0, false);
	else
		answer_data(request, keys, 8 + (size_t)n * 8, true);
}

static void answer_reserve(const uint8_t *request)
{
	static bool held;

	if (has("sticky") && (request + 32)[0] != 0x5e) {
		answer_status(request,
			      held && (request + 32)[0] == 0x16 ? 0x18 : 0,
			      payload, 0);
		held = (request + 32)[0] == 0x16;
	} else if (has("no-reserve"))
		answer_sense(request, 5, 0x20);
	else if ((request + 32)[0] == 0x5e)
		answer_keys(request);
	else if (has("fence-changed") && !changed)
		changed = true, answer_sense(request, 6, 0x3f);
	else
		answer_status(request, has("taken") ? 0x18 : 0, payload, 0);
}

static void answer_logout(const uint8_t *request)
{
	uint8_t answer[HEADER] = { 0x26, 0x80 };

	number_answer(answer, request);
	if (!has("stall"))
		transmit(answer, NULL, 0);
}

static void answer_command(const uint8_t *request, size_t sent)
{
	const uint8_t *cdb = request + 32;

	switch (cdb[0]) {
	case 0xa0:
		return answer_report_luns(request);
	case 0x12:
		return answer_inquiry(request, cdb);
	case 0x9e:
	case 0x25:
		if (has("no-names"))
			return answer_sense(request, 3, 0x31);
		if (answer_path(request, "path"))
			return;
		return answer_capacity(request, cdb[0] == 0x9e);
	case 0x1a:
		return answer_mode(request);
	case 0x28:
		if (has("one-by-one"))
			usleep(1020 * 1000);
		if (answer_path(request, "path") ||
		    answer_path(request, "path-read"))
			return;
		return answer_read_write(request, cdb, sent);
	case 0x2a:
		return answer_read_write(request, cdb, sent);
	case 0x89:
		return answer_swap(request, cdb, sent);
	case 0x35:
		return answer_sync(request);
	case 0x16:
	case 0x17:
	case 0x5e:
		return answer_reserve(request);
	default:
		answer_sense(request, 5, 0x20);
	}
}

static void serve(void)
{
	uint8_t request[HEADER];

	while (receive(request, HEADER)) {
		size_t len = get_be32(request + 4) & 0xffffff;

		if (len > sizeof(payload) - 4 ||
		    !receive(payload, (len + 3) & ~(size_t)3))
			return;
		if (has("silent"))
			continue;
		if (has("half") || has("half-close") || has("banner")) {
			const uint8_t half[60] = { 0x23, [7] = 100 };

			if (!has("banner"))
				send(sock, half, sizeof(half), MSG_NOSIGNAL);
			else
				send(sock, "hello\r\n", 7, MSG_NOSIGNAL);
			while (!has("half-close") && receive(request, 1))
				;
			return;
		}
		if (has("close"))
			return;
		if (has("garbage")) {
			send(sock, payload, HEADER * 2, MSG_NOSIGNAL);
			return;
		}
		switch (request[0] & 0x3f) {
		case 0x03:
			answer_login(request);
			break;
		case 0x01:
			answer_command(request, len);
			break;
		case 0x04:
			answer_text(request);
			break;
		case 0x05: /* the data of a write that is answered */
			break;
		case 0x06:
			answer_logout(request);
			break;
		default:
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	traits = argv + (argc > 0);
	signal(SIGPIPE, SIG_IGN);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, len) ||
	    listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &len))
		return 1;
	printf("%u\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		sock = accept(listener, NULL, NULL);
		if (sock < 0)
			return 1;
		setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		serve();
		close(sock);
	}
}
