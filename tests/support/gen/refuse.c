// SPDX-License-Identifier: LGPL-2.1-only
/*
 * SRs that must be refused, each for one reason, and the words that the refusal
 * must contain: the structure and what was found.
 */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

#define LL(n) ((unsigned long long)(n))

static uint64_t lv_place(const struct sr *sr, const struct glv *lv, uint64_t at)
{
	return sr->pe_start + lv->segs[0].pv_extent * sr->extent_size + at;
}

static const struct glv *find(const struct sr *sr, enum content content)
{
	for (size_t i = 0; i < sr->lv_count; i++) {
		if (sr->lvs[i].content == content)
			return &sr->lvs[i];
	}
	die("seed %llu: no such LV to damage", LL(sr->seed));
}

/* In the text. */
static const struct {
	const char *what, *old, *new, *words;
} texts[] = {
	{ "exported", "[\"RESIZEABLE\"", "[\"EXPORTED\", \"RESIZEABLE\"",
	  "exported" },
	{ "clustered", "[\"RESIZEABLE\"", "[\"CLUSTERED\", \"RESIZEABLE\"",
	  "clustered" },
	{ "locked by a cluster", "extent_size",
	  "lock_type = \"sanlock\"\\nextent_size", "clustered" },
	{ "partial", "[\"RESIZEABLE\"", "[\"PARTIAL\", \"RESIZEABLE\"",
	  "partial" },
	{ "a missing PV", "status = [\"ALLOCATABLE\"]\\nflags = []",
	  "status = [\"ALLOCATABLE\"]\\nflags = [\"MISSING\"]", "PV.*MISSING" },
	{ "a second PV", "physical_volumes {",
	  "physical_volumes {\\npv1 {\\nid = "
	  "\"abcdef-ghij-klmn-opqr-stuv-wxyz-012345\"\\nstatus = "
	  "[\"ALLOCATABLE\"]\\nflags = []\\npe_start = 22528\\npe_count = 9\\n"
	  "}\\n",
	  "several PVs" },
	{ "a mirror", "type = \"striped\"", "type = \"mirror\"",
	  "LV .*mirror" },
	{ "a thin pool", "type = \"striped\"", "type = \"thin-pool\"",
	  "LV .*thin" },
	{ "RAID", "type = \"striped\"", "type = \"raid1\"", "LV .*raid1" },
	{ "a cache", "type = \"striped\"", "type = \"cache\"", "LV .*cache" },
	{ "a snapshot", "type = \"striped\"", "type = \"snapshot\"",
	  "LV .*snapshot" },
	{ "stripes", "stripe_count = 1", "stripe_count = 2", "LV .*stripe" },
	{ "a VG of another kind", "VG_XenStorage-", "VG_OtherStore-",
	  "VG_OtherStore.*not an SR" },
	{ "a VG name without a uuid", "VG_XenStorage-", "VG_XenStorage-x",
	  "not an SR" },
	{ "broken syntax", "physical_volumes {", "physical_volumes {{",
	  "text.*line" },
	{ "no PVs", "physical_volumes", "physical_volumen", "PV" },
	{ "no extent size", "extent_size", "extent_sise", "extent_size" },
	{ "no VG id", "id = ", "di = ", "VG.* id" },
	{ "an LV beyond the PV", "pe_count = ", "pe_count = 0 # ",
	  "LV .*(PV|extent)" },
};

static void damage_text(struct sr *sr)
{
	size_t i = below(sizeof(texts) / sizeof(*texts));

	say(sr, "REFUSE: %s", texts[i].what);
	mutation(sr, "text\t%s\t%s", texts[i].old, texts[i].new);
	fprintf(sr->shape, "words='%s'\n", texts[i].words);
}

static void damage(struct sr *sr, const char *what, const char *words)
{
	say(sr, "REFUSE: %s", what);
	fprintf(sr->shape, "words='%s'\n", words);
}

static void damage_lvm(struct sr *sr)
{
	char id[LVM_ID + 1];

	switch (below(8)) {
	case 0:
		damage(sr, "a label that is not sound", "label");
		mutation(sr, "flip\t600");
		break;
	case 1:
		damage(sr, "an empty LUN", "no LVM label");
		mutation(sr, "zero\t0\t1048576");
		break;
	case 2:
		damage(sr, "an mda_header that is not sound",
		       "metadata area.*damaged");
		mutation(sr, "flip\t4196");
		break;
	case 3:
		damage(sr, "a text that is not sound", "text.*checksum");
		mutation(sr, "flip\t4700");
		break;
	case 4:
		damage(sr, "the label of another PV", "PV id");
		make_lvm_id(id);
		mutation(sr, "text\t%s\t%s", sr->pv_id, id);
		break;
	case 5:
		damage(sr, "no metadata area", "no metadata area");
		mutation(sr, "nomda");
		break;
	case 6:
		damage(sr, "a PV in no VG", "no VG");
		mutation(sr, "orphan");
		break;
	default:
		damage(sr, "a LUN that is cut off", "LUN.*(ends|outside)");
		fprintf(sr->shape, "truncate=%llu\n",
			LL(sr->pe_start + sr->extent_size));
	}
}

static void damage_lvs(struct sr *sr)
{
	const struct glv *a = &sr->lvs[0], *b = &sr->lvs[1];
	uint64_t child = lv_place(sr, find(sr, C_VHD_CHILD), 0);

	switch (below(5)) {
	case 0:
		damage(sr, "two LVs of one name", "LV.*(name|twice)");
		mutation(sr, "text\t%s\t%s", a->name, b->name);
		break;
	case 1:
		damage(sr, "two LVs of one id", "LV.* id");
		mutation(sr, "text\t%s\t%s", a->id, b->id);
		break;
	case 2:
		damage(sr, "two LVs on one extent", "LV.*(overlap|same|share)");
		mutation(sr, "text\t\"pv0\", %llu\\n\t\"pv0\", %llu\\n",
			 LL(a->segs[0].pv_extent), LL(b->segs[0].pv_extent));
		break;
	case 3:
		damage(sr, "a VHD header that is not sound", "VHD.*checksum");
		mutation(sr, "flip\t%llu", LL(child + 512 + 700));
		break;
	default:
		damage(sr, "a locator outside its LV", "VHD.*locator.*outside");
		mutation(sr,
			 "hex\t%llu\t4d616358" /* MacX */
			 "00000200000000100000000000000fff00000000",
			 LL(child + 512 + 576));
		mutation(sr, "vhdsum\t%llu", LL(child + 512));
	}
}

void plan_refusal(struct sr *sr)
{
	fprintf(sr->shape, "expect=refuse\n");
	switch (below(3)) {
	case 0:
		damage_text(sr);
		break;
	case 1:
		damage_lvm(sr);
		break;
	default:
		damage_lvs(sr);
	}
}
