// SPDX-License-Identifier: LGPL-2.1-only
/*
 * QCOW2 images that qemu-img made (tests/generated/pool.sh), with the backing
 * file's name that this SR wants in place of theirs, and SM's hidden flag.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../audit/bytes.h"
#include "gen.h"

#define VARIANTS    4
#define HIDDEN_FLAG 0x76617465u
#define NAME_AT	    544 /* where SM moves the name to */
#define HEAD	    2048

/* In which an image may name what it is based on. */
static const char *const forms[] = { "dev", "mapper", "relative", "json",
				     "file" };

static void parent_name(const struct sr *sr, const struct gvdi *parent,
			const char *form, char *to, size_t room)
{
	char lv[200], mapper[300], dev[300];

	lv_name_of(sr, parent, false, lv, sizeof(lv));
	lv_name_of(sr, parent, true, mapper, sizeof(mapper));
	snprintf(dev, sizeof(dev), "/dev/VG_XenStorage-%s/%s", sr->uuid, lv);
	if (strcmp(form, "mapper") == 0)
		snprintf(to, room, "/dev/mapper/%s", mapper);
	else if (strcmp(form, "relative") == 0)
		snprintf(to, room, "%s", lv);
	else if (strcmp(form, "file") == 0)
		snprintf(to, room, "file:%s", dev);
	else if (strcmp(form, "json") == 0)
		snprintf(to, room,
			 "json:{\"driver\":\"%s\",\"file\":{\"driver\":"
			 "\"file\",\"filename\":\"%s\"}}",
			 parent->qcow2 ? "qcow2" : "raw", dev);
	else
		snprintf(to, room, "%s", dev);
}

/* A relative name leads from where the image itself was opened, which only the
 * last of a chain is by /dev/VG. */
static const char *some_form(const struct gvdi *vdi)
{
	const char *form = forms[below(sizeof(forms) / sizeof(*forms))];

	return vdi->hidden && strcmp(form, "relative") == 0 ? "dev" : form;
}

/* A file of the pool; not every variant has every form. */
static int open_image(const struct sr *sr, const struct gvdi *parent,
		      const char *form)
{
	unsigned first = (unsigned)below(VARIANTS);
	char path[4096];

	for (unsigned i = 0; i < VARIANTS; i++) {
		unsigned n = (first + i) % VARIANTS;
		int fd;

		if (!parent)
			snprintf(path, sizeof(path), "%s/%u.base.qcow2",
				 sr->pool, n);
		else
			snprintf(path, sizeof(path), "%s/%u.%s.%s.qcow2",
				 sr->pool, n, form,
				 parent->qcow2 ? "QCOW2" : "LV");
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	die("%s: %s", path, strerror(errno));
}

/* As SM hides a volume: one more header extension, the name behind it. */
static void hide(uint8_t *head, const char *name)
{
	size_t at = be32(head + 4) == 2 ? 72 : be32(head + 100);

	while (be32(head + at))
		at += 8 + (be32(head + at + 4) + 7) / 8 * 8;
	if (at + 24 > NAME_AT)
		return;
	memset(head + at, 0, HEAD - at);
	set_be32(head + at, HIDDEN_FLAG);
	set_be32(head + at + 4, 1);
	head[at + 8] = 1;
	if (!*name)
		return;
	set_be64(head + 8, NAME_AT);
	memcpy(head + NAME_AT, name, strlen(name));
}

void write_qcow2(const struct sr *sr, const struct glv *lv)
{
	const struct gvdi *vdi = &sr->vdis[lv->vdi];
	const struct gvdi *parent =
		vdi->parent >= 0 ? &sr->vdis[vdi->parent] : NULL;
	static uint8_t buffer[65536], zero[65536];
	const char *form = some_form(vdi);
	int fd = open_image(sr, parent, form);
	char name[1024] = "";
	ssize_t n;

	for (uint64_t at = 0; (n = read(fd, buffer, sizeof(buffer))) > 0;
	     at += (uint64_t)n) {
		if (at == 0 && parent) {
			parent_name(sr, parent, form, name, sizeof(name));
			if (strlen(name) != be32(buffer + 16))
				die("%s: another length than in the pool",
				    name);
			memcpy(buffer + be64(buffer + 8), name, strlen(name));
		}
		/* Clusters of 512 bytes have no room for it. */
		if (at == 0 && vdi->hidden && be32(buffer + 20) > 11)
			hide(buffer, name);
		if (memcmp(buffer, zero, (size_t)n) != 0)
			lv_write(sr, lv, at, buffer, (size_t)n);
	}
	close(fd);
}
