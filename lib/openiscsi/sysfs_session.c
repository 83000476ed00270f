// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/sysfs_session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text_file.h"

#define SESSIONS    "/sys/class/iscsi_session"
#define CONNECTIONS "/sys/class/iscsi_connection"
#define LUNS	    "/sys/class/scsi_device"

/* hostN is the folder above the session's device. */
static bool read_host(unsigned number, unsigned *host)
{
	char path[SYSFS_PATH_SIZE], real[PATH_MAX];
	const char *at;

	snprintf(path, sizeof(path), SESSIONS "/session%u/device", number);
	if (!realpath(path, real))
		return false;
	at = strstr(real, "/host");
	return at && sscanf(at, "/host%u/", host) == 1;
}

size_t sysfs_sessions(const char *iqn,
		      struct sysfs_session out[SYSFS_SESSIONS_MAX])
{
	struct block_names names = block_folder(SESSIONS);
	size_t count = 0;

	for (size_t i = 0; i < names.count && count < SYSFS_SESSIONS_MAX; i++) {
		struct sysfs_session *session = &out[count];
		char text[256];

		if (sscanf(names.items[i], "session%u", &session->number) != 1)
			continue;
		file_line(text, sizeof(text), SESSIONS "/session%u/targetname",
			  session->number);
		if (strcmp(text, iqn) != 0)
			continue;
		file_line(text, sizeof(text), SESSIONS "/session%u/target_id",
			  session->number);
		session->target_id = (unsigned)strtoul(text, NULL, 10);
		count += read_host(session->number, &session->host);
	}
	block_names_free(&names);
	return count;
}

/* Where the target has sent us elsewhere, the persistent address is the
 * portal's. */
static bool is_at(unsigned number, const char *prefix,
		  const struct iscsi_address *wanted)
{
	struct iscsi_address address;
	char port[16];

	file_line(address.host, sizeof(address.host),
		  CONNECTIONS "/connection%u:0/%saddress", number, prefix);
	file_line(port, sizeof(port), CONNECTIONS "/connection%u:0/%sport",
		  number, prefix);
	address.port = (uint16_t)strtoul(port, NULL, 10);
	return iscsi_address_equal(&address, wanted);
}

bool sysfs_session_is_at(const struct sysfs_session *session,
			 const struct iscsi_address *address)
{
	return is_at(session->number, "persistent_", address) ||
	       is_at(session->number, "", address);
}

bool sysfs_session_up(const struct sysfs_session *session)
{
	char state[32];

	file_line(state, sizeof(state), SESSIONS "/session%u/state",
		  session->number);
	return strcmp(state, "LOGGED_IN") == 0;
}

static void lun_path(const struct sysfs_session *session, unsigned lun,
		     const char *entry, char path[SYSFS_PATH_SIZE])
{
	snprintf(path, SYSFS_PATH_SIZE, LUNS "/%u:0:%u:%u/%s", session->host,
		 session->target_id, lun, entry);
}

bool sysfs_lun_there(const struct sysfs_session *session, unsigned lun)
{
	char path[SYSFS_PATH_SIZE];

	lun_path(session, lun, "", path);
	return access(path, F_OK) == 0;
}

bool sysfs_any_lun(const struct sysfs_session *session,
		   bool (*is)(const struct sysfs_session *session, unsigned lun,
			      void *data),
		   void *data)
{
	struct block_names names = block_folder(LUNS);
	bool found = false;

	for (size_t i = 0; i < names.count && !found; i++) {
		unsigned host, channel, id, lun;

		found = sscanf(names.items[i], "%u:%u:%u:%u", &host, &channel,
			       &id, &lun) == 4 &&
			host == session->host && id == session->target_id &&
			is(session, lun, data);
	}
	block_names_free(&names);
	return found;
}

bool sysfs_lun_disk(const struct sysfs_session *session, unsigned lun,
		    char name[BLOCK_NAME_SIZE])
{
	struct block_names names;
	char path[SYSFS_PATH_SIZE];
	bool found;

	lun_path(session, lun, "device/block", path);
	names = block_folder(path);
	found = names.count > 0;
	if (found)
		strcpy(name, names.items[0]);
	block_names_free(&names);
	return found;
}

bool sysfs_disk_ready(const char *name)
{
	int fd = open(block_node(name).path,
		      O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	dev_t number;
	bool ready;

	if (fd < 0)
		return false;
	ready = fstat(fd, &st) == 0 && S_ISBLK(st.st_mode) &&
		block_number(name, &number) && st.st_rdev == number;
	close(fd);
	return ready;
}

/* `lun` may be a dash: all. */
static int scan(const struct sysfs_session *session, const char *lun,
		struct error *err)
{
	char path[SYSFS_PATH_SIZE], text[40];

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/scan",
		 session->host);
	/* channel, target, LUN */
	snprintf(text, sizeof(text), "0 %u %s", session->target_id, lun);
	if (sysfs_write(path, text))
		return error_set(err, ERROR_NO_DEVICE, "%s: %s", path,
				 strerror(errno));
	return 0;
}

int sysfs_lun_scan(const struct sysfs_session *session, unsigned lun,
		   struct error *err)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", lun);
	return scan(session, number, err);
}

int sysfs_session_scan(const struct sysfs_session *session, struct error *err)
{
	return scan(session, "-", err);
}

void sysfs_lun_remove(const struct sysfs_session *session, unsigned lun)
{
	char path[SYSFS_PATH_SIZE];

	lun_path(session, lun, "device/delete", path);
	if (sysfs_write(path, "1") && errno != ENOENT && errno != ENODEV)
		log_warning("%s: %s", path, strerror(errno));
}
