// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The answers byte for byte, as xapi's reader accepts them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sm/errors.h"
#include "sm/response.h"
#include "base/utf8.h"

#define XML_HEAD "<?xml version=\"1.0\"?>\n"

#define FAULT(number, text)                                             \
	XML_HEAD "<methodResponse><fault><value><struct>"               \
		 "<member><name>faultCode</name><value><int>" number    \
		 "</int></value></member>"                              \
		 "<member><name>faultString</name><value><string>" text \
		 "</string></value></member></struct></value>"          \
		 "</fault></methodResponse>\n"

#define SUCCESS(value)                                   \
	XML_HEAD "<methodResponse><params><param>" value \
		 "</param></params></methodResponse>\n"

static void is(char *answer, const char *expected)
{
	assert_non_null(answer);
	assert_string_equal(answer, expected);
	free(answer);
}

static void writes_strings(void **state)
{
	(void)state;
	is(response_string("a<b>&c"),
	   SUCCESS("<value><string>a&lt;b&gt;&amp;c</string></value>"));
	is(response_string("a\n\tb\r\x1b\xff"), SUCCESS("<value><string>a\n\tb?"
							"?"
							"?</string></value>"));
}

static void writes_faults(void **state)
{
	(void)state;
	is(response_fault(107, "<a> & b"), FAULT("107", "&lt;a&gt; &amp; b"));
	is(response_fault(SM_RESIGNED_NUMBER, SM_RESIGNED_TEXT("lvmoiscsi")),
	   FAULT("1", "Error reporting error, unknown key The SR has been "
		      "successfully resigned. Use the lvmoiscsi type to "
		      "attach it"));
}

static void makes_a_fault_one_clean_line(void **state)
{
	(void)state;
	is(response_fault(202, "a\nb\tc"), FAULT("202", "a b c"));
	is(response_fault(202, "\x01\x1b[0m\x7f"), FAULT("202", "?"
								"?[0m?"));
	/* whole characters stay, cut or overlong ones and surrogates go */
	is(response_fault(202, "\xc3\xa9\xe2\x82\xac"),
	   FAULT("202", "\xc3\xa9\xe2\x82\xac"));
	is(response_fault(202, "a\xe2\x82"), FAULT("202", "a?"
							  "?"));
	is(response_fault(202, "\xc0\xaf"), FAULT("202", "?"
							 "?"));
	is(response_fault(202, "\xed\xa0\x80"), FAULT("202", "?"
							     "?"
							     "?"));
	/* not in XML; beyond U+FFFF; a C1 control */
	is(response_fault(202, "\xef\xbf\xbf"), FAULT("202", "?"));
	is(response_fault(202, "\xf0\x9f\x98\x80"),
	   FAULT("202", "\xf0\x9f\x98\x80"));
	is(response_fault(202, "\xc2\x9b"), FAULT("202", "?"));
}

static void writes_driver_info(void **state)
{
	const struct sr_type type = { .driver_name = "N", .description = "D" };

	(void)state;
#define MEMBER(name, value) \
	"<member><name>" name "</name><value>" value "</value></member>"
#define ARRAY(items)	  "<array><data>" items "</data></array>"
#define TEXT(name, value) MEMBER(name, "<string>" value "</string>")
	is(response_driver_info(&type),
	   SUCCESS("<value><struct>" TEXT("name", "N") TEXT(
		   "description", "D") TEXT("vendor", "The relvmoiscsi project")
			   TEXT("copyright",
				"(C) The relvmoiscsi authors") TEXT("driver_"
								    "version",
								    VERSION)
				   TEXT("required_api_version", "1.0") MEMBER(
					   "capabilities",
					   ARRAY("<value><string>SR_PROBE"
						 "</string></value>"))
					   MEMBER("configuration",
						  ARRAY("")) "</struct></"
							     "value>"));
}

