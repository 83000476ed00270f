// SPDX-License-Identifier: LGPL-2.1-only
/*
 * VG text: parsed, built into a VG, and every offset of it mapped.
 */
#include "format/lvm_map.h"
#include "tests/fuzz/fuzz.h"

/* The LV of this name, or NULL. */
static const struct lvm_lv *find_lv(const struct lvm_vg *vg, const char *name)
{
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		if (strcmp(vg->lvs[i].name, name) == 0)
			return &vg->lvs[i];
	}
	return NULL;
}

static void check_span(const struct lvm_text *text, struct text_span span)
{
	MUST(span.at <= text->len && span.len <= text->len - span.at);
}

static void check_lv(const struct lvm_vg *vg, const struct lvm_lv *lv)
{
	uint64_t at = 0;

	MUST(find_lv(vg, lv->name) == lv);
	/* One that is not SM's and not linear is not looked into. */
	if (lv->kind == LV_FOREIGN && lv->size == 0)
		return;
	MUST(lv->segment_count > 0 && lv->size >= LVM_MIN_EXTENT);
	while (at < lv->size) {
		uint64_t offset;
		uint64_t run = lvm_map_run(vg, lv, at, lv->size - at, &offset);

		MUST(run > 0 && run <= lv->size - at);
		MUST(offset >= vg->pe_start);
		MUST(offset + run <= lvm_map_end(vg) && offset + run > offset);
		at += run;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = (char *)exact_copy(data, size, 0);
	struct lvm_text text;
	struct lvm_vg vg;
	struct error err;

	if (lvm_text_parse(bytes, size, &text, &err)) {
		MUST(err.code == ERROR_LUN_CONTENT);
		free(bytes);
		return 0;
	}
	for (uint32_t i = 0; i < text.node_count; i++) {
		check_span(&text, text.nodes[i].name);
		check_span(&text, text.nodes[i].whole);
		MUST(text.nodes[i].next == LVM_NO_NODE ||
		     text.nodes[i].next < text.node_count);
	}
	for (uint32_t i = 0; i < text.value_count; i++)
		check_span(&text, text.values[i].span);
	if (!lvm_vg_parse(&text, &vg, &err)) {
		for (uint32_t i = 0; i < vg.lv_count; i++)
			check_lv(&vg, &vg.lvs[i]);
		lvm_vg_free(&vg);
	} else {
		MUST(err.code == ERROR_LUN_CONTENT);
	}
	lvm_text_free(&text);
	free(bytes);
	return 0;
}
