// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What stands between an initiator and a target on loopback: one PDU at a time
 * (RFC 7143, 11.2.1), without digests, which nobody asks for here.
 */
#ifndef TESTS_SUPPORT_PDU_H
#define TESTS_SUPPORT_PDU_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"

#define PDU_HEADER   48
#define PDU_MAX_DATA (1u << 24)

/* Operation codes. */
#define PDU_SCSI_COMMAND 0x01
#define PDU_LOGIN	 0x03
#define PDU_DATA_OUT	 0x05
#define PDU_LOGOUT	 0x06
#define PDU_SCSI_ANSWER	 0x21
#define PDU_DATA_IN	 0x25

struct pdu {
	uint8_t header[PDU_HEADER];
	uint8_t data[PDU_MAX_DATA + 4 + 255 * 4]; /* with what pads it */
};

static inline unsigned pdu_opcode(const struct pdu *pdu)
{
	return pdu->header[0] & 0x3f;
}

static inline uint32_t pdu_data_length(const struct pdu *pdu)
{
	return get_be32(pdu->header + 4) & 0xffffff;
}

/* Of a SCSI command. */
static inline const uint8_t *pdu_cdb(const struct pdu *pdu)
{
	return pdu->header + 32;
}

static inline size_t pdu_padded_length(const struct pdu *pdu)
{
	return ((size_t)pdu_data_length(pdu) + 3) / 4 * 4 + pdu->header[4] * 4u;
}

static inline bool pdu_transfer(int fd, uint8_t *bytes, size_t len, bool in)
{
	while (len > 0) {
		ssize_t n = in ? read(fd, bytes, len) : write(fd, bytes, len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* False: the connection has ended. */
static inline bool pdu_receive(int fd, struct pdu *pdu)
{
	return pdu_transfer(fd, pdu->header, PDU_HEADER, true) &&
	       pdu_transfer(fd, pdu->data, pdu_padded_length(pdu), true);
}

static inline bool pdu_send(int fd, struct pdu *pdu)
{
	return pdu_transfer(fd, pdu->header, PDU_HEADER, false) &&
	       pdu_transfer(fd, pdu->data, pdu_padded_length(pdu), false);
}

static inline void pdu_die(const char *what)
{
	perror(what);
	exit(1);
}

static inline int pdu_socket(void)
{
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		pdu_die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static inline struct sockaddr_in pdu_loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* Listens on a free port, and prints it. */
static inline int pdu_listen(void)
{
	struct sockaddr_in here = pdu_loopback(0);
	socklen_t len = sizeof(here);
	int listener = pdu_socket();

	if (bind(listener, (struct sockaddr *)&here, len) ||
	    listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&here, &len))
		pdu_die("listen");
	printf("%u\n", ntohs(here.sin_port));
	fflush(stdout);
	return listener;
}

static inline int pdu_accept(int listener)
{
	const int on = 1;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		pdu_die("accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static inline int pdu_connect(uint16_t port)
{
	struct sockaddr_in there = pdu_loopback(port);
	int fd = pdu_socket();

	if (connect(fd, (struct sockaddr *)&there, sizeof(there)))
		pdu_die("connect");
	return fd;
}

#endif
