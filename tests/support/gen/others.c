// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What stands beside the VDIs: changed-block logs, journals of operations in
 * flight, LVs that are not SM's, MGT.
 */
#include <string.h>

#include "gen.h"

static const char *some_vdi(const struct sr *sr, char *room)
{
	if (sr->vdi_count && !chance(10))
		return sr->vdis[below(sr->vdi_count)].uuid;
	make_uuid(room);
	return room;
}

static bool name_taken(const struct sr *sr, const char *name)
{
	for (size_t i = 0; i < sr->lv_count; i++) {
		if (strcmp(sr->lvs[i].name, name) == 0)
			return true;
	}
	return false;
}

static void add_cbtlogs(struct sr *sr)
{
	size_t vdis = sr->vdi_count;
	unsigned percent = chance(50) ? 0 : (unsigned)between(20, 100);
	unsigned count = 0;

	for (size_t i = 0; i < vdis && count < 40; i++) {
		char name[64], room[UUID_LEN + 1];
		struct glv *lv;

		if (!chance(percent))
			continue;
		snprintf(name, sizeof(name), "%s.cbtlog", sr->vdis[i].uuid);
		lv = add_lv(sr, C_CBTLOG, sr->extent_size, name);
		lv->tags = "\"cbtlog\"";
		for (int k = 0; k < 2; k++) {
			if (chance(60))
				strcpy(lv->links[k], some_vdi(sr, room));
		}
		count++;
	}
	if (count)
		say(sr, "%u cbt logs", count);
}

/* SM's types, and the form of what it writes for each. */
static void add_journal(struct sr *sr)
{
	static const char *const types[] = { "clone",  "leaf",	   "inflate",
					     "relink", "coalesce", "zero" };
	size_t type = below(sizeof(types) / sizeof(*types));
	char room[2][UUID_LEN + 1], name[128];
	const char *id = some_vdi(sr, room[0]);
	struct glv *lv;
	bool has_value = type < 2;

	if (type == 2)
		snprintf(name, sizeof(name), "inflate_%s_%llu", id,
			 (unsigned long long)between(1, 1000) * 4194304);
	else
		snprintf(name, sizeof(name), "%s_%s_1", types[type], id);
	if (name_taken(sr, name))
		return;
	lv = add_lv(sr, has_value ? C_VALUE : C_NOTHING, sr->extent_size, name);
	if (!chance(5))
		lv->tags = "\"journaler\"";
	if (type == 0) {
		snprintf(lv->value, sizeof(lv->value), "%s_%s",
			 some_vdi(sr, room[0]), some_vdi(sr, room[1]));
	} else if (type == 1) {
		snprintf(lv->value, sizeof(lv->value), "%s",
			 some_vdi(sr, room[0]));
	} else if (chance(30)) {
		/* The extent was another journal's before. */
		lv->content = C_VALUE;
		snprintf(lv->value, sizeof(lv->value), "%s_%s",
			 some_vdi(sr, room[0]), some_vdi(sr, room[1]));
	}
	say(sr, "%s journal", types[type]);
}

static void add_jvhd(struct sr *sr)
{
	size_t first = sr->vdi_count ? below(sr->vdi_count) : 0;

	for (size_t n = 0; n < sr->vdi_count; n++) {
		size_t i = (first + n) % sr->vdi_count;
		struct glv *lv;
		char name[64];

		if (sr->vdis[i].raw || sr->vdis[i].qcow2 || !sr->vdis[i].has_lv)
			continue;
		snprintf(name, sizeof(name), "jvhd_%s", sr->vdis[i].uuid);
		lv = add_lv(sr, C_JVHD, 64 * 1024, name);
		lv->vdi = (int)i;
		lv->tags = "\"jvhd\"";
		say(sr, "jvhd journal");
		return;
	}
}

/* A leaf coalesce was cut short after its first rename. */
static void add_old(struct sr *sr)
{
	char name[64], room[UUID_LEN + 1];
	struct glv *lv;

	snprintf(name, sizeof(name), "VHD-OLD_%s", some_vdi(sr, room));
	lv = add_lv(sr, C_VHD_DYNAMIC, 2 * sr->extent_size, name);
	if (sr->vdi_count && chance(50)) {
		lv->content = C_VHD_CHILD;
		lv->vdi = (int)below(sr->vdi_count);
		if (sr->vdis[lv->vdi].parent < 0)
			lv->content = C_VHD_DYNAMIC;
	}
	say(sr, "VHD-OLD_");
}

/* SM was trimming the free space. */
static void add_trim(struct sr *sr)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_trim_lv", sr->uuid);
	add_lv(sr, C_PAYLOAD, between(1, 4) * sr->extent_size, name);
	say(sr, "trim volume");
}

static void add_foreign(struct sr *sr)
{
	char name[128], room[UUID_LEN + 1];
	uint64_t kind = below(4);

	make_uuid(room);
	/* Even the uuid of a VDI is left alone in a name that is not SM's. */
	snprintf(name, sizeof(name),
		 kind == 0   ? "hb-%s"
		 : kind == 1 ? "backup.of-%s"
		 : kind == 2 ? "scratch+%.8s"
			     : "lost_%s_found",
		 kind == 1 && sr->vdi_count
			 ? sr->vdis[below(sr->vdi_count)].uuid
			 : room);
	if (name_taken(sr, name))
		return;
	add_lv(sr, C_PAYLOAD, sr->extent_size, name);
	say(sr, "foreign %.10s", name);
}

static void add_mgt(struct sr *sr)
{
	uint64_t need = 2048 + (sr->vdi_count + 8) * 1024;

	if (chance(8)) {
		say(sr, "no MGT");
		return;
	}
	add_lv(sr, C_MGT, need < 4194304 ? 4194304 : need, "MGT");
}

void plan_others(struct sr *sr)
{
	if (chance(30)) {
		for (uint64_t n = between(1, 3); n; n--)
			add_journal(sr);
	}
	if (chance(7))
		add_jvhd(sr);
	if (chance(7))
		add_old(sr);
	if (chance(7))
		add_trim(sr);
	if (chance(15))
		add_foreign(sr);
	add_cbtlogs(sr);
	add_mgt(sr);
}
