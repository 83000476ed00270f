// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "report/findings.h"

void finding_add(struct findings *findings, enum finding_weight weight,
		 const char *where, const char *fmt, ...)
{
	struct finding finding = { .weight = weight };
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	findings->items =
		alloc_more(findings->items, findings->count, sizeof(finding));
	finding.where = text_clean(where, strlen(where), '?');
	finding.what = text_clean(what, strlen(what), '?');
	findings->items[findings->count++] = finding;
}

const char *finding_weight_text(enum finding_weight weight)
{
	static const char *const texts[] = { "note", "warning", "error" };

	return texts[weight];
}

size_t findings_of(const struct findings *findings, enum finding_weight weight)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->count; i++)
		n += findings->items[i].weight == weight;
	return n;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].where);
		free(findings->items[i].what);
	}
	free(findings->items);
	*findings = (struct findings){ 0 };
}
