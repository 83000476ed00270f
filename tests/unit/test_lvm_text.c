// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM's configuration text: every span is where it says, and what is no text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "format/lvm_text.h"

/* Parsed from memory of just its size. */
static struct lvm_text parsed(const char *bytes)
{
	size_t len = strlen(bytes);
	char *copy = malloc(len ? len : 1);
	struct lvm_text text;
	struct error err;

	memcpy(copy, bytes, len);
	if (lvm_text_parse(copy, len, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

static void done(struct lvm_text *text)
{
	/* The bytes are ours. */
	free((void *)(uintptr_t)text->bytes);
	lvm_text_free(text);
}

static void refused(const char *bytes, const char *words)
{
	size_t len = strlen(bytes);
	char *copy = malloc(len ? len : 1);
	struct lvm_text text = { .len = 77 };
	struct error err = { 0 };

	memcpy(copy, bytes, len);
	assert_int_equal(lvm_text_parse(copy, len, &text, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_int_equal(text.len, 77);
	free(copy);
}

static void span_is(const struct lvm_text *text, struct text_span span,
		    const char *words)
{
	assert_int_equal(span.len, strlen(words));
	assert_memory_equal(text->bytes + span.at, words, span.len);
}

static void test_spans(void **state)
{
	struct lvm_text t = parsed("a { b = \"x y\" c { } }\nd = 7 # end");
	const struct lvm_node *a = lvm_text_child(&t, NULL, "a");
	const struct lvm_node *b = lvm_text_child(&t, a, "b");
	const struct lvm_node *c = lvm_text_next(&t, b);
	const struct lvm_node *d = lvm_text_next(&t, a);

	(void)state;
	assert_ptr_equal(lvm_text_first(&t, a), b);
	span_is(&t, a->whole, "a { b = \"x y\" c { } }");
	span_is(&t, b->whole, "b = \"x y\"");
	span_is(&t, c->whole, "c { }");
	span_is(&t, d->whole, "d = 7");
	span_is(&t, a->name, "a");
	span_is(&t, d->name, "d");
	assert_true(a->is_section && c->is_section);
	assert_false(b->is_section || d->is_section);
	assert_null(lvm_text_first(&t, c));
	assert_null(lvm_text_next(&t, c));
	assert_null(lvm_text_next(&t, d));
	assert_null(lvm_text_child(&t, a, "d"));
	span_is(&t, lvm_text_string(&t, a, "b")->span, "x y");
	done(&t);
}

static void test_strings(void **state)
{
	struct lvm_text t =
		parsed("a=\"{}\" b=\"\\\"\" c=\"#\\\\\"d=\"\" e=\"]\"");

	(void)state;
	span_is(&t,
		lvm_text_string(&t, &t.nodes[0], "a") ? (struct text_span){ 0 }
						      : t.values[0].span,
		"{}");
	span_is(&t, t.values[1].span, "\\\"");
	span_is(&t, t.values[2].span, "#\\\\");
	span_is(&t, t.values[3].span, "");
	span_is(&t, t.values[4].span, "]");
	assert_int_equal(t.node_count, 5);
	done(&t);
}

static void test_comments(void **state)
{
	struct lvm_text t =
		parsed("#\n# a = 1\na # { \n = # 2\n[ # ,\n1 #\n,2]#");
	const struct lvm_node *a = lvm_text_child(&t, NULL, "a");

	(void)state;
	assert_int_equal(t.node_count, 1);
	assert_true(a->is_array);
	assert_int_equal(a->value_count, 2);
	done(&t);
}

static void test_arrays(void **state)
{
	struct lvm_text t = parsed(
		"s { a=[] b=[1,\"x\",] c=[\"one\"] d=\"one\" e = [\n] }");
	const struct lvm_node *s = lvm_text_child(&t, NULL, "s");

	(void)state;
	assert_int_equal(lvm_text_child(&t, s, "a")->value_count, 0);
	assert_int_equal(lvm_text_child(&t, s, "b")->value_count, 2);
	assert_int_equal(lvm_text_child(&t, s, "e")->value_count, 0);
	assert_true(lvm_text_list_has(&t, s, "b", "x"));
	assert_false(lvm_text_list_has(&t, s, "b", "1"));
	assert_false(lvm_text_list_has(&t, s, "a", ""));
	assert_true(lvm_text_list_has(&t, s, "c", "one"));
	assert_true(lvm_text_list_has(&t, s, "d", "one"));
	assert_false(lvm_text_list_has(&t, s, "d", "on"));
	assert_false(lvm_text_list_has(&t, s, "z", "one"));
	/* One value in brackets counts as one value. */
	assert_non_null(lvm_text_string(&t, s, "c"));
	assert_null(lvm_text_string(&t, s, "b"));
	assert_null(lvm_text_string(&t, s, "a"));
	done(&t);
}

static void test_numbers(void **state)
{
	struct lvm_text t = parsed("s { a=0 b=9223372036854775799 d=-1 e=1.5 "
				   "g=\"1\" i=007 k { } l=[1] m=[1,2]}");
	const struct lvm_node *s = lvm_text_child(&t, NULL, "s");
	uint64_t n = 5;

	(void)state;
	assert_true(lvm_text_number(&t, s, "a", &n));
	assert_int_equal(n, 0);
	assert_true(lvm_text_number(&t, s, "l", &n));
	assert_int_equal(n, 1);
	n = 5;
	for (const char *bad = "degikmz"; *bad; bad++) {
		const char name[2] = { *bad, 0 };

		assert_false(lvm_text_number(&t, s, name, &n));
		assert_int_equal(n, 5);
	}
	assert_true(lvm_text_number(&t, s, "b", &n));
	assert_int_equal(n, 9223372036854775799);
	done(&t);
}

static void test_first_counts(void **state)
{
	struct lvm_text t = parsed("s { a=1 a=2 }");
	uint64_t n;

	(void)state;
	assert_true(lvm_text_number(&t, &t.nodes[0], "a", &n));
	assert_int_equal(n, 1);
	done(&t);
}

static void test_nul_ends(void **state)
{
	static const char bytes[] = "a = 1\0}}}";
	struct lvm_text text;
	struct error err;

	(void)state;
	assert_int_equal(lvm_text_parse(bytes, sizeof(bytes), &text, &err), 0);
	assert_int_equal(text.len, 5);
	lvm_text_free(&text);
	lvm_text_free(&text);
	assert_int_equal(lvm_text_parse("", 0, &text, &err), 0);
	assert_int_equal(text.node_count, 0);
	assert_null(lvm_text_child(&text, NULL, "a"));
	lvm_text_free(&text);
}

static void test_wrong(void **state)
{
	static const char *const bad[] = {
		"}",	       "a",
		"a =",	       "a = \"",
		"a = \"\\",    "a = \"\\\"",
		"a {",	       "a { } }",
		"a { b",       "a { b = }",
		"a = [",       "a = [1",
		"a = [1,",     "a = [1 2]",
		"a = [[1]]",   "= 1",
		"\"a\" = 1",   "[",
		"a b = 1",     "{ }",
		"a = {",       "a = ]",
		"a = 1 ]",     "a = [,]",
		",",	       "a = #",
		"a { b = 1 ",  "a { b { }",
		"a = [\"x]",   "a = [{}]",
		"a = 1x",      "a = 0x1",
		"a = [1.2.3]", "a = 9223372036854775808",
		"a = -x",      "a = .x",
		"a/ = 1",      "a/b { }",
	};
	static const char *const good[] = {
		"",
		"a=1",
		"a = \"\"",
		"a = \"\\\"\"",
		"a { }",
		"a { b=1 }",
		"a = []",
		"a = [1]",
		"a = [1,]",
		"a = [1,2]",
		"a-.+_\xc3=1",
		"a=1 b=2",
		"a = [-1,+2,.5,1.5,@x,y]",
		"a{}b{}",
		" \t\r\n",
		"a=1\r\n",
		"a = b",
		"a = +",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i], "damaged at line 1");
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct lvm_text t = parsed(good[i]);

		done(&t);
	}
	refused("a = 1\n\nb =\n\n}", "line 5");
	refused("a = \"\n\n", "no end");
}

static char *nested(unsigned depth)
{
	char *text = calloc(1, 4 * depth + 1), *p = text;

	for (unsigned i = 0; i < depth; i++, p += 2)
		memcpy(p, "a{", 2);
	memset(p, '}', depth);
	return text;
}

static void test_depth(void **state)
{
	char *deep = nested(16), *deeper = nested(17);
	struct lvm_text t = parsed(deep);

	(void)state;
	assert_int_equal(t.node_count, 16);
	done(&t);
	refused(deeper, "too deep");
	free(deep);
	free(deeper);
	deeper = nested(100000);
	refused(deeper, "too deep");
	free(deeper);
}

/* Every beginning of a text is refused or parsed, without a look behind it. */
static void test_every_beginning(void **state)
{
	static const char whole[] =
		"vg { id = \"a-b\" n = 12 tags = [\"x\", \"y\\\"\"] # c\n lv { "
		"segment1 { stripes = [\n\"pv0\", 7\n] } } }\nversion = 1\n";

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		char *copy = malloc(len ? len : 1);
		struct lvm_text text;
		struct error err;

		memcpy(copy, whole, len);
		if (!lvm_text_parse(copy, len, &text, &err))
			lvm_text_free(&text);
		free(copy);
	}
}

static void test_many(void **state)
{
	size_t room = 400000, len = 0;
	char *text = malloc(room);
	const struct lvm_node *n;
	struct lvm_text t;
	unsigned count = 0;

	(void)state;
	len += (size_t)sprintf(text, "s {");
	for (unsigned i = 0; i < 10000; i++)
		len += (size_t)sprintf(text + len, "n%u = [%u, %u]\n", i, i, i);
	sprintf(text + len, "}");
	t = parsed(text);
	for (n = lvm_text_first(&t, &t.nodes[0]); n; n = lvm_text_next(&t, n)) {
		uint64_t value;

		assert_true(lvm_value_number(&t, &t.values[n->first_value + 1],
					     &value));
		assert_int_equal(value, count++);
	}
	assert_int_equal(count, 10000);
	done(&t);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_nul_ends),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_every_beginning),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
