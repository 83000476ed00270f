// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/scsi_batch.h"

#include <poll.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/uuid.h"
#include "iscsi/user_session.h"

/* Commands under way at once. Targets let in 32 to 128 of them; more only
 * waits in a queue here. */
#define IN_FLIGHT 32

/* A target that does no command for this long is given up. Arrays answer within
 * this even while they fail over between controllers. */
#define PROGRESS_MS 30000
/* How often a batch that may stop looks whether it shall. */
#define STOP_MS 100

/* Each command is sent at most this often. A target that is busy is asked
 * again after 10, 20, 40 ... 1000 ms: some 15 s in all. */
#define TRIES		20
#define BUSY_FIRST_MS	10
#define BUSY_LONGEST_MS 1000

/* Where an exact read is checked for data that never came. */
#define CANARY_STRIDE 512

enum slot_state {
	SLOT_IDLE,
	SLOT_SENT,
	SLOT_ANSWERED, /* callback has been here, not yet looked at */
	SLOT_WAITING,  /* to be sent again at `not_before` */
};

struct slot {
	enum slot_state state;
	struct scsi_command *command;
	struct scsi_task *task;
	struct scsi_iovec iov;
	int status; /* from libiscsi */
	unsigned tries;
	int64_t not_before;
	struct run *run;
};

struct run {
	const struct scsi_batch *batch;
	struct slot slots[IN_FLIGHT];
	size_t next;   /* first command not yet in a slot */
	unsigned busy; /* slots not idle */
	int64_t deadline;
	bool unflushed;
	const struct scsi_command *failed; /* the first, all_must_succeed */
	const char *lost;		   /* why the session is */
};

/* A target may say GOOD without having sent all the data, and leave the
 * residual count at zero. So the end of each 512 bytes holds a random number
 * before the read, and must not hold it afterwards. No target is ever told it:
 * one will do for all commands of the process. */
static uint64_t canary(void)
{
	static uint64_t number;
	struct uuid chance;

	while (!number) {
		uuid_new(&chance);
		number = get_be64(chance.bytes + 8);
	}
	return number;
}

static void plant_canaries(struct scsi_command *command)
{
	for (uint32_t end = CANARY_STRIDE; end <= command->len;
	     end += CANARY_STRIDE)
		put_be64(command->data + end - 8, canary());
}

static bool canary_left(const struct scsi_command *command)
{
	for (uint32_t end = CANARY_STRIDE; end <= command->len;
	     end += CANARY_STRIDE) {
		if (get_be64(command->data + end - 8) == canary())
			return true;
	}
	return false;
}

/* An answer that may have any length is as long as what came, whatever the target
 * says of it; but for up to seven bytes, which no length within it counts. */
static void fill_with_canaries(struct scsi_command *command)
{
	uint8_t bytes[8];

	put_be64(bytes, canary());
	for (uint32_t i = 0; i < command->len; i++)
		command->data[i] = bytes[i % 8];
}

static uint32_t take_canaries(struct scsi_command *command)
{
	uint32_t end = command->len;
	uint8_t bytes[8];

	put_be64(bytes, canary());
	while (end > 0) {
		uint32_t at = (end - 1) / 8 * 8;

		if (memcmp(command->data + at, bytes, end - at) != 0)
			break;
		memset(command->data + at, 0, end - at);
		end = at;
	}
	return end;
}

static void on_answer(struct iscsi_context *session, int status, void *data,
		      void *private_data)
{
	struct slot *slot = private_data;

	(void)session;
	(void)data;
	slot->status = status;
	slot->state = SLOT_ANSWERED;
	/* Done, though it may have to wait until all is sent. */
	if (status == SCSI_STATUS_GOOD)
		slot->run->deadline = clock_now_ms() + PROGRESS_MS;
}

/* Data goes straight between the caller's buffer and the socket. libiscsi
 * refuses whatever a target sends outside this one buffer. */
