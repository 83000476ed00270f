// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/connect.h"

#include <stdlib.h>

#include "base/log.h"
#include "engine/guard_host.h"
#include "host/block.h"
#include "host/lock.h"
#include "host/multipath.h"
#include "openiscsi/open_iscsi.h"
#include "iscsi/scsi_batch.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_block.h"
#include "lun/lun_libiscsi.h"

struct connection {
	struct lun *lun;
	struct lun_names names;
	struct iscsi_context *session; /* libiscsi */

	/* open-iscsi */
	struct multipath_before before;
	struct open_iscsi *attached;
	struct multipath_map map;
};

static int connect_libiscsi(const struct resign_request *request,
			    struct connection *self, struct error *err)
{
	struct user_lun found;

	if (user_session_open(&request->target, &self->session, err) ||
	    user_session_find_lun(self->session, request->scsi_id, &found,
				  err))
		return -1;
	log_info("SCSIid %s is LUN %u", request->scsi_id,
		 lun_number(found.lun));
	self->names = found.names;
	if (guard_host(NULL, &self->names, err))
		return -1;
	return lun_libiscsi_open(self->session, found.lun, &self->lun, err);
}

static int connect_open_iscsi(const struct resign_request *request,
			      struct connection *self, struct error *err)
{
	const struct open_iscsi_wanted wanted = {
		.target = &request->target,
		.scsi_id = request->scsi_id,
		.lock_dir = HOST_LOCK_DIR,
	};
	char path[BLOCK_NAME_SIZE + 8];
	const char *disk;

	if (multipath_remember(&self->before, err) ||
	    open_iscsi_attach(&wanted, &self->attached, err))
		return -1;
	disk = open_iscsi_disk(self->attached);
	self->names = *open_iscsi_names(self->attached);
	if (multipath_claim(disk, &self->before, &self->map, err) ||
	    guard_host(disk, &self->names, err) ||
	    multipath_fail_fast(&self->map, err))
		return -1;
	block_path(connection_device(self), path, sizeof(path));
	return lun_block_open(path, &self->lun, err);
}

int connect_lun(const struct resign_request *request, struct connection **out,
		struct error *err)
{
	struct connection *self = calloc(1, sizeof(*self));
	int failed = -1;

	if (!self)
		return error_no_memory(err);
	switch (request->initiator) {
	case INITIATOR_OPEN_ISCSI:
		failed = connect_open_iscsi(request, self, err);
		break;
	case INITIATOR_LIBISCSI:
		failed = connect_libiscsi(request, self, err);
		break;
	}
	if (failed) {
		disconnect(self);
		return -1;
	}
	log_step("connected to %s", request->target.iqn);
	*out = self;
	return 0;
}

struct lun *connection_lun(const struct connection *connection)
{
	return connection->lun;
}

const struct lun_names *connection_names(const struct connection *connection)
{
	return &connection->names;
}

const char *connection_device(const struct connection *connection)
{
	if (!connection->attached)
		return NULL;
	return connection->map.device[0]
		       ? connection->map.device
		       : open_iscsi_disk(connection->attached);
}

static void log_traffic(const struct lun *lun)
{
	struct lun_traffic traffic = lun_libiscsi_traffic(lun);

	log_info("%u SCSI commands, %llu bytes read, %llu written",
		 traffic.commands, (unsigned long long)traffic.bytes_read,
		 (unsigned long long)traffic.bytes_written);
}

static void detach(struct connection *connection)
{
	const char *disk = open_iscsi_disk(connection->attached);
	struct error err;

	if (multipath_release(&connection->map, &disk, 1, &err))
		log_error("the multipath map stays: %s", err.text);
	open_iscsi_detach(connection->attached);
}

void disconnect(struct connection *connection)
{
	if (!connection)
		return;
	if (connection->session && connection->lun)
		log_traffic(connection->lun);
	lun_close(connection->lun);
	user_session_close(connection->session);
	if (connection->attached)
		detach(connection);
	multipath_before_free(&connection->before);
	free(connection);
	log_step("disconnected");
}
