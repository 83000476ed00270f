// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/probe.h"

#include <string.h>

#include "base/log.h"
#include "txn/journal.h"
#include "txn/load.h"
#include "xapi/guard.h"

/* ---- which SR, if the LUN cannot be read as one ---- */

/* Some bytes of the LUN. ERROR_LUN_CONTENT if it is too short. */
static int fetch(struct lun *lun, struct image *image, uint64_t offset,
		 void *to, size_t len, struct error *err)
{
	struct want_list wants = { 0 };
	int failed = 0;

	if (offset > lun->size || len > lun->size - offset)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the LUN ends at byte %llu",
				 (unsigned long long)lun->size);
	if (!want_bytes(image, &wants, offset, to, len)) {
		failed = read_wanted(lun, &wants, false, image, err);
		if (!failed)
			image_get(image, offset, to, len);
	}
	want_list_free(&wants);
	return failed;
}

/* VG text begins with the VG's name. */
static bool names_sr(const char *text, struct uuid *sr)
{
	return memcmp(text, VG_NAME_PREFIX, VG_NAME_PREFIX_LEN) == 0 &&
	       uuid_from_text(text + VG_NAME_PREFIX_LEN, sr);
}

static int look_at_area(struct lun *lun, struct image *image,
			const struct lvm_area *area, struct probe *out,
			struct error *err)
{
	uint8_t header[LVM_MDA_HEADER_SIZE];
	struct lvm_mda_piece pieces[2];
	char name[VG_NAME_LEN];
	char *to = name;
	struct lvm_mda mda;
	unsigned n;

	if (fetch(lun, image, area->offset, header, sizeof(header), err) ||
	    lvm_mda_parse(header, area, lun->size, &mda, err))
		return -1;
	if (!snapshot_mda_in_use(&mda) || mda.text.size < sizeof(name))
		return 0;
	n = lvm_mda_pieces(&mda, mda.text.offset, sizeof(name), pieces);
	for (unsigned i = 0; i < n; i++) {
		if (fetch(lun, image, pieces[i].offset, to, pieces[i].len, err))
			return -1;
		to += pieces[i].len;
	}
	out->has_sr |= names_sr(name, &out->sr);
	return 0;
}

/* Whether LVM would take the LUN for an SR's. -1 if that cannot be told. */
static int look_for_sr(struct lun *lun, struct probe *out, struct error *err)
{
	uint8_t head[LVM_LABEL_SCAN_BYTES];
	struct lvm_label label;
	struct image image;
	int failed;

	image_init(&image, lun->block_size);
	failed = fetch(lun, &image, 0, head, sizeof(head), err);
	if (!failed && lvm_label_find(head, &label, err)) {
		failed = memmem(head, sizeof(head), "LABELONE", 8) ? -1 : 0;
		label.mda_count = 0;
	}
	for (unsigned i = 0; !failed && i < label.mda_count; i++)
		failed = look_at_area(lun, &image, &label.mdas[i], out, err);
	image_free(&image);
	return failed;
}

/* ---- what the SR holds ---- */

static void count_vdis(const struct snapshot *snap, struct probe *out)
{
	for (uint32_t i = 0; i < snap->vdis.count; i++) {
		const struct vdi *vdi = &snap->vdis.items[i];

		out->vdis += vdi_is_managed(vdi);
		out->snapshots += vdi_is_snapshot(vdi);
	}
	out->counted = true;
}

/* What a LUN that does not load is: no SR, or one in the middle of a resign;
 * else *err stays what it is. */
static int explain(struct lun *lun, struct probe *out, struct error *err)
{
	struct error other;

	if (err->code != ERROR_LUN_CONTENT || look_for_sr(lun, out, &other))
		return -1;
	if (!out->has_sr)
		return 0;
	out->size = lun->size;
	return out->journal == JOURNAL_COMMITTED ? 0 : -1;
}

static int read_sr(struct lun *lun, struct image *seen, struct probe *out,
		   struct error *err)
{
	struct journal_spot spot;
	struct snapshot snap;

	if (journal_find(lun, seen, &spot, err))
		return -1;
	out->journal = spot.head.state;
	if (load_snapshot(lun, seen, &snap, err))
		return explain(lun, out, err);
	out->has_sr = true;
	out->sr = snap.vg.sr;
	out->size = snap.vg.pe_count * snap.vg.extent_size;
	if (out->journal != JOURNAL_COMMITTED)
		count_vdis(&snap, out);
	snapshot_free(&snap);
	return 0;
}

int probe_lun(struct lun *lun, struct probe *out, struct error *err)
{
	struct probe probe = { 0 };
	struct image seen;
	int failed;

	image_init(&seen, lun->block_size);
	failed = read_sr(lun, &seen, &probe, err);
	image_free(&seen);
	if (!failed)
		*out = probe;
	return failed;
}

/* ---- what the pool says ---- */

static int ask_pool(const struct xapi *xapi, const struct lun_names *names,
		    const char *iqn, struct probe *probe, struct error *err)
{
	const struct guard_question question = {
		.names = names,
		.iqn = iqn,
		.old_sr = &probe->sr,
	};
	struct records records = { 0 };
	struct guard_verdict verdict;
	int failed;

	failed = xapi_judge(xapi, &question, &records, &verdict, err);
	if (!failed) {
		probe->known = records_find_sr(&records, &probe->sr);
		probe->owner = verdict.owner;
	}
	records_free(&records);
	return failed;
}

/* ---- both ---- */

struct probing {
	struct probe probe;
	struct lun_names names;
};

static int probe_reached(const struct reached *reached, void *context,
			 struct error *err)
{
	struct probing *probing = context;

	probing->names = reached->names;
	return probe_lun(reached->lun, &probing->probe, err);
}

int probe(const struct lun_choice *choice, const struct xapi *xapi,
	  struct probe *out, struct error *err)
{
	struct probing probing;

	if (reach(choice, REACH_TO_READ, probe_reached, &probing, err) ||
	    (probing.probe.has_sr && xapi &&
	     ask_pool(xapi, &probing.names, choice->target.iqn, &probing.probe,
		      err)))
		return -1;
	*out = probing.probe;
	return 0;
}
