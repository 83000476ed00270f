// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/node_record.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text_file.h"

/* The new content of a record until it takes its place: beside the folder of
 * all records, for whatever is in there is a record to iscsiadm. */
#define NEW_RECORD "../relvmoiscsi.record"

/* Beside it while our settings are in a record's place: the record, and where it
 * belongs. They outlive us. */
#define OLD_RECORD "../relvmoiscsi.old"
#define OLD_PLACE  "../relvmoiscsi.old.place"

/* Where open-iscsi keeps records: domain 0 and Red Hat's, Debian's. */
static const char *const folders[] = { "/var/lib/iscsi/nodes",
				       "/etc/iscsi/nodes" };

/* An open-iscsi path that is too long is not one that there is. */
static void set_path(char path[PATH_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void set_path(char path[PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, PATH_MAX, fmt, ap);
	va_end(ap);
}

/* A record's file is named ADDRESS,PORT or, a folder, ADDRESS,PORT,GROUP. */
static bool is_address(const char *name, const struct iscsi_address *wanted)
{
	const char *comma = strchr(name, ',');
	struct iscsi_address address;

	if (!comma || (size_t)(comma - name) >= sizeof(address.host))
		return false;
	memcpy(address.host, name, (size_t)(comma - name));
	address.host[comma - name] = '\0';
	address.port = (uint16_t)strtoul(comma + 1, NULL, 10);
	return iscsi_address_equal(&address, wanted);
}

/* In a folder of one portal the files are interfaces. */
static bool find_interface(const char *folder, struct node_record *out)
{
	DIR *files = opendir(folder);
	struct dirent *entry;
	bool found = false;

	if (!files)
		return false;
	while ((entry = readdir(files))) {
		bool is_default = strcmp(entry->d_name, "default") == 0;

		if (entry->d_name[0] == '.' || (found && !is_default) ||
		    strlen(entry->d_name) >= sizeof(out->iface))
			continue;
		set_path(out->path, "%s/%s", folder, entry->d_name);
		strcpy(out->iface, entry->d_name);
		found = true;
		if (is_default)
			break;
	}
	closedir(files);
	return found;
}

static bool find_in(const char *folder, const struct iscsi_address *address,
		    struct node_record *out)
{
	DIR *portals = opendir(folder);
	struct dirent *entry;
	bool found = false;

	if (!portals)
		return false;
	while (!found && (entry = readdir(portals))) {
		char path[PATH_MAX];
		struct stat st;

		if (!is_address(entry->d_name, address))
			continue;
		set_path(path, "%s/%s", folder, entry->d_name);
		if (lstat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode)) {
			found = find_interface(path, out);
		} else if (S_ISREG(st.st_mode)) {
			set_path(out->path, "%s", path);
			strcpy(out->iface, "default");
			found = true;
		}
	}
	closedir(portals);
	return found;
}

int node_record_find(const char *iqn, const struct iscsi_address *address,
		     bool *found, struct node_record *out, struct error *err)
{
	struct node_record record = { 0 };

	*found = false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char folder[PATH_MAX];

		set_path(folder, "%s/%s", folders[i], iqn);
		if (!find_in(folder, address, &record))
			continue;
		if (text_file_read(record.path, &record.before,
				   &record.before_len, err)) {
			err->code = ERROR_LOGIN;
			return error_prefix(err, "node record ");
		}
		if (!record.before)
			continue;
		record.folder = folders[i];
		*out = record;
		*found = true;
		return 0;
	}
	return 0;
}

void node_record_name(const struct iscsi_address *address,
		      char name[NODE_RECORD_NAME_SIZE])
{
	snprintf(name, NODE_RECORD_NAME_SIZE, "%s,%u", address->host,
		 address->port);
}

void node_record_remove(const char *iqn, const char *name)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[PATH_MAX];

		set_path(path, "%s/%s/%s", folders[i], iqn, name);
		if (unlink(path) == 0) {
			*strrchr(path, '/') = '\0';
			/* others' records may be there */
			rmdir(path);
		}
	}
}

/* A setting that a login of ours has. */
struct setting {
	const char *name;
	const char *value; /* NULL: none, for an empty one cannot be written */
	bool if_known;	   /* left out where the record does not have it */
};

int node_record_check(const struct iscsi_target *target, struct error *err)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "chapuser", target->chap_user },
		{ "chappassword", target->chap_password },
		{ "incoming_chapuser", target->incoming_user },
		{ "incoming_chappassword", target->incoming_password },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *value = texts[i].value;

		if (chap_is_set(value) &&
		    (isspace((unsigned char)value[0]) ||
		     isspace((unsigned char)value[strlen(value) - 1])))
			return error_set(
				err, ERROR_BAD_VALUE,
				"%s begins or ends with a blank, which "
				"open-iscsi cuts off; resign with "
				"device-config:initiator=libiscsi",
				texts[i].name);
	}
	return 0;
}

/* The setting that a line of a record is for, if it is one of ours. */
static struct setting *setting_of(const char *line, size_t len,
				  struct setting *settings, size_t count)
{
	size_t name = 0;

