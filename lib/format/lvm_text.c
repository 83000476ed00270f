// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* VG text nests four deep (VG, logical_volumes, LV, segment). */
#define MAX_DEPTH 16

struct parser {
	struct lvm_text *text;
	uint32_t pos;
	struct error *err;
};

static int fail(struct parser *p, const char *what)
{
	unsigned line = 1;

	for (uint32_t i = 0; i < p->pos && i < p->text->len; i++)
		line += p->text->bytes[i] == '\n';
	return error_set(p->err, ERROR_LUN_CONTENT,
			 "the VG's metadata text is damaged at line %u: "
			 "%s; " MAKE_NEW_CLONE,
			 line, what);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
	switch (c) {
	case '#':
	case '=':
	case '{':
	case '}':
	case '[':
	case ']':
	case ',':
	case '"':
	case '\0':
		return false;
	default:
		return !is_space(c);
	}
}

static bool at_end(const struct parser *p)
{
	return p->pos >= p->text->len;
}

static char peek(const struct parser *p)
{
	return at_end(p) ? '\0' : p->text->bytes[p->pos];
}

static void skip_space(struct parser *p)
{
	while (!at_end(p)) {
		if (peek(p) == '#') {
			while (!at_end(p) && peek(p) != '\n')
				p->pos++;
		} else if (is_space(peek(p))) {
			p->pos++;
		} else {
			return;
		}
	}
}

static struct text_span read_word(struct parser *p)
{
	struct text_span span = { .at = p->pos };

	while (!at_end(p) && is_word(peek(p)))
		p->pos++;
	span.len = p->pos - span.at;
	return span;
}

static void add_value(struct parser *p, struct lvm_value value)
{
	struct lvm_text *t = p->text;

	t->values = alloc_more(t->values, t->value_count, sizeof(value));
	t->values[t->value_count++] = value;
}

/* The new node's index. */
static uint32_t add_node(struct parser *p, struct text_span name)
{
	struct lvm_text *t = p->text;

	t->nodes = alloc_more(t->nodes, t->node_count, sizeof(*t->nodes));
	t->nodes[t->node_count] = (struct lvm_node){
		.name = name,
		.whole.at = name.at,
		.first_value = t->value_count,
		.first_child = LVM_NO_NODE,
		.next = LVM_NO_NODE,
	};
	return t->node_count++;
}

static int parse_string(struct parser *p)
{
	struct lvm_value value = { .kind = LVM_VALUE_STRING };

	p->pos++; /* the opening quote */
	value.span.at = p->pos;
	while (!at_end(p) && peek(p) != '"') {
		if (peek(p) == '\\')
			p->pos++;
		p->pos++;
	}
	if (at_end(p))
		return fail(p, "a string has no end");
	value.span.len = p->pos - value.span.at;
	p->pos++;
	add_value(p, value);
	return 0;
}

/* A word that begins as a number does and is none, or one of more than 63 bits,
 * ends LVM's reading of all the text, in whatever field it stands. */
static bool is_read_by_lvm(const char *word, size_t len)
{
	bool sign = *word == '+' || *word == '-', fraction = false;
	uint64_t n = 0;

	if (!sign && *word != '.' && (*word < '0' || *word > '9'))
		return true;
	for (size_t i = sign; i < len; i++) {
		bool digit = word[i] >= '0' && word[i] <= '9';

		if (!digit && (word[i] != '.' || fraction))
			return false;
		fraction |= !digit;
		if (!fraction && n > (INT64_MAX - 9) / 10)
			return false;
		n = fraction ? 0 : n * 10 + (uint64_t)(word[i] - '0');
	}
	return true;
}

static int parse_scalar(struct parser *p)
{
	struct lvm_value value = { .kind = LVM_VALUE_NUMBER };

	if (peek(p) == '"')
		return parse_string(p);
	value.span = read_word(p);
	if (value.span.len == 0)
		return fail(p, "a value is missing");
	if (!is_read_by_lvm(p->text->bytes + value.span.at, value.span.len))
		return fail(p, "a number is none that LVM reads");
	add_value(p, value);
	return 0;
}

static int parse_array(struct parser *p)
{
	p->pos++; /* the opening bracket */
	skip_space(p);
	while (peek(p) != ']') {
		if (parse_scalar(p))
			return -1;
		skip_space(p);
		if (peek(p) == ',')
			p->pos++;
		else if (peek(p) != ']')
			return fail(p, "an array has no end");
		skip_space(p);
	}
	p->pos++;
	return 0;
}

static int parse_field(struct parser *p, uint32_t index)
{
	struct lvm_node *node;
	bool is_array;

	p->pos++; /* the equals sign */
	skip_space(p);
	is_array = peek(p) == '[';
	if (is_array ? parse_array(p) : parse_scalar(p))
		return -1;
	node = &p->text->nodes[index];
	node->is_array = is_array;
	node->value_count = p->text->value_count - node->first_value;
	node->whole.len = p->pos - node->whole.at;
	return 0;
}

