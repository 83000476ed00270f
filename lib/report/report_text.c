// SPDX-License-Identifier: LGPL-2.1-only
#include "report/report_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

static const char *style(const struct report_text *text, const char *escape)
{
	return text->colour ? escape : "";
}

void report_text_size(uint64_t bytes, char *out)
{
	static const char units[][4] = { "B",	"KiB", "MiB", "GiB",
					 "TiB", "PiB", "EiB" };
	double number = (double)bytes;
	size_t unit = 0;

	while (number >= 1024 && unit < 6) {
		number /= 1024;
		unit++;
	}
	snprintf(out, REPORT_SIZE_TEXT, "%.*f %s",
		 unit && number < 100 && number != (double)(int)number, number,
		 units[unit]);
}

void report_text_clean(const struct report_text *text, const char *words)
{
	char *clean = text_clean(words, strlen(words), '?');

	buffer_add_text(text->out, clean);
	free(clean);
}

void report_text_lun(const struct report_text *text, const char *name,
		     const char *scsi_id, uint64_t size)
{
	char words[REPORT_SIZE_TEXT];

	buffer_printf(text->out, "%s", style(text, BOLD));
	report_text_clean(text, name);
	buffer_printf(text->out, "%s", style(text, PLAIN));
	if (size) {
		report_text_size(size, words);
		buffer_printf(text->out, ", %s", words);
	}
	if (scsi_id[0]) {
		buffer_printf(text->out, ", SCSIid ");
		report_text_clean(text, scsi_id);
	}
	buffer_printf(text->out, "\n");
}

/* ---- the SR ---- */

static void add_change(const struct report_text *text, const char *what,
		       const char *old, const char *new)
{
	buffer_printf(text->out, "  %-5s %s", what, old);
	if (new)
		buffer_printf(text->out, " -> %s%s%s", style(text, BOLD), new,
			      style(text, PLAIN));
}

static void add_count(const struct report_text *text, uint32_t n,
		      const char *what, bool *more)
{
	if (n && what)
		buffer_printf(text->out, "%s%" PRIu32 " %s", *more ? ", " : "",
			      n, what);
	*more |= n && what;
}

static void add_counts(const struct report_text *text,
		       const struct report_counts *counts)
{
	bool more = false;

	buffer_printf(text->out, "  holds ");
	add_count(text, counts->disks, counts->disks == 1 ? "disk" : "disks",
		  &more);
	add_count(text, counts->snapshots,
		  counts->snapshots == 1 ? "snapshot" : "snapshots", &more);
	add_count(text, counts->base_copies,
		  counts->base_copies == 1 ? "base copy" : "base copies",
		  &more);
	/* What is not SM's comes last. */
	for (enum lv_kind kind = LV_FOREIGN + 1; kind <= LV_KINDS; kind++) {
		uint32_t n = counts->lvs_of[kind % LV_KINDS];

		add_count(text, n, lv_kind_counted(kind % LV_KINDS, n), &more);
	}
	buffer_printf(text->out, "%s\n", more ? "" : "no VDI");
}

static void add_head(const struct report_text *text,
		     const struct sr_report *report)
{
	const struct idmap *new = report->plan ? &report->plan->ids : NULL;
	const struct lvm_vg *vg = &report->snap->vg;
	const struct report_counts counts = report_count(report);
	char size[REPORT_SIZE_TEXT], used[REPORT_SIZE_TEXT];

	add_change(text, "SR", uuid_string(&vg->sr).chars,
		   new ? uuid_string(&new->new_sr).chars : NULL);
	if (report->label[0])
		buffer_printf(text->out, " \"%s\"", report->label);
	buffer_printf(text->out, "\n");
	add_change(text, "VG id", lvm_id_string(&vg->id).chars,
		   new ? lvm_id_string(&new->vg).chars : NULL);
	buffer_printf(text->out, "\n");
	add_change(text, "PV id", lvm_id_string(&vg->pv_id).chars,
		   new ? lvm_id_string(&new->pv).chars : NULL);
	report_text_size(vg->pe_count * vg->extent_size, size);
	report_text_size(report_used(vg), used);
	buffer_printf(text->out, "\n  size  %s, %s of it in use\n", size, used);
	add_counts(text, &counts);
}

/* ---- the tree ---- */

/* Deeper chains than this are not sound (SM allows 30), or a circle. */
#define MAX_DEPTH 64

/* Of VDIs by the LVs that stand for them. */
struct tree {
	const struct report_text *text;
	const struct sr_report *report;
	uint32_t *next_sibling; /* + 1; 0: none */
	uint32_t *first_child;	/* likewise; the roots' at lv_count */
	bool *shown;
	bool is_last[MAX_DEPTH];
};

/* The LV of the VDI's parent, or lv_count. */
static uint32_t parent_of(const struct snapshot *snap, uint32_t lv)
{
	const struct vdi *parent =
		snap->lvs[lv].has_parent
			? vdis_find_volume(&snap->vdis, &snap->lvs[lv].parent)
			: NULL;

	return parent ? parent->lv : snap->vg.lv_count;
}