	while (name < len && !strchr(" \t=", line[name]))
		name++;
	for (size_t i = 0; i < count; i++) {
		if (strlen(settings[i].name) == name &&
		    memcmp(settings[i].name, line, name) == 0)
			return &settings[i];
	}
	return NULL;
}

/* The record's lines without those that are ours, then ours. */
static void merge(const struct node_record *record, struct setting *settings,
		  size_t count, struct buffer *out)
{
	const char *text = record->before;
	size_t left = record->before_len;

	while (left > 0) {
		const char *end = memchr(text, '\n', left);
		size_t len = end ? (size_t)(end - text) + 1 : left;
		struct setting *setting =
			setting_of(text, len, settings, count);

		if (setting)
			setting->if_known = false;
		else
			buffer_add(out, text, len);
		text += len;
		left -= len;
	}
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buffer_add_text(out, "\n");
	for (size_t i = 0; i < count; i++) {
		if (settings[i].if_known || !settings[i].value)
			continue;
		buffer_add_text(out, settings[i].name);
		buffer_add_text(out, " = ");
		buffer_add_text(out, settings[i].value);
		buffer_add_text(out, "\n");
	}
}

static void compose(struct node_record *record,
		    const struct iscsi_target *target, bool scan,
		    struct buffer *out)
{
	bool chap = chap_is_set(target->chap_user);
	bool mutual = chap_is_set(target->incoming_user);
	struct setting settings[] = {
		{ "node.session.scan", scan ? "auto" : "manual", true },
		{ "node.startup", "manual", true },
		{ "node.conn[0].startup", "manual", true },
		{ "node.session.nr_sessions", "1", true },
		/* The target was there a moment ago. */
		{ "node.session.initial_login_retry_max", "1", true },
		{ "node.conn[0].timeo.login_timeout", "15", true },
		{ "iface.initiatorname", target->initiator, false },
		{ "node.session.auth.authmethod", chap ? "CHAP" : "None",
		  false },
		{ "node.session.auth.username", chap ? target->chap_user : NULL,
		  false },
		{ "node.session.auth.password",
		  chap ? target->chap_password : NULL, false },
		{ "node.session.auth.username_in",
		  mutual ? target->incoming_user : NULL, false },
		{ "node.session.auth.password_in",
		  mutual ? target->incoming_password : NULL, false },
	};

	merge(record, settings, sizeof(settings) / sizeof(settings[0]), out);
	record->manual_scan = !scan && !settings[0].if_known;
}

/* A new file in the old one's place, with its mode and owner. Where there is no
 * old one any more, none is made. */
static int write_record(const struct node_record *record, const void *content,
			size_t len)
{
	char path[PATH_MAX];
	struct stat old;
	int fd, rc;

	if (lstat(record->path, &old))
		return -1;
	if (!S_ISREG(old.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	set_path(path, "%s/" NEW_RECORD, record->folder);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = file_write_all(fd, content, len) &&
			     fchown(fd, old.st_uid, old.st_gid) == 0 &&
			     fchmod(fd, old.st_mode & 07777) == 0 &&
			     fsync(fd) == 0
		     ? 0
		     : -1;
	close(fd);
	if (!rc)
		rc = rename(path, record->path);
	if (rc)
		unlink(path);
	return rc;
}

/* Whatever has its place taken by settings of ours; not where there is no record
 * any more. */
static void give_back(const char *folder)
{
	char old[PATH_MAX], place[PATH_MAX], path[PATH_MAX];
	struct stat st;
	ssize_t n;

	set_path(old, "%s/" OLD_RECORD, folder);
	set_path(place, "%s/" OLD_PLACE, folder);
	n = readlink(place, path, sizeof(path) - 1);
	if (n < 0)
		return;
	path[n] = '\0';
	if (lstat(path, &st) == 0 && rename(old, path) && errno != ENOENT) {
		log_error("node record %s cannot be restored: %s", path,
			  strerror(errno));
		return;
	}
	/* There still if no settings of ours had come into its place. */
	unlink(old);
	unlink(place);
}

static int keep(const struct node_record *record)
{
	char old[PATH_MAX], place[PATH_MAX];

	set_path(old, "%s/" OLD_RECORD, record->folder);
	set_path(place, "%s/" OLD_PLACE, record->folder);
	return symlink(record->path, place) || link(record->path, old) ? -1 : 0;
}

int node_record_set(struct node_record *record,
		    const struct iscsi_target *target, bool scan,
		    struct error *err)
{
	struct buffer content = { 0 };
	int rc = 0;

	compose(record, target, scan, &content);
	if (keep(record) || write_record(record, content.data, content.len))
		rc = error_set(err, ERROR_LOGIN, "node record %s: %s",
			       record->path, strerror(errno));
	if (rc)
		give_back(record->folder);
	explicit_bzero(content.data, content.len);
	buffer_free(&content);
	return rc;
}

void node_record_restore(void)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		give_back(folders[i]);
}

void node_record_free(struct node_record *record)
{
	if (record->before)
		explicit_bzero(record->before, record->before_len);
	free(record->before);
	record->before = NULL;
}
