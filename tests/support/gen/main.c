// SPDX-License-Identifier: LGPL-2.1-only
/*
 * gen SEED DIR [POOL]: makes the SR of this seed. Writes into DIR:
 *
 *   image      its LUN, a sparse file, with no LVM metadata yet
 *   vg.conf    its VG, for `pvcreate --restorefile` and `vgcfgrestore`
 *   mutations  what `mutate IMAGE -f` is to do after that
 *   shape      variables for the shell: what vg pv_uuid block expect …
 *
 * GEN_TREES in the environment: so many trees of VHDs, each three deep.
 * POOL: images that qemu-img made (tests/generated/pool.sh). Every tenth seed must be refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen.h"

static char *in_dir(const char *dir, const char *name)
{
	static char path[4][4096];
	static int turn;
	char *to = path[turn++ % 4];

	if (snprintf(to, sizeof(path[0]), "%s/%s", dir, name) >=
	    (int)sizeof(path[0]))
		die("too long a path");
	return to;
}

static FILE *create(const char *dir, const char *name)
{
	FILE *f = fopen(in_dir(dir, name), "we");

	if (!f)
		die("%s/%s: %s", dir, name, strerror(errno));
	return f;
}

static void shuffle_lvs(struct sr *sr)
{
	for (size_t i = sr->lv_count; i > 1; i--) {
		size_t j = below(i);
		struct glv was = sr->lvs[i - 1];

		sr->lvs[i - 1] = sr->lvs[j];
		sr->lvs[j] = was;
	}
}

static void write_lvs(const struct sr *sr)
{
	for (size_t i = 0; i < sr->lv_count; i++) {
		const struct glv *lv = &sr->lvs[i];

		switch (lv->content) {
		case C_MGT:
			write_mgt(sr, lv);
			break;
		case C_VHD_DYNAMIC:
		case C_VHD_CHILD:
		case C_VHD_FIXED:
		case C_VHD_QEMU:
			write_vhd(sr, lv);
			break;
		case C_QCOW2:
			write_qcow2(sr, lv);
			break;
		case C_CBTLOG:
			write_cbtlog(sr, lv);
			break;
		case C_VALUE:
			write_value(sr, lv);
			break;
		case C_JVHD:
			write_jvhd(sr, lv);
			break;
		case C_PAYLOAD:
			write_payload(sr, lv, 0, lv_size(sr, lv));
			break;
		case C_NOTHING:
			break;
		}
	}
}

static uint64_t some_extent_size(void)
{
	uint64_t die_roll = below(100);

	return die_roll < 75   ? 4096u << 10
	       : die_roll < 87 ? 64u << 10
	       : die_roll < 95 ? 4u << 10
			       : 1024u << 10;
}

/* A small one that has what plan_refusal may damage. */
static void plan_plain(struct sr *sr)
{
	char name[64];
	int base = 0;

	sr->plain = true;
	sr->vdis = grow(NULL, 0, sizeof(*sr->vdis));
	sr->vdis = grow(sr->vdis, 1, sizeof(*sr->vdis));
	memset(sr->vdis, 0, 2 * sizeof(*sr->vdis));
	sr->vdi_count = 2;
	for (int i = 0; i < 2; i++) {
		make_uuid(sr->vdis[i].uuid);
		sr->vdis[i].parent = i ? base : -1;
		sr->vdis[i].in_mgt = sr->vdis[i].has_lv = true;
		sr->vdis[i].type = "user";
		lv_name_of(sr, &sr->vdis[i], false, name, sizeof(name));
		add_lv(sr, i ? C_VHD_CHILD : C_VHD_DYNAMIC, 8u << 20, name)
			->vdi = i;
	}
	add_lv(sr, C_MGT, 4u << 20, "MGT");
}

static void make(struct sr *sr, const char *dir)
{
	bool refusal = sr->seed % 10 == 0;

	rng_begin(sr->seed);
	make_uuid(sr->uuid);
	make_lvm_id(sr->vg_id);
	make_lvm_id(sr->pv_id);
	sr->mapper_names = chance(20) ? 0 : chance(50) ? 100 : 60;
	sr->extent_size = refusal ? 4096u << 10 : some_extent_size();
	if (refusal) {
		plan_plain(sr);
	} else {
		plan_vdis(sr);
		plan_others(sr);
		shuffle_lvs(sr);
	}
	lay_out(sr);
	plan_lvm(sr);
	if (refusal)
		plan_refusal(sr);
	else
		plan_mutations(sr);
	if (ftruncate(sr->image, (off_t)sr->pv_size))
		die("cannot make the image: %s", strerror(errno));
	write_lvs(sr);
	write_vg_text(sr, in_dir(dir, "vg.conf"));
}

int main(int argc, char **argv)
{
	static struct sr sr;
	const char *dir;

	if (argc < 3 || argc > 4)
		die("usage: %s SEED DIR [POOL]", argv[0]);
	dir = argv[2];
	sr.seed = strtoull(argv[1], NULL, 10);
	sr.pool = argc > 3 ? argv[3] : NULL;
	if (getenv("GEN_TREES"))
		sr.trees = (unsigned)atoi(getenv("GEN_TREES"));
	sr.image = open(in_dir(dir, "image"),
			O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (sr.image < 0)
		die("%s/image: %s", dir, strerror(errno));
	sr.mutations = create(dir, "mutations");
	sr.shape = create(dir, "shape");
	make(&sr, dir);
	fprintf(sr.shape,
		"what='%s'\nvg=VG_XenStorage-%s\npv_uuid=%s\n"
		"block=%u\ncopies=%u\nlun_size=%llu\nlvs=%zu\n",
		sr.what, sr.uuid, sr.pv_id, sr.block_size, sr.mda_copies,
		(unsigned long long)sr.lun_size, sr.lv_count);
	if (fclose(sr.mutations) || fclose(sr.shape) || close(sr.image))
		die("%s: %s", dir, strerror(errno));
	return 0;
}
