// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/clean.h"
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
	if (findings->count == findings->room) {
		size_t room = findings->room ? findings->room * 2 : 16;
		struct finding *items =
			reallocarray(findings->items, room, sizeof(*items));

		if (!items) {
			findings->failed = true;
			return;
		}
		findings->items = items;
		findings->room = room;
	}
	finding.where = report_clean(where, strlen(where));
	finding.what = report_clean(what, strlen(what));
	if (!finding.where || !finding.what) {
		free(finding.where);
		free(finding.what);
		findings->failed = true;
		return;
	}
	findings->items[findings->count++] = finding;
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