static int send_slot(struct run *run, struct slot *slot)
{
	struct scsi_command *command = slot->command;
	const struct scsi_batch *batch = run->batch;

	slot->run = run;
	slot->task = scsi_create_task(command->cdb_len, command->cdb,
				      command->direction, (int)command->len);
	if (!slot->task)
		return -1;
	slot->iov.iov_base = command->data;
	slot->iov.iov_len = command->len;
	if (command->direction == SCSI_XFER_READ) {
		if (command->exact)
			plant_canaries(command);
		else
			fill_with_canaries(command);
		scsi_task_set_iov_in(slot->task, &slot->iov, 1);
	} else if (command->direction == SCSI_XFER_WRITE) {
		scsi_task_set_iov_out(slot->task, &slot->iov, 1);
	}
	if (iscsi_scsi_command_async(batch->session, command->lun, slot->task,
				     on_answer, NULL, slot))
		return -1;
	slot->state = SLOT_SENT;
	slot->tries++;
	batch->traffic->commands++;
	if (command->direction == SCSI_XFER_WRITE)
		batch->traffic->bytes_out += command->len;
	return 0;
}

/* Fills in the command's answer from the task. */
static void take_answer(struct run *run, struct slot *slot)
{
	struct scsi_command *command = slot->command;
	const struct scsi_task *task = slot->task;

	command->good = slot->status == SCSI_STATUS_GOOD;
	command->status = slot->status;
	command->sense_type = 0;
	command->received = 0;
	command->short_data = false;
	if (slot->status == SCSI_STATUS_CHECK_CONDITION) {
		command->sense_type = task->sense.error_type;
		command->sense_key = (uint8_t)task->sense.key;
		command->sense_asc = (uint16_t)task->sense.ascq;
	}
	if (command->direction == SCSI_XFER_READ)
		command->received =
			command->exact ? command->len : take_canaries(command);
	if (!command->good) {
		command->received = 0;
		return;
	}
	if (command->direction == SCSI_XFER_WRITE)
		run->unflushed = true;
	if (task->residual_status == SCSI_RESIDUAL_UNDERFLOW &&
	    command->direction == SCSI_XFER_READ) {
		uint32_t told =
			task->residual < command->len
				? command->len - (uint32_t)task->residual
				: 0;

		if (command->received > told)
			command->received = told;
	}
	if (command->exact) {
		command->short_data =
			task->residual_status != SCSI_RESIDUAL_NO_RESIDUAL ||
			(command->direction == SCSI_XFER_READ &&
			 canary_left(command));
		command->good = !command->short_data;
	}
	run->batch->traffic->bytes_in += command->received;
}

/* How long to wait before the command is sent again; -1: it is not, for it was
 * good, or failed for good. */
static int retry_after_ms(const struct run *run, const struct slot *slot)
{
	const struct scsi_command *command = slot->command;
	int wait = BUSY_LONGEST_MS;

	if (slot->tries >= TRIES || command->sent_once)
		return -1;
	if (slot->tries < 7)
		wait = BUSY_FIRST_MS << (slot->tries - 1);

	switch (command->status) {
	case SCSI_STATUS_BUSY:
	case SCSI_STATUS_TASK_SET_FULL:
		return wait;
	case SCSI_STATUS_TASK_ABORTED:
		return command->once ? -1 : 0;
	case SCSI_STATUS_CHECK_CONDITION:
		break;
	default:
		return -1;
	}

	/* 0x71 and 0x73 are deferred: some earlier write was lost. */
	if (command->sense_type != 0x70 && command->sense_type != 0x72)
		return -1;
	switch (command->sense_key) {
	case SCSI_SENSE_UNIT_ATTENTION:
		if (run->batch->named && scsi_command_lun_changed(command))
			return -1;
		if (command->sense_asc >> 8 == 0x29 && run->unflushed)
			return -1;
		return 0;
	case SCSI_SENSE_RECOVERED_ERROR:
	case SCSI_SENSE_COMMAND_ABORTED:
		return command->once ? -1 : 0;
	case SCSI_SENSE_NOT_READY:
		/* becoming ready; changing its asymmetric access state */
		if (command->sense_asc == 0x0401 ||
		    command->sense_asc == 0x040a)
			return wait;
		return -1;
	default:
		return -1;
	}
}

/* The statuses that libiscsi makes up: no answer came. */
static bool is_lost(int status)
{
	return status == SCSI_STATUS_CANCELLED || status == SCSI_STATUS_ERROR ||
	       status == SCSI_STATUS_TIMEOUT;
}

/* A target may answer a command before it has been sent all the data that it has
 * asked for, or ask twice; libiscsi goes on to send it, from the task and the
 * caller's buffer. So they stay until nothing is left to be sent. */
static bool all_is_sent(struct iscsi_context *session)
{
	return iscsi_out_queue_length(session) == 0 &&
	       !(iscsi_which_events(session) & POLLOUT);
}

