// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The VG: sizes, areas, blocks, its text; and what is changed of it behind
 * LVM's back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

#define KIB 1024u
#define MIB (1024u * KIB)

/* What LVM rightly warns of. */
static void expect_words(struct sr *sr, const char *words)
{
	fprintf(sr->shape, "expected=\"${expected:+$expected|}%s\"\n", words);
}

/* Roughly, the VG text's size. */
static uint64_t text_estimate(const struct sr *sr)
{
	uint64_t size = 2048;

	for (size_t i = 0; i < sr->lv_count; i++)
		size += 450 + sr->lvs[i].seg_count * 180;
	return size;
}

static uint64_t some_pe_start(const struct sr *sr)
{
	uint64_t need = 2 * text_estimate(sr) + 8 * KIB;

	/* So small that the text fills more than half of it; 192 KiB was
	 * XenServer 5.0's. */
	if (need > 70 * KIB && chance(30))
		return need < 2 * 184 * KIB && chance(50)
			       ? 192 * KIB
			       : (need * 5 / 8 + 8 * KIB) / 4096 * 4096;
	if (need < 60 * KIB && chance(15))
		return 64 * KIB;
	if (need < MIB && chance(15))
		return MIB;
	return 11 * MIB; /* as SM makes it */
}

void plan_lvm(struct sr *sr)
{
	sr->block_size = chance(15) ? 4096 : 512;
	sr->mda_copies = chance(20) ? 2 : 1;
	sr->pe_start = some_pe_start(sr);
	sr->pv_size = sr->pe_start + sr->pe_count * sr->extent_size;
	if (sr->mda_copies == 2)
		sr->pv_size += 11 * MIB;
	if (sr->pv_size < 16 * MIB)
		sr->pv_size = 16 * MIB;
	sr->lun_size = sr->pv_size;
	if (chance(20)) {
		sr->lun_size += between(1, 64) * MIB;
		say(sr, "PV smaller than the LUN");
	} else if (sr->mda_copies == 1 && sr->used_extents && chance(6)) {
		sr->pv_size += 16 * MIB;
		sr->pe_count += 16 * MIB / sr->extent_size;
		sr->lun_size =
			sr->pe_start + sr->used_extents * sr->extent_size;
		say(sr, "PV larger than the LUN");
		expect_words(sr, "smaller than corresponding PV|changed sizes");
	}
	say(sr,
	    "%u-byte blocks, extents of %llu KiB, data from %llu KiB, %u "
	    "metadata area(s)",
	    sr->block_size, (unsigned long long)(sr->extent_size / KIB),
	    (unsigned long long)(sr->pe_start / KIB), sr->mda_copies);
}

/* ---- the text ---- */

static void write_lv(FILE *f, const struct glv *lv)
{
	fprintf(f,
		"\t\t%s {\n\t\t\tid = \"%s\"\n\t\t\tstatus = [\"READ\", "
		"%s\"VISIBLE\"]\n\t\t\tflags = []\n",
		lv->name, lv->id, lv->read_only ? "" : "\"WRITE\", ");
	if (lv->tags)
		fprintf(f, "\t\t\ttags = [%s]\n", lv->tags);
	fprintf(f,
		"\t\t\tcreation_time = %llu\n\t\t\tcreation_host = \"x\"\n"
		"\t\t\tsegment_count = %zu\n",
		(unsigned long long)between(1300000000, 1800000000),
		lv->seg_count);
	for (size_t i = 0; i < lv->seg_count; i++)
		fprintf(f,
			"\t\t\tsegment%zu {\n\t\t\t\tstart_extent = %llu\n"
			"\t\t\t\textent_count = %llu\n"
			"\t\t\t\ttype = \"striped\"\n"
			"\t\t\t\tstripe_count = 1\n"
			"\t\t\t\tstripes = [\"pv0\", %llu]\n\t\t\t}\n",
			i + 1, (unsigned long long)lv->segs[i].lv_extent,
			(unsigned long long)lv->segs[i].count,
			(unsigned long long)lv->segs[i].pv_extent);
	fprintf(f, "\t\t}\n");
}

