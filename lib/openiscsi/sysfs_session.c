// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/sysfs_session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/log.h"

#define SESSIONS "/sys/class/iscsi_session"

/* sysfs has no path so long; a name that would make one is not there. */
static void set_path(char path[PATH_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void set_path(char path[PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, PATH_MAX, fmt, ap);
	va_end(ap);
}

/* The value of an attribute without its newline; empty if there is none. */
static void read_attribute(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int write_attribute(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do {
		n = write(fd, text, strlen(text));
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	close(fd);
	return 0;
}

/* Calls `each` for the entries of a folder until one of them is true. */
static bool any_entry(const char *path,
		      bool (*each)(const char *path, const char *name,
				   void *data),
		      void *data)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (!folder)
		return false;
	while (!found && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			found = each(path, entry->d_name, data);
	}
	closedir(folder);
	return found;
}

struct wanted {
	const char *iqn;
	const struct iscsi_address *addresses;
	size_t count;
	struct sysfs_session found;
};

static bool is_wanted_portal(const char *connection, const char *prefix,
			     const struct wanted *wanted)
{
	struct iscsi_address address;
	char path[PATH_MAX];
	char port[16];

	set_path(path, "%s/%saddress", connection, prefix);
	read_attribute(path, address.host, sizeof(address.host));
	set_path(path, "%s/%sport", connection, prefix);
	read_attribute(path, port, sizeof(port));
	address.port = (uint16_t)strtoul(port, NULL, 10);
	for (size_t i = 0; i < wanted->count; i++) {
		if (iscsi_address_equal(&address, &wanted->addresses[i]))
			return true;
	}
	return false;
}

/* In <session>/device/: connectionN:0/iscsi_connection/connectionN:0. Where the
 * target has sent us elsewhere, the persistent address is the portal's. */
static bool is_wanted_connection(const char *path, const char *name, void *data)
{
	const struct wanted *wanted = data;
	char connection[PATH_MAX];

	if (strncmp(name, "connection", 10) != 0)
		return false;
	set_path(connection, "%s/%s/iscsi_connection/%s", path, name, name);
	return is_wanted_portal(connection, "persistent_", wanted) ||
	       is_wanted_portal(connection, "", wanted);
}

/* hostN is the folder above the session's device. */
static bool read_host(const char *device, unsigned *host)
{
	char real[PATH_MAX];
	char *at;

	if (!realpath(device, real))
		return false;
	at = strrchr(real, '/');
	if (!at)
		return false;
	*at = '\0';
	at = strrchr(real, '/');
	return at && sscanf(at, "/host%u", host) == 1;
}

static bool is_wanted_session(const char *path, const char *name, void *data)
{
	struct wanted *wanted = data;
	struct sysfs_session *found = &wanted->found;
	char file[PATH_MAX];
	char text[256];

	if (sscanf(name, "session%u", &found->number) != 1)
		return false;
	set_path(file, "%s/%s/targetname", path, name);
	read_attribute(file, text, sizeof(text));
	if (strcmp(text, wanted->iqn) != 0)
		return false;
	set_path(file, "%s/%s/target_id", path, name);
	read_attribute(file, text, sizeof(text));
	found->target_id = (unsigned)strtoul(text, NULL, 10);
	set_path(file, "%s/%s/device", path, name);
	return any_entry(file, is_wanted_connection, wanted) &&
	       read_host(file, &found->host);
}

bool sysfs_session_find(const char *iqn, const struct iscsi_address *addresses,
			size_t count, struct sysfs_session *out)
{
	struct wanted wanted = { iqn, addresses, count, { 0 } };

	if (!any_entry(SESSIONS, is_wanted_session, &wanted))
		return false;
	*out = wanted.found;
	return true;
}

static bool note_highest(const char *path, const char *name, void *data)
{
	unsigned *highest = data;
	unsigned number;

	(void)path;
	if (sscanf(name, "session%u", &number) == 1 && number > *highest)
		*highest = number;
	return false;
}

unsigned sysfs_session_highest(void)
{
	unsigned highest = 0;

	any_entry(SESSIONS, note_highest, &highest);
	return highest;
}

bool sysfs_session_up(const struct sysfs_session *session)
{
	char path[PATH_MAX];
	char state[32];

	set_path(path, SESSIONS "/session%u/state", session->number);
	read_attribute(path, state, sizeof(state));
	return strcmp(state, "LOGGED_IN") == 0;
}

struct luns {
	const struct sysfs_session *session;
	unsigned lun; /* the one to keep */
	size_t count;
};

static bool count_lun(const char *path, const char *name, void *data)
{
	struct luns *luns = data;
	unsigned host, channel, id, lun;

	(void)path;
	if (sscanf(name, "%u:%u:%u:%u", &host, &channel, &id, &lun) == 4)
		luns->count++;
	return false;
}

/* In <session>/device/: targetH:C:T */
static bool count_in_target(const char *path, const char *name, void *data)
{
	char target[PATH_MAX];

	if (strncmp(name, "target", 6) != 0)
		return false;
	set_path(target, "%s/%s", path, name);
	return any_entry(target, count_lun, data);
}

static void device_folder(const struct sysfs_session *session,
			  char path[PATH_MAX])
{
	set_path(path, SESSIONS "/session%u/device", session->number);
}

size_t sysfs_lun_count(const struct sysfs_session *session)
{
	struct luns luns = { .session = session };
	char path[PATH_MAX];

	device_folder(session, path);
	any_entry(path, count_in_target, &luns);
	return luns.count;
}

static void lun_folder(const struct sysfs_session *session, unsigned lun,
		       const char *entry, char path[PATH_MAX])
{
	set_path(path, SESSIONS "/session%u/device/target%u:0:%u/%u:0:%u:%u/%s",
		 session->number, session->host, session->target_id,
		 session->host, session->target_id, lun, entry);
}

bool sysfs_lun_there(const struct sysfs_session *session, unsigned lun)
{
	char path[PATH_MAX];

	lun_folder(session, lun, "", path);
	return access(path, F_OK) == 0;
}

static bool take_name(const char *path, const char *name, void *data)
{
	char *disk = data;

	(void)path;
	if (strlen(name) >= DISK_NAME_SIZE)
		return false;
	strcpy(disk, name);
	return true;
}

bool sysfs_lun_disk(const struct sysfs_session *session, unsigned lun,
		    char name[DISK_NAME_SIZE])
{
	char path[PATH_MAX];

	lun_folder(session, lun, "block", path);
	return any_entry(path, take_name, name);
}

bool sysfs_disk_ready(const char *name)
{
	char path[PATH_MAX];
	char text[32];
	unsigned first, second;
	struct stat st;
	bool ready = false;
	int fd;

	set_path(path, "/sys/class/block/%s/dev", name);
	read_attribute(path, text, sizeof(text));
	if (sscanf(text, "%u:%u", &first, &second) != 2)
		return false;
	set_path(path, "/dev/%s", name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0)
		ready = S_ISBLK(st.st_mode) && major(st.st_rdev) == first &&
			minor(st.st_rdev) == second;
	close(fd);
	return ready;
}

int sysfs_lun_scan(const struct sysfs_session *session, unsigned lun,
		   struct error *err)
{
	char path[PATH_MAX];
	char text[40];

	set_path(path, "/sys/class/scsi_host/host%u/scan", session->host);
	/* channel, target, LUN */
	snprintf(text, sizeof(text), "0 %u %u", session->target_id, lun);
	if (write_attribute(path, text))
		return error_set(err, ERROR_NO_DEVICE, "%s: %s", path,
				 strerror(errno));
	return 0;
}

void sysfs_lun_remove(const struct sysfs_session *session, unsigned lun)
{
	char path[PATH_MAX];

	lun_folder(session, lun, "delete", path);
	if (write_attribute(path, "1") && errno != ENOENT && errno != ENODEV)
		log_warning("%s: %s", path, strerror(errno));
}

static bool remove_other(const char *path, const char *name, void *data)
{
	const struct luns *luns = data;
	unsigned host, channel, id, lun;

	(void)path;
	if (sscanf(name, "%u:%u:%u:%u", &host, &channel, &id, &lun) == 4 &&
	    lun != luns->lun)
		sysfs_lun_remove(luns->session, lun);
	return false;
}

static bool remove_in_target(const char *path, const char *name, void *data)
{
	char target[PATH_MAX];

	if (strncmp(name, "target", 6) != 0)
		return false;
	set_path(target, "%s/%s", path, name);
	return any_entry(target, remove_other, data);
}

void sysfs_lun_remove_others(const struct sysfs_session *session, unsigned lun)
{
	struct luns luns = { .session = session, .lun = lun };
	char path[PATH_MAX];

	device_folder(session, path);
	any_entry(path, remove_in_target, &luns);
}