static void add_vdi(struct tree *tree, uint32_t lv, size_t depth)
{
	const struct sr_report *report = tree->report;
	const struct snapshot *snap = report->snap;
	const struct snapshot_lv *info = &snap->lvs[lv];
	const struct vdi *vdi = report_vdi(snap, lv);
	const struct uuid new = report_new(report, &vdi->uuid);
	bool plain = info->kind == LV_VHD || vdi->role == VDI_LOG_ONLY;
	const struct report_text *text = tree->text;
	char *label = report_vdi_label(snap, vdi);
	char size[REPORT_SIZE_TEXT];

	report_text_size(report_vdi_size(snap, lv), size);
	buffer_printf(text->out, "  ");
	for (size_t level = 1; level < depth; level++)
		buffer_printf(text->out, "%s",
			      tree->is_last[level] ? "    " : "|   ");
	if (depth > 0)
		buffer_printf(text->out, "%s",
			      tree->is_last[depth] ? "`-- " : "|-- ");
	buffer_printf(text->out, "%s", uuid_string(&vdi->uuid).chars);
	if (report->plan && report->plan->dropped[lv])
		buffer_printf(text->out, " -> dropped");
	else if (report->plan)
		buffer_printf(text->out, " -> %s%s%s", style(text, BOLD),
			      uuid_string(&new).chars, style(text, PLAIN));
	buffer_printf(text->out, "  %s%s, %s%s%s%s%s", style(text, DIM),
		      vdi_role_text(vdi->role), size, plain ? "" : ", ",
		      plain ? "" : lv_kind_text(info->kind),
		      vdi->log != VDI_NONE ? ", cbt" : "", style(text, PLAIN));
	if (label[0])
		buffer_printf(text->out, "  \"%s\"", label);
	if (info->has_parent && parent_of(snap, lv) == snap->vg.lv_count)
		buffer_printf(text->out, "  %sits parent %s is missing%s",
			      style(text, RED),
			      uuid_string(&info->parent).chars,
			      style(text, PLAIN));
	buffer_printf(text->out, "\n");
	free(label);
}

static void add_branch(struct tree *tree, uint32_t lv, size_t depth)
{
	if (tree->shown[lv])
		return;
	tree->shown[lv] = true;
	add_vdi(tree, lv, depth);
	if (depth + 1 == MAX_DEPTH)
		return;
	for (uint32_t child = tree->first_child[lv]; child;
	     child = tree->next_sibling[child - 1]) {
		tree->is_last[depth + 1] = !tree->next_sibling[child - 1];
		add_branch(tree, child - 1, depth + 1);
	}
}

/* Children in the order of the LUN: built from the last. */
static void link_tree(struct tree *tree)
{
	const struct snapshot *snap = tree->report->snap;

	for (uint32_t i = snap->vg.lv_count; i-- > 0;) {
		uint32_t parent = parent_of(snap, i);

		tree->shown[i] = !report_vdi(snap, i);
		if (tree->shown[i])
			continue;
		tree->next_sibling[i] = tree->first_child[parent];
		tree->first_child[parent] = i + 1;
	}
}

static void add_tree(const struct report_text *text,
		     const struct sr_report *report)
{
	uint32_t n = report->snap->vg.lv_count;
	struct tree tree = {
		.text = text,
		.report = report,
		.next_sibling = alloc_zeroed(n + 1, sizeof(uint32_t)),
		.first_child = alloc_zeroed(n + 1, sizeof(uint32_t)),
		.shown = alloc_zeroed(n + 1, sizeof(bool)),
	};

	link_tree(&tree);
	for (uint32_t root = tree.first_child[n]; root;
	     root = tree.next_sibling[root - 1])
		add_branch(&tree, root - 1, 0);
	/* What is in a circle, or too deep, hangs on no root. */
	for (uint32_t i = 0; i < n; i++)
		add_branch(&tree, i, 0);
	free(tree.next_sibling);
	free(tree.first_child);
	free(tree.shown);
}

void report_text_sr(const struct report_text *text,
		    const struct sr_report *report)
{
	add_head(text, report);
	add_tree(text, report);
	report_text_findings(text, &report->warnings);
}

/* ---- the rest ---- */

void report_text_writes(const struct report_text *text, const struct plan *plan)
{
	uint64_t total = 0;
	char size[REPORT_SIZE_TEXT];

	for (size_t i = 0; i < plan->write_count; i++)
		total += plan->writes[i].len;
	report_text_size(total, size);
	buffer_printf(text->out, "  %zu writes, %s in all:\n",
		      plan->write_count, size);
	buffer_printf(text->out, "  %-8s %15s %9s  %-8s  %s\n", "phase",
		      "offset", "length", "crc32", "structures");
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		char *what = report_structures(plan, w);

		buffer_printf(text->out,
			      "  %-8s %15" PRIu64 " %9zu  %08" PRIx32
			      "  %.1024s\n",
			      report_phase(w), w->offset, w->len,
			      report_crc32(w), what);
		free(what);
	}
	buffer_printf(text->out, "  digest %08" PRIx32 "\n", plan_digest(plan));
}

void report_text_journal(const struct report_text *text,
			 const struct journal_head *journal)
{
	switch (journal->state) {
	case JOURNAL_NONE:
	case JOURNAL_FOREIGN:
		break;
	case JOURNAL_DAMAGED:
		buffer_printf(text->out,
			      "  %sthe journal of an interrupted resign is "
			      "damaged%s; " MAKE_NEW_CLONE "\n",
			      style(text, RED), style(text, PLAIN));
		break;
	case JOURNAL_COMMITTED:
		buffer_printf(text->out,
			      "  %sa resign %s -> %s was interrupted%s; "
			      "recover completes it\n",
			      style(text, YELLOW),
			      uuid_string(&journal->old_sr).chars,
			      uuid_string(&journal->new_sr).chars,
			      style(text, PLAIN));
		break;
	case JOURNAL_CLAIMED:
		buffer_printf(text->out, "  a resign was begun here, but "
					 "changed nothing\n");
		break;
	}
}

void report_text_findings(const struct report_text *text,
			  const struct findings *findings)
{
	static const char *const colours[] = { DIM, YELLOW, RED };

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		buffer_printf(text->out, "  %s%s%s: %.600s: %.1000s\n",
			      style(text, colours[f->weight]),
			      finding_weight_text(f->weight),
			      style(text, PLAIN), f->where, f->what);
	}
}
