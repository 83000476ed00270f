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
	bool renewed = report->renewed;
	char size[REPORT_SIZE_TEXT], used[REPORT_SIZE_TEXT];

	add_change(text, "SR", uuid_string(&report->sr.old).chars,
		   renewed ? uuid_string(&report->sr.new).chars : NULL);
	if (report->label[0])
		buffer_printf(text->out, " \"%s\"", report->label);
	buffer_printf(text->out, "\n");
	add_change(text, "VG id", lvm_id_string(&report->vg).chars,
		   renewed ? lvm_id_string(&report->new_vg).chars : NULL);
	buffer_printf(text->out, "\n");
	add_change(text, "PV id", lvm_id_string(&report->pv).chars,
		   renewed ? lvm_id_string(&report->new_pv).chars : NULL);
	report_text_size(report->extents * report->extent_size, size);
	report_text_size(report->extents_used * report->extent_size, used);
	buffer_printf(text->out, "\n  size  %s, %s of it in use\n", size, used);
	add_counts(text, &report->counts);
}

/* ---- the tree ---- */

/* Deeper chains than this are not sound (SM allows 30), or a circle. */
#define MAX_DEPTH 64

struct tree {
	const struct report_text *text;
	const struct sr_report *report;
	size_t *next_sibling; /* + 1; 0: none */
	size_t *first_child;  /* likewise; the roots' at vdi_count */
	bool *shown;
	bool is_last[MAX_DEPTH];
};

static void add_vdi(struct tree *tree, size_t i, size_t depth)
{
	const struct report_vdi *vdi = &tree->report->vdis[i];
	bool plain = vdi->kind == LV_VHD || vdi->role == VDI_LOG_ONLY;
	const struct report_text *text = tree->text;
	char size[REPORT_SIZE_TEXT];

	report_text_size(vdi->size, size);
	buffer_printf(text->out, "  ");
	for (size_t level = 1; level < depth; level++)
		buffer_printf(text->out, "%s",
			      tree->is_last[level] ? "    " : "|   ");
	if (depth > 0)
		buffer_printf(text->out, "%s",
			      tree->is_last[depth] ? "`-- " : "|-- ");
	buffer_printf(text->out, "%s", uuid_string(&vdi->uuid.old).chars);
	if (vdi->dropped)
		buffer_printf(text->out, " -> dropped");
	else if (tree->report->renewed)
		buffer_printf(text->out, " -> %s%s%s", style(text, BOLD),
			      uuid_string(&vdi->uuid.new).chars,
			      style(text, PLAIN));
	buffer_printf(text->out, "  %s%s, %s%s%s%s%s", style(text, DIM),
		      vdi_role_text(vdi->role), size, plain ? "" : ", ",
		      plain ? "" : lv_kind_text(vdi->kind),
		      vdi->has_cbt ? ", cbt" : "", style(text, PLAIN));
	if (vdi->label[0])
		buffer_printf(text->out, "  \"%s\"", vdi->label);
	if (vdi->has_parent && vdi->parent_at == tree->report->vdi_count)
		buffer_printf(text->out, "  %sits parent %s is missing%s",
			      style(text, RED),
			      uuid_string(&vdi->parent.old).chars,
			      style(text, PLAIN));
	buffer_printf(text->out, "\n");
}

static void add_branch(struct tree *tree, size_t i, size_t depth)
{
	if (tree->shown[i])
		return;
	tree->shown[i] = true;
	add_vdi(tree, i, depth);
	if (depth + 1 == MAX_DEPTH)
		return;
	for (size_t child = tree->first_child[i]; child;
	     child = tree->next_sibling[child - 1]) {
		tree->is_last[depth + 1] = !tree->next_sibling[child - 1];
		add_branch(tree, child - 1, depth + 1);
	}
}

/* Children in the order of the LUN: built from the last. */
static void link_tree(struct tree *tree)
{
	const struct sr_report *report = tree->report;

	for (size_t i = report->vdi_count; i-- > 0;) {
		size_t parent = report->vdis[i].parent_at;

		tree->next_sibling[i] = tree->first_child[parent];
		tree->first_child[parent] = i + 1;
	}
}

static void add_tree(const struct report_text *text,
		     const struct sr_report *report)
{
	size_t n = report->vdi_count;
	struct tree tree = {
		.text = text,
		.report = report,
		.next_sibling = alloc_zeroed(n + 1, sizeof(size_t)),
		.first_child = alloc_zeroed(n + 1, sizeof(size_t)),
		.shown = alloc_zeroed(n + 1, sizeof(bool)),
	};

	link_tree(&tree);
	for (size_t root = tree.first_child[n]; root;
	     root = tree.next_sibling[root - 1])
		add_branch(&tree, root - 1, 0);
	/* What is in a circle, or too deep, hangs on no root. */
	for (size_t i = 0; i < n; i++)
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

void report_text_writes(const struct report_text *text,
			const struct sr_report *report)
{
	static const char *const phases[] = { "prepare", "apply", "switch" };
	uint64_t total = 0;
	char size[REPORT_SIZE_TEXT];

	for (size_t i = 0; i < report->write_count; i++)
		total += report->writes[i].len;
	report_text_size(total, size);
	buffer_printf(text->out, "  %zu writes, %s in all:\n",
		      report->write_count, size);
	buffer_printf(text->out, "  %-8s %15s %9s  %-8s  %s\n", "phase",
		      "offset", "length", "crc32", "structures");
	for (size_t i = 0; i < report->write_count; i++) {
		const struct report_write *w = &report->writes[i];

		buffer_printf(text->out,
			      "  %-8s %15" PRIu64 " %9" PRIu64 "  %08" PRIx32
			      "  %.1024s\n",
			      phases[w->phase], w->offset, w->len, w->crc32,
			      w->what);
	}
	buffer_printf(text->out, "  digest %08" PRIx32 "\n", report->digest);
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