/* -1: the session is lost. */
static int finish_slot(struct run *run, struct slot *slot)
{
	int64_t now = clock_now_ms();
	int wait;

	if (is_lost(slot->status))
		return -1;
	take_answer(run, slot);
	scsi_free_scsi_task(slot->task);
	slot->task = NULL;
	if (run->batch->reserved &&
	    scsi_command_reservation_lost(slot->command)) {
		run->lost = "this host's reservation of the LUN was lost";
		return -1;
	}

	wait = retry_after_ms(run, slot);
	if (wait >= 0) {
		slot->state = SLOT_WAITING;
		slot->not_before = now + wait;
		return 0;
	}
	if (!slot->command->good && run->batch->all_must_succeed &&
	    !run->failed)
		run->failed = slot->command;
	slot->state = SLOT_IDLE;
	run->busy--;
	run->deadline = now + PROGRESS_MS;
	return 0;
}

/* Brings each slot forward; *until is when the next of them has to be looked
 * at again. -1: the session is lost. */
static int advance(struct run *run, int64_t *until)
{
	const struct scsi_batch *batch = run->batch;
	const bool sent = all_is_sent(batch->session);

	*until = run->deadline;
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		struct slot *slot = &run->slots[i];

		if (slot->state == SLOT_ANSWERED &&
		    (sent || is_lost(slot->status)) && finish_slot(run, slot))
			return -1;
		if (slot->state == SLOT_WAITING && run->failed) {
			slot->state = SLOT_IDLE;
			run->busy--;
		}
		if (slot->state == SLOT_WAITING) {
			if (slot->not_before <= clock_now_ms()) {
				if (send_slot(run, slot))
					return -1;
			} else if (slot->not_before < *until) {
				*until = slot->not_before;
			}
		}
		if (slot->state == SLOT_IDLE && run->next < batch->count &&
		    !run->failed) {
			slot->command = &batch->commands[run->next++];
			slot->tries = 0;
			run->busy++;
			if (send_slot(run, slot))
				return -1;
		}
	}
	return 0;
}

/* Closes the connection before the tasks go: libiscsi may be in the middle of
 * sending a task's data, and would go on from freed memory if it were ever
 * serviced again. */
static int give_up(struct run *run, const char *why, struct error *err)
{
	const struct scsi_command *command = NULL;
	struct iscsi_context *session = run->batch->session;
	char name[96] = "SCSI command";

	for (unsigned i = 0; i < IN_FLIGHT && !command; i++) {
		if (run->slots[i].state != SLOT_IDLE)
			command = run->slots[i].command;
	}
	if (iscsi_get_fd(session) >= 0)
		iscsi_disconnect(session);
	iscsi_scsi_cancel_all_tasks(session);
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		scsi_free_scsi_task(run->slots[i].task);
		run->slots[i].task = NULL;
	}

	if (command)
		scsi_command_name(command, name, sizeof(name));
	return error_set(err, ERROR_IO, "%s: %s", name, why);
}

int scsi_batch_run(const struct scsi_batch *batch, struct error *err)
{
	struct run run = {
		.batch = batch,
		.unflushed = batch->unflushed,
		.lost = "the iSCSI session was lost",
	};
	int64_t until;

	run.deadline = clock_now_ms() + PROGRESS_MS;
	for (;;) {
		int events;

		if (advance(&run, &until))
			return give_up(&run, run.lost, err);
		if (!run.busy)
			break;
		/* Whatever else the target may have sent. */
		if (clock_now_ms() >= run.deadline)
			return give_up(&run, "the target stopped answering",
				       err);
		if (batch->may_stop && stop_requested()) {
			give_up(&run, "stopped by a signal", err);
			err->code = ERROR_INTERRUPTED;
			return -1;
		}
		if (batch->may_stop && until > clock_now_ms() + STOP_MS)
			until = clock_now_ms() + STOP_MS;
		events = session_wait(batch->session, until);
		if (events < 0)
			return give_up(&run, "the iSCSI session is closed",
				       err);
		if (session_serve(batch->session, events))
			return give_up(&run,
				       clock_now_ms() < run.deadline
					       ? "the iSCSI session was lost"
					       : "the target stopped answering",
				       err);
		/* A target may ask to be left; libiscsi then logs out by
		 * itself, and tells no command of it. */
		if (!iscsi_is_logged_in(batch->session))
			return give_up(&run, "the target ended the session",
				       err);
	}
	return run.failed ? scsi_command_error(run.failed, err) : 0;
}
