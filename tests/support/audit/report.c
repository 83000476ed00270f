// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What real lvm2 says, as tests/support/lvm.sh writes it: lines of
 * `|`-separated fields, sizes in bytes.
 *
 *   PV|pv_name|pv_uuid|pe_start|pv_size|dev_size|pv_mda_count|
 *      pv_mda_used_count|pv_pe_count|vg_name|vg_uuid|vg_extent_size|vg_seqno|
 *      vg_attr
 *   SEG|vg_name|lv_name|lv_uuid|lv_attr|lv_size|lv_tags|seg_start_pe|
 *      seg_size_pe|segtype|seg_pe_ranges
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"

#define MOST_FIELDS 16

static size_t split(char *line, char **fields)
{
	size_t n = 0;

	while (n < MOST_FIELDS && (fields[n] = strsep(&line, "|")) != NULL)
		n++;
	return n;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || end == text || *end)
		give_up("lvm reports \"%s\" for a number", text);
	return v;
}

static void copy(char *to, size_t room, const char *from)
{
	if (strlen(from) >= room)
		give_up("lvm reports too long a word: %s", from);
	strcpy(to, from);
}

static void read_pv(struct side *s, char **f)
{
	if (s->pv_id[0])
		give_up("lvm reports %s twice", s->pv_name);
	copy(s->pv_id, sizeof(s->pv_id), f[2]);
	s->pe_start = number(f[3]);
	s->pv_size = number(f[4]);
	s->dev_size = number(f[5]);
	s->mda_count = number(f[6]);
	s->mda_used = number(f[7]);
	s->pe_count = number(f[8]);
	copy(s->vg_name, sizeof(s->vg_name), f[9]);
	copy(s->vg_id, sizeof(s->vg_id), f[10]);
	s->extent_size = number(f[11]);
	s->seqno = number(f[12]);
	copy(s->vg_attr, sizeof(s->vg_attr), f[13]);
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* As SM names its LVs. */
static enum kind kind_of(const char *name, const char *tags,
			 const char *vg_name)
{
	static const char *const journals[] = { "clone_",      "leaf_",
						"inflate_",    "relink_",
						"coalesce_",   "zero_",
						"multiattach_" };
	struct id16 id;

	if (strcmp(name, "MGT") == 0)
		return MGT;
	if (starts(name, "VHD-"))
		return VHD;
	if (starts(name, "QCOW2-"))
		return QCOW2;
	if (starts(name, "LV-"))
		return RAW;
	if (starts(name, "jvhd_"))
		return JVHD;
	if (uuid_here(name, strlen(name), 0, &id) == UUID_PLAIN &&
	    strcmp(name + UUID_PLAIN, ".cbtlog") == 0)
		return CBTLOG;
	if (uuid_here(name, strlen(name), 0, &id) == UUID_PLAIN &&
	    strcmp(name + UUID_PLAIN, "_trim_lv") == 0 &&
	    strlen(vg_name) > 36 &&
	    strncmp(name, vg_name + strlen(vg_name) - 36, 36) == 0)
		return TRIM;
	if (strstr(tags, "journaler"))
		return JOURNAL;
	for (size_t i = 0; i < sizeof(journals) / sizeof(*journals); i++) {
		if (starts(name, journals[i]))
			return JOURNAL;
	}
	return FOREIGN;
}

static struct lv *get_lv(struct side *s, char **f)
{
	struct lv *lv;

	if (s->lv_count && strcmp(s->lvs[s->lv_count - 1].name, f[2]) == 0)
		return &s->lvs[s->lv_count - 1];
	s->lvs = grow_array(s->lvs, s->lv_count, sizeof(*s->lvs));
	lv = &s->lvs[s->lv_count++];
	memset(lv, 0, sizeof(*lv));
	copy(lv->name, sizeof(lv->name), f[2]);
	copy(lv->id, sizeof(lv->id), f[3]);
	copy(lv->attr, sizeof(lv->attr), f[4]);
	lv->size = number(f[5]);
	copy(lv->tags, sizeof(lv->tags), f[6]);
	lv->kind = kind_of(lv->name, lv->tags, s->vg_name);
	return lv;
}

static void read_seg(struct side *s, char **f)
{
	struct lv *lv = get_lv(s, f);
	struct seg *seg;
	char *colon = strrchr(f[10], ':');
	char *end;

	if (strcmp(f[9], "linear") != 0 || !colon || strchr(f[10], ' '))
		give_up("lvm reports a segment of %s that is not linear: %s %s",
			f[2], f[9], f[10]);
	lv->segs = grow_array(lv->segs, lv->seg_count, sizeof(*lv->segs));
	seg = &lv->segs[lv->seg_count++];
	seg->lv_extent = number(f[7]);
	seg->count = number(f[8]);
	seg->pv_extent = strtoull(colon + 1, &end, 10);
	if (*end != '-' || number(end + 1) != seg->pv_extent + seg->count - 1)
		give_up("lvm reports the range %s", f[10]);
}

static int by_place(const void *a, const void *b)
{
	uint64_t x = ((const struct lv *)a)->segs[0].pv_extent;
	uint64_t y = ((const struct lv *)b)->segs[0].pv_extent;

	return x < y ? -1 : x > y;
}

/* Lines of PVs (of segments, once the VG's name is known). */
static void read_lines(FILE *f, struct side *side, bool segments)
{
	char *line = NULL, *fields[MOST_FIELDS];
	size_t room = 0;
	ssize_t len;

	rewind(f);
	while ((len = getline(&line, &room, f)) > 0) {
		size_t n;

		line[strcspn(line, "\n")] = 0;
		n = split(line, fields);
		if (!segments && n == 14 && strcmp(fields[0], "PV") == 0 &&
		    strcmp(fields[1], side->pv_name) == 0)
			read_pv(side, fields);
		if (segments && n == 11 && strcmp(fields[0], "SEG") == 0 &&
		    strcmp(fields[1], side->vg_name) == 0)
			read_seg(side, fields);
	}
	free(line);
}

void report_read(const char *path, struct side *side)
{
	FILE *f = fopen(path, "re");

	if (!f)
		give_up("%s: %s", path, strerror(errno));
	read_lines(f, side, false);
	if (!side->pv_id[0])
		give_up("lvm does not list the PV %s", side->pv_name);
	if (!side->vg_name[0])
		give_up("lvm sees no VG on %s", side->pv_name);
	read_lines(f, side, true);
	fclose(f);
	if (side->lv_count)
		qsort(side->lvs, side->lv_count, sizeof(*side->lvs), by_place);
}