void write_vg_text(const struct sr *sr, const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		die("%s: %s", path, strerror(errno));
	fprintf(f,
		"contents = \"Text Format Volume Group\"\nversion = 1\n"
		"description = \"seed %llu\"\ncreation_host = \"x\"\n"
		"creation_time = 1500000000\n\n",
		(unsigned long long)sr->seed);
	fprintf(f,
		"VG_XenStorage-%s {\n\tid = \"%s\"\n\tseqno = %llu\n"
		"\tformat = \"lvm2\"\n"
		"\tstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n"
		"\tflags = []\n\textent_size = %llu\n\tmax_lv = 0\n"
		"\tmax_pv = 0\n\tmetadata_copies = 0\n",
		sr->uuid, sr->vg_id,
		(unsigned long long)(between(0, 500) * 10 + between(1, 7)),
		(unsigned long long)(sr->extent_size / 512));
	fprintf(f,
		"\tphysical_volumes {\n\t\tpv0 {\n\t\t\tid = \"%s\"\n"
		"\t\t\tdevice = \"/dev/sdb\"\n"
		"\t\t\tstatus = [\"ALLOCATABLE\"]\n\t\t\tflags = []\n"
		"\t\t\tdev_size = %llu\n\t\t\tpe_start = %llu\n"
		"\t\t\tpe_count = %llu\n\t\t}\n\t}\n",
		sr->pv_id, (unsigned long long)(sr->pv_size / 512),
		(unsigned long long)(sr->pe_start / 512),
		(unsigned long long)sr->pe_count);
	if (sr->lv_count) {
		fprintf(f, "\tlogical_volumes {\n");
		for (size_t i = 0; i < sr->lv_count; i++)
			write_lv(f, &sr->lvs[i]);
		fprintf(f, "\t}\n");
	}
	fprintf(f, "}\n");
	if (fclose(f))
		die("%s: %s", path, strerror(errno));
}

/* ---- what LVM would not write ---- */

static void strange_text(struct sr *sr)
{
	if (chance(20)) {
		mutation(sr, "text\t\\nseqno = \t\\n# a comment, { \"odd\" ]\\n"
			     "\\nseqno = ");
		mutation(sr, "text\tpe_start = \tdev = 1 # and another\\n"
			     "pe_start = ");
		say(sr, "comments");
	}
	if (chance(20)) {
		mutation(sr,
			 "text\tphysical_volumes {\tunknown_field = [\"a\", "
			 "-7, \"b \\\\\\\" c\"]\\nunknown {\\nsub { x = 1.5 "
			 "}\\n}"
			 "\\n\\nphysical_volumes {");
		say(sr, "unknown fields");
	}
	if (sr->lv_count && chance(10)) {
		mutation(sr,
			 "text\tsegment_count = \tnew_thing = \"%s\"\\n"
			 "segment_count = ",
			 sr->uuid);
		say(sr, "the SR uuid in an unknown field");
	}
}

static void strange_areas(struct sr *sr)
{
	bool tight = sr->pe_start < 11 * MIB && chance(30);

	if (sr->mda_copies == 2 && chance(40)) {
		mutation(sr, "ignore\t%llu", (unsigned long long)below(2));
		say(sr, "an ignored area");
	} else if (sr->mda_copies == 2 && chance(15)) {
		mutation(sr, "older\t%llu", (unsigned long long)below(2));
		say(sr, "an area with an older text");
		expect_words(sr, "seqno|metadata");
	}
	if (chance(25)) {
		mutation(sr, "noise\t%llu", (unsigned long long)rng_next());
		say(sr, "noise in the ring");
	}
	if (tight) {
		mutation(sr, "ring\t%llu", (unsigned long long)below(6));
		say(sr, "text that fills more than half the ring");
	}
	if (chance(25)) {
		mutation(sr, "wrap\t%llu", (unsigned long long)between(1, 3));
		say(sr, "a wrapped ring");
	} else if (!tight && chance(20)) {
		mutation(sr, "move\t%llu", (unsigned long long)rng_next());
		say(sr, "text anywhere in the ring");
	}
	if (chance(5)) {
		mutation(sr, "precommit");
		say(sr, "a precommitted text");
	}
}

void plan_mutations(struct sr *sr)
{
	/* In an area smaller than SM makes them there may be no room to work
	 * in: when more than half is filled, LVM has none either. */
	if (sr->pe_start < 11 * MIB)
		fprintf(sr->shape,
			"may_refuse='(VG text|journal) of .* needs'\n");
	strange_text(sr);
	strange_areas(sr);
	if (chance(10)) {
		mutation(sr, "noextension");
		expect_words(sr, "is using an old PV header");
		say(sr, "no pv_header_extension");
	}
	if (chance(30)) {
		uint64_t to = below(4);

		mutation(sr, "sector\t%llu", (unsigned long long)to);
		say(sr, "label in sector %llu", (unsigned long long)to);
	}
}