static void tells_each_type_its_keys(void **state)
{
	char *text = response_driver_info(&sr_type_hba);

	(void)state;
	assert_non_null(strstr(text, "<string>SCSIid</string>"));
	assert_non_null(strstr(text, "<string>device</string>"));
	assert_null(strstr(text, "<string>targetIQN</string>"));
	free(text);
}

static void has_an_answer_that_needs_no_memory(void **state)
{
	(void)state;
	assert_int_equal(strncmp(response_out_of_memory, "<?xml", 5), 0);
	assert_non_null(strstr(response_out_of_memory, "<int>202</int>"));
}

static void knows_sms_numbers(void **state)
{
	static const struct {
		enum error_code code;
		int number;
	} table[] = {
		{ ERROR_INTERNAL, 202 },     { ERROR_HOST, 202 },
		{ ERROR_BAD_REQUEST, 143 },  { ERROR_UNIMPLEMENTED, 202 },
		{ ERROR_BAD_VALUE, 202 },    { ERROR_NO_TARGET, 95 },
		{ ERROR_NO_TARGET_IQN, 96 }, { ERROR_NO_SCSIID, 107 },
		{ ERROR_NO_INITIATOR, 97 },  { ERROR_BAD_PORT, 142 },
		{ ERROR_NO_SECRET, 20 },     { ERROR_RESOLVE, 140 },
		{ ERROR_CONNECT, 141 },	     { ERROR_DISCOVERY, 83 },
		{ ERROR_LOGIN, 68 },	     { ERROR_NO_DEVICE, 67 },
		{ ERROR_IN_USE, 16 },	     { ERROR_IO, 200 },
		{ ERROR_LUN_CONTENT, 202 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(sm_error_number(table[i].code),
				 table[i].number);
}

static void no_failure_looks_like_success(void **state)
{
	(void)state;
	for (int code = ERROR_NONE; code <= ERROR_LUN_CONTENT + 10; code++)
		assert_int_not_equal(sm_error_number((enum error_code)code),
				     SM_RESIGNED_NUMBER);
}

static void puts_detail_behind_sms_description(void **state)
{
	struct error err = { ERROR_NO_SCSIID, "not there" };
	char text[SM_ERROR_TEXT_SIZE];
	char tight[8];

	(void)state;
	sm_error_text(&err, text, sizeof(text));
	assert_string_equal(text, "The SCSIid parameter is missing or "
				  "incorrect [opterr=not there]");
	err.text[0] = '\0';
	sm_error_text(&err, text, sizeof(text));
	assert_string_equal(text,
			    "The SCSIid parameter is missing or incorrect");
	sm_error_text(&err, tight, sizeof(tight));
	assert_string_equal(tight, "The SCS");
	error_set(&err, ERROR_INTERNAL, "x");
	sm_error_text(&err, text, sizeof(text));
	assert_string_equal(text, "General backend error [opterr=a fault of "
				  "relvmoiscsi itself, please report it with "
				  "these words: x]");
}

static bool utf8_valid(const char *text, size_t len)
{
	uint32_t c;

	while (len > 0) {
		size_t n = utf8_decode(text, len, &c);

		if (n == 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

static void knows_utf8(void **state)
{
	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\xc3\xa9\xf4\x8f\xbf\xbf", 7));
	assert_false(utf8_valid("\xf4\x90\x80\x80", 4));
	assert_false(utf8_valid("\xe0\x9f\xbf", 3));
	assert_false(utf8_valid("\xc3", 1));
	assert_false(utf8_valid("\x80", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_strings),
		cmocka_unit_test(writes_faults),
		cmocka_unit_test(makes_a_fault_one_clean_line),
		cmocka_unit_test(writes_driver_info),
		cmocka_unit_test(tells_each_type_its_keys),
		cmocka_unit_test(has_an_answer_that_needs_no_memory),
		cmocka_unit_test(knows_sms_numbers),
		cmocka_unit_test(no_failure_looks_like_success),
		cmocka_unit_test(puts_detail_behind_sms_description),
		cmocka_unit_test(knows_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
