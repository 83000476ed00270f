// SPDX-License-Identifier: LGPL-2.1-only
/*
 * gate PORT LONGEST: stands between two initiators and the target at
 * 127.0.0.1:PORT, and has them start as if by one shot. Prints its own port, and
 * serves them, and any further connection, until it is killed.
 *
 * The first READ on each of the first two connections is held until the other's
 * has come, too. Then one of them, by chance, passes at once, and the other at
 * most LONGEST microseconds later. All else passes as it comes. Then one line:
 *
 *   GAP beside|after   in microseconds; whether the first had given the LUN back
 *		       (RELEASE or logout) before the other's READ passed
 */
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "tests/support/pdu.h"

#define SIDES 16

struct side {
	int initiator, target; /* -1: ended */
	bool passed;	       /* its first READ, or it is not held */
	bool held;
	bool gave_back;
	struct pdu first;
};

static struct side sides[SIDES];
static int count;
static int listener;
static uint16_t port;
static struct pdu pdu;

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void end(struct side *side)
{
	close(side->initiator);
	close(side->target);
	side->initiator = -1;
	side->target = -1;
}

static bool is_read(void)
{
	return pdu_opcode(&pdu) == PDU_SCSI_COMMAND &&
	       (pdu_cdb(&pdu)[0] == 0x28 || pdu_cdb(&pdu)[0] == 0x88);
}

static bool is_give_back(void)
{
	return pdu_opcode(&pdu) == PDU_LOGOUT ||
	       (pdu_opcode(&pdu) == PDU_SCSI_COMMAND &&
		pdu_cdb(&pdu)[0] == 0x17);
}

static void from_initiator(struct side *side)
{
	if (!pdu_receive(side->initiator, &pdu))
		return end(side);
	side->gave_back |= is_give_back();
	if (!side->passed && is_read()) {
		side->first = pdu;
		side->held = true;
	} else if (!pdu_send(side->target, &pdu)) {
		end(side);
	}
}

static void from_target(struct side *side)
{
	if (!pdu_receive(side->target, &pdu) ||
	    !pdu_send(side->initiator, &pdu))
		end(side);
}

static void let_pass(struct side *side)
{
	side->held = false;
	side->passed = true;
	if (side->target >= 0 && !pdu_send(side->target, &side->first))
		end(side);
}

static void add_side(void)
{
	int i = 2;

	/* Who waits for its turn logs in again and again: the place of a
	 * connection that has ended is free, but for the two that race. */
	while (i < count && sides[i].initiator >= 0)
		i++;
	if (count < 2)
		i = count;
	if (i == SIDES)
		exit(1);
	sides[i] = (struct side){ .passed = i >= 2 };
	sides[i].initiator = pdu_accept(listener);
	sides[i].target = pdu_connect(port);
	if (i == count)
		count++;
}

/* What comes until then; of a side that is held nothing more is read. A negative
 * moment: the next thing that comes. */
static void serve_until(int64_t moment)
{
	struct pollfd fds[2 * SIDES + 1];
	int64_t left = moment - now_us();
	struct timespec wait = { .tv_sec = left / 1000000,
				 .tv_nsec = left % 1000000 * 1000 };
	int n = count;

	if (moment >= 0 && left <= 0)
		return;
	for (int i = 0; i < n; i++) {
		fds[2 * i] = (struct pollfd){
			.fd = sides[i].held ? -1 : sides[i].initiator,
			.events = POLLIN,
		};
		fds[2 * i + 1] = (struct pollfd){ .fd = sides[i].target,
						  .events = POLLIN };
	}
	fds[2 * n] = (struct pollfd){ .fd = listener, .events = POLLIN };
	if (ppoll(fds, (nfds_t)(2 * n + 1), moment < 0 ? NULL : &wait, NULL) <=
	    0)
		return;
	for (int i = 0; i < n; i++) {
		if (fds[2 * i].revents && sides[i].initiator >= 0)
			from_initiator(&sides[i]);
		if (fds[2 * i + 1].revents && sides[i].target >= 0)
			from_target(&sides[i]);
	}
	if (fds[2 * n].revents)
		add_side();
}

int main(int argc, char **argv)
{
	int64_t gap, start;
	int first;

	if (argc != 3) {
		fprintf(stderr, "usage: %s PORT LONGEST\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	srandom((unsigned)now_us());
	port = (uint16_t)atoi(argv[1]);
	gap = random() % (atoll(argv[2]) + 1);
	first = (int)(random() % 2);
	listener = pdu_listen();
	while (!sides[0].held || !sides[1].held)
		serve_until(-1);
	start = now_us();
	let_pass(&sides[first]);
	while (now_us() < start + gap)
		serve_until(start + gap);
	printf("%lld %s\n", (long long)gap,
	       sides[first].gave_back ? "after" : "beside");
	fflush(stdout);
	let_pass(&sides[!first]);
	for (;;)
		serve_until(-1);
}