static int parse_all(struct parser *p)
{
	uint32_t open[MAX_DEPTH];     /* sections around us */
	uint32_t last[MAX_DEPTH + 1]; /* newest node at each depth */
	unsigned depth = 0;

	last[0] = LVM_NO_NODE;
	for (;;) {
		struct lvm_node *node;
		struct text_span name;
		uint32_t index;

		skip_space(p);
		if (at_end(p))
			break;
		if (peek(p) == '}') {
			if (depth == 0)
				return fail(p, "a } has no {");
			p->pos++;
			node = &p->text->nodes[open[--depth]];
			node->whole.len = p->pos - node->whole.at;
			continue;
		}
		name = read_word(p);
		if (name.len == 0)
			return fail(p, "a name is missing");
		/* LVM makes a section of what stands before it. */
		if (memchr(p->text->bytes + name.at, '/', name.len))
			return fail(p, "a name holds a slash");
		index = add_node(p, name);
		if (last[depth] != LVM_NO_NODE)
			p->text->nodes[last[depth]].next = index;
		else if (depth > 0)
			p->text->nodes[open[depth - 1]].first_child = index;
		last[depth] = index;

		skip_space(p);
		if (peek(p) == '=') {
			if (parse_field(p, index))
				return -1;
		} else if (peek(p) == '{') {
			if (depth == MAX_DEPTH)
				return fail(p, "sections nest too deep");
			p->pos++;
			p->text->nodes[index].is_section = true;
			open[depth++] = index;
			last[depth] = LVM_NO_NODE;
		} else {
			return fail(p, "a name has neither = nor {");
		}
	}
	if (depth)
		return fail(p, "a section has no end");
	return 0;
}

int lvm_text_parse(const char *bytes, size_t len, struct lvm_text *out,
		   struct error *err)
{
	struct lvm_text text = { .bytes = bytes };
	struct parser p = { .text = &text, .err = err };

	text.len = (uint32_t)strnlen(bytes, len);
	if (parse_all(&p)) {
		lvm_text_free(&text);
		return -1;
	}
	*out = text;
	return 0;
}

void lvm_text_free(struct lvm_text *text)
{
	free(text->nodes);
	free(text->values);
	*text = (struct lvm_text){ 0 };
}

const struct lvm_node *lvm_text_next(const struct lvm_text *text,
				     const struct lvm_node *node)
{
	return node->next == LVM_NO_NODE ? NULL : &text->nodes[node->next];
}

const struct lvm_node *lvm_text_first(const struct lvm_text *text,
				      const struct lvm_node *section)
{
	return section->first_child == LVM_NO_NODE
		       ? NULL
		       : &text->nodes[section->first_child];
}

bool lvm_text_span_is(const struct lvm_text *text, struct text_span span,
		      const char *word)
{
	return strlen(word) == span.len &&
	       memcmp(text->bytes + span.at, word, span.len) == 0;
}

const struct lvm_node *lvm_text_child(const struct lvm_text *text,
				      const struct lvm_node *parent,
				      const char *name)
{
	const struct lvm_node *node =
		parent ? lvm_text_first(text, parent) : text->nodes;

	while (node && !lvm_text_span_is(text, node->name, name))
		node = lvm_text_next(text, node);
	return node;
}

bool lvm_value_number(const struct lvm_text *text,
		      const struct lvm_value *value, uint64_t *out)
{
	uint64_t n = 0;

	/* One that begins with 0 is octal to LVM; it writes none. */
	if (value->kind != LVM_VALUE_NUMBER ||
	    (value->span.len > 1 && text->bytes[value->span.at] == '0'))
		return false;
	for (uint32_t i = 0; i < value->span.len; i++) {
		char c = text->bytes[value->span.at + i];

		if (c < '0' || c > '9')
			return false;
		n = n * 10 + (uint64_t)(c - '0');
	}
	*out = n;
	return true;
}

bool lvm_text_number(const struct lvm_text *text,
		     const struct lvm_node *section, const char *name,
		     uint64_t *out)
{
	const struct lvm_node *node = lvm_text_child(text, section, name);

	return node && node->value_count == 1 &&
	       lvm_value_number(text, &text->values[node->first_value], out);
}

const struct lvm_value *lvm_text_string(const struct lvm_text *text,
					const struct lvm_node *section,
					const char *name)
{
	const struct lvm_node *node = lvm_text_child(text, section, name);

	if (!node || node->value_count != 1 ||
	    text->values[node->first_value].kind != LVM_VALUE_STRING)
		return NULL;
	return &text->values[node->first_value];
}

bool lvm_text_list_has(const struct lvm_text *text,
		       const struct lvm_node *section, const char *name,
		       const char *word)
{
	const struct lvm_node *node = lvm_text_child(text, section, name);

	if (!node)
		return false;
	for (uint32_t i = 0; i < node->value_count; i++) {
		const struct lvm_value *v =
			&text->values[node->first_value + i];

		if (v->kind == LVM_VALUE_STRING &&
		    lvm_text_span_is(text, v->span, word))
			return true;
	}
	return false;
}
