// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What was found to be wrong, or worth knowing, with a LUN: a list.
 */
#ifndef REPORT_FINDINGS_H
#define REPORT_FINDINGS_H

#include <stddef.h>

enum finding_weight {
	FINDING_NOTE,	 /* usual, but worth knowing */
	FINDING_WARNING, /* SM copes with it, by losing something */
	FINDING_ERROR,	 /* SM cannot use it, or would use another SR's */
};

/* "error" */
const char *finding_weight_text(enum finding_weight weight);

struct finding {
	enum finding_weight weight;
	char *where; /* a structure, or LUNs; clean text */
	char *what;
};

struct findings {
	struct finding *items;
	size_t count;
};

void finding_add(struct findings *findings, enum finding_weight weight,
		 const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

size_t findings_of(const struct findings *findings, enum finding_weight weight);
void findings_free(struct findings *findings);

#endif
