// SPDX-License-Identifier: LGPL-2.1-only
/*
 * bare PORT IQN FILE: what the wire costs. Does over a libiscsi session of
 * its own what `iscsi_proxy PORT record` has seen of another program's, command
 * by command: as many at once as that one had under way, with as many bytes
 * each way. Writes zeros: the target is one that nobody else needs. Knows nothing
 * of LVM, decides nothing and checks nothing; a program that does better than
 * this would have to do less.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#define COMMANDS_MAX 65536

struct command {
	bool waits; /* for all answers to those before it */
	enum scsi_xfer_dir direction;
	unsigned char cdb[16];
	int len;
	int lun;
	struct scsi_iovec iov;
};

static struct command commands[COMMANDS_MAX];
static size_t under_way;

static void give_up(const char *what)
{
	fprintf(stderr, "bare: %s\n", what);
	exit(1);
}

/* "+ c0 CDB-IN-HEX LENGTH LUN" */
static size_t read_commands(const char *path)
{
	FILE *file = fopen(path, "r");
	char first[8], hex[40];
	unsigned flags, length, lun;
	size_t n = 0;

	if (!file)
		give_up(path);
	while (n < COMMANDS_MAX && fscanf(file, "%7s %x %32s %u %u", first,
					  &flags, hex, &length, &lun) == 5) {
		struct command *c = &commands[n++];

		c->waits = first[0] == '+';
		c->direction = flags & 0x40   ? SCSI_XFER_READ
			       : flags & 0x20 ? SCSI_XFER_WRITE
					      : SCSI_XFER_NONE;
		for (size_t i = 0; i < sizeof(c->cdb); i++)
			sscanf(hex + 2 * i, "%2hhx", &c->cdb[i]);
		c->len = (int)length;
		c->lun = (int)lun;
	}
	fclose(file);
	return n;
}

/* As many bytes as the operation code's group says (SPC-4, 4.2.5.1). */
static int cdb_length(unsigned char opcode)
{
	static const int lengths[8] = { 6, 10, 10, 16, 16, 12, 16, 16 };

	return lengths[opcode >> 5];
}

/* A command that was refused there is refused here. */
static void on_answer(struct iscsi_context *session, int status, void *data,
		      void *private_data)
{
	(void)session;
	(void)data;
	(void)private_data;
	if (status == SCSI_STATUS_CANCELLED || status == SCSI_STATUS_ERROR)
		give_up("the session is lost");
	under_way--;
}

static void wait_for_all(struct iscsi_context *session)
{
	while (under_way > 0) {
		struct pollfd p = { .fd = iscsi_get_fd(session),
				    .events = (short)iscsi_which_events(
					    session) };

		if (poll(&p, 1, 10000) <= 0 ||
		    iscsi_service(session, p.revents))
			give_up(iscsi_get_error(session));
	}
}

static void send_command(struct iscsi_context *session, struct command *c)
{
	struct scsi_task *task = scsi_create_task(cdb_length(c->cdb[0]), c->cdb,
						  c->direction, c->len);

	c->iov.iov_base = c->len ? calloc(1, (size_t)c->len) : NULL;
	c->iov.iov_len = (size_t)c->len;
	if (c->direction == SCSI_XFER_READ)
		scsi_task_set_iov_in(task, &c->iov, 1);
	else if (c->direction == SCSI_XFER_WRITE)
		scsi_task_set_iov_out(task, &c->iov, 1);
	if (iscsi_scsi_command_async(session, c->lun, task, on_answer, NULL,
				     NULL))
		give_up(iscsi_get_error(session));
	under_way++;
}

int main(int argc, char **argv)
{
	struct iscsi_context *session;
	char portal[64];
	size_t n;

	if (argc != 4) {
		fprintf(stderr, "usage: %s PORT IQN FILE\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	n = read_commands(argv[3]);
	session = iscsi_create_context("iqn.2024-01.test:bare");
	snprintf(portal, sizeof(portal), "127.0.0.1:%s", argv[1]);
	iscsi_set_targetname(session, argv[2]);
	iscsi_set_session_type(session, ISCSI_SESSION_NORMAL);
	if (iscsi_connect_sync(session, portal) || iscsi_login_sync(session))
		give_up(iscsi_get_error(session));
	for (size_t i = 0; i < n; i++) {
		if (commands[i].waits)
			wait_for_all(session);
		send_command(session, &commands[i]);
	}
	wait_for_all(session);
	if (iscsi_logout_sync(session))
		give_up(iscsi_get_error(session));
	return 0;
}
