// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM's configuration text as a tree that remembers where every byte came
 * from, so that a change replaces a span and leaves all else as LVM wrote it.
 *
 * Source: lvm2 libdm/libdm-config.c. `name { … }` is a section, `name = value`
 * or `name = [value, …]` a field; `#` starts a comment; strings are quoted,
 * with \" and \\ escaped. Names may hold any character but white space and
 * # = { } [ ] , " /. What we do not know (fields, sections) is kept, not judged.
 */
#ifndef FORMAT_LVM_TEXT_H
#define FORMAT_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct text_span {
	uint32_t at; /* bytes from the text's start */
	uint32_t len;
};

enum lvm_value_kind { LVM_VALUE_STRING, LVM_VALUE_NUMBER };

struct lvm_value {
	enum lvm_value_kind kind;
	struct text_span span; /* of a string: between its quotes, escaped */
};

#define LVM_NO_NODE UINT32_MAX

struct lvm_node {
	struct text_span name;
	struct text_span whole; /* from the name to the end of the value or } */
	bool is_section;
	bool is_array;
	uint32_t first_value, value_count; /* of a field, in values[] */
	uint32_t first_child, next;	   /* indexes or LVM_NO_NODE */
};

struct lvm_text {
	const char *bytes; /* the caller's; must outlive this */
	uint32_t len;
	struct lvm_node *nodes; /* nodes[0] is the first at top level */
	uint32_t node_count;
	struct lvm_value *values;
	uint32_t value_count;
};

/* Parses `len` bytes, less than 4 GiB; a NUL ends them early. ERROR_LUN_CONTENT with the line
 * number; *out is then untouched. Free with lvm_text_free. */
int lvm_text_parse(const char *bytes, size_t len, struct lvm_text *out,
		   struct error *err);
void lvm_text_free(struct lvm_text *text);

/* The child of section `parent` (NULL: of the top level) with this name, or
 * NULL. */
const struct lvm_node *lvm_text_child(const struct lvm_text *text,
				      const struct lvm_node *parent,
				      const char *name);

/* The next sibling, or NULL. */
const struct lvm_node *lvm_text_next(const struct lvm_text *text,
				     const struct lvm_node *node);

/* The first child of a section, or NULL. */
const struct lvm_node *lvm_text_first(const struct lvm_text *text,
				      const struct lvm_node *section);

bool lvm_text_span_is(const struct lvm_text *text, struct text_span span,
		      const char *word);

/* An unsigned decimal number; false if it is none, or too large. */
bool lvm_value_number(const struct lvm_text *text,
		      const struct lvm_value *value, uint64_t *out);

/* A field of `section` that holds one unsigned number; false if absent or not
 * such a number. */
bool lvm_text_number(const struct lvm_text *text,
		     const struct lvm_node *section, const char *name,
		     uint64_t *out);

/* A field of `section` that holds one string: its only value, or NULL. */
const struct lvm_value *lvm_text_string(const struct lvm_text *text,
					const struct lvm_node *section,
					const char *name);

/* Whether the string or array of strings in field `name` has `word`. */
bool lvm_text_list_has(const struct lvm_text *text,
		       const struct lvm_node *section, const char *name,
		       const char *word);

#endif
