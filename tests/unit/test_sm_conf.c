// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The host's settings and its initiator name.
 */
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sm/conf.h"
#include "iscsi/target.h"
#include "base/text_file.h"

static int parse(const char *text, struct conf *conf, struct error *err)
{
	char *copy = strdup(text);
	int rc;

	assert_non_null(copy);
	rc = conf_parse(copy, strlen(text), "file", conf, err);
	free(copy);
	return rc;
}

static void accepts(const char *text, enum initiator_kind initiator)
{
	struct conf conf = { .initiator = (enum initiator_kind)77 };
	struct error err = { 0 };

	assert_int_equal(parse(text, &conf, &err), 0);
	assert_int_equal(conf.initiator, initiator);
}

static void refuses(const char *text, const char *words)
{
	struct conf conf = { .initiator = (enum initiator_kind)77 };
	struct error err = { 0 };

	assert_int_equal(parse(text, &conf, &err), -1);
	assert_int_equal(err.code, ERROR_BAD_VALUE);
	assert_non_null(strstr(err.text, words));
	assert_int_equal(conf.initiator, 77);
}

static void takes_pairs_and_comments(void **state)
{
	(void)state;
	accepts("", INITIATOR_LIBISCSI);
	accepts("\n\n", INITIATOR_LIBISCSI);
	accepts("initiator=open-iscsi", INITIATOR_OPEN_ISCSI);
	accepts("# comment\n\t initiator \t= libiscsi \r\n",
		INITIATOR_LIBISCSI);
	accepts("initiator = libiscsi\ninitiator = open-iscsi",
		INITIATOR_OPEN_ISCSI);
	accepts("  # initiator = wrong\n", INITIATOR_LIBISCSI);
	accepts("\xef\xbb\xbf# comment\n", INITIATOR_LIBISCSI);
	accepts("\xef\xbb\xbfinitiator = open-iscsi\r\n", INITIATOR_OPEN_ISCSI);
}

static void socket_is(const char *text, const char *path)
{
	struct conf conf;
	struct error err = { 0 };

	assert_int_equal(parse(text, &conf, &err), 0);
	assert_string_equal(conf.xapi_socket, path);
}

static void knows_where_xapi_is(void **state)
{
	char line[200];
	size_t room = sizeof(((struct conf *)0)->xapi_socket);

	(void)state;
	socket_is("", "/var/lib/xcp/xapi");
	socket_is("xapi_socket = none\n", "");
	socket_is("xapi_socket = none\nxapi_socket = /x\n", "/x");
	socket_is("xapi_socket = /a/longer/one\nxapi_socket = /x\n", "/x");
	refuses("xapi_socket =\n", "file:1: xapi_socket is ''");
	refuses("xapi_socket = x\n", "an absolute path");

	memset(line, 0, sizeof(line));
	memset(line, 'x', 14 + room - 1);
	memcpy(line, "xapi_socket = /", 15);
	socket_is(line, line + 14);
	line[14 + room - 1] = 'x';
	refuses(line, "file:1: xapi_socket");
}

static void names_file_and_line(void **state)
{
	(void)state;
	refuses("initiator = kernel", "file:1: initiator is 'kernel'");
	refuses("\n\ninitiator =\n", "file:3: ");
	refuses("\ncolour = red\n", "file:2: unknown key colour");
	refuses("initiator\n", "file:1: not a line");
	refuses("= libiscsi\n", "file:1: not a line");
}

static void refuses_a_nul(void **state)
{
	char text[] = "initiator = libiscsi\n\0\n";
	struct conf conf;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		conf_parse(text, sizeof(text) - 1, "file", &conf, &err), -1);
	assert_int_equal(err.code, ERROR_BAD_VALUE);
}

/* A file with this text; the path is good until the next call. */
static const char *file_with(const char *text, size_t len)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/test_sm_conf.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
	return path;
}

static void loads_the_file_that_is_named(void **state)
{
	struct conf conf = { .initiator = (enum initiator_kind)77 };
	struct error err = { 0 };
	const char *path = file_with("initiator = libiscsi\n", 21);

	(void)state;
	setenv(CONF_FILE_VARIABLE, path, 1);
	assert_int_equal(conf_load(&conf, &err), 0);
	assert_int_equal(conf.initiator, INITIATOR_LIBISCSI);

	unlink(path);
	assert_int_equal(conf_load(&conf, &err), -1);
	assert_int_equal(err.code, ERROR_BAD_VALUE);
	assert_non_null(strstr(err.text, path));

	setenv(CONF_FILE_VARIABLE, "/", 1);
	assert_int_equal(conf_load(&conf, &err), -1);
	unsetenv(CONF_FILE_VARIABLE);
}

static void refuses_a_file_that_is_too_long(void **state)
{
	char *text = calloc(1, TEXT_FILE_MAX + 1);
	struct error err = { 0 };
	const char *path;
	char *read;
	size_t len;

	(void)state;
	assert_non_null(text);
	path = file_with(text, TEXT_FILE_MAX);
	assert_int_equal(text_file_read(path, &read, &len, &err), 0);
	assert_int_equal(len, TEXT_FILE_MAX);
	free(read);
	unlink(path);
	path = file_with(text, TEXT_FILE_MAX + 1);
	assert_int_equal(text_file_read(path, &read, &len, &err), -1);
	unlink(path);
	free(text);
}

static void name_is(const char *text, const char *expected)
{
	const char *path = file_with(text, strlen(text));
	struct error err = { 0 };
	char *name = NULL;
	int rc = initiator_name_read(path, &name, &err);

	unlink(path);
	if (expected) {
		assert_int_equal(rc, 0);
		assert_string_equal(name, expected);
	} else {
		assert_int_equal(rc, -1);
		assert_int_equal(err.code, ERROR_NO_INITIATOR);
		assert_null(name);
	}
	free(name);
}

static void reads_the_initiator_name(void **state)
{
	struct error err = { 0 };
	char *name = NULL;

	(void)state;
	name_is("# InitiatorName=a\nInitiatorName = iqn.b \n"
		"InitiatorAlias=c\n",
		"iqn.b");
	name_is("InitiatorName=iqn.b", "iqn.b");
	name_is("InitiatorAlias=c\n", NULL);
	name_is("GenerateName=yes\n", NULL);
	name_is("InitiatorName=\n", NULL);
	name_is("InitiatorName=iqn b\n", NULL);
	assert_int_equal(initiator_name_read("/does/not/exist", &name, &err),
			 -1);
	assert_int_equal(err.code, ERROR_NO_INITIATOR);
}

static void knows_iscsi_names(void **state)
{
	char name[ISCSI_NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[ISCSI_NAME_MAX + 1] = '\0';
	assert_false(iscsi_name_valid(name));
	name[ISCSI_NAME_MAX] = '\0';
	assert_true(iscsi_name_valid(name));
	assert_false(iscsi_name_valid(""));
	assert_false(iscsi_name_valid("a\nb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_pairs_and_comments),
		cmocka_unit_test(knows_where_xapi_is),
		cmocka_unit_test(names_file_and_line),
		cmocka_unit_test(refuses_a_nul),
		cmocka_unit_test(loads_the_file_that_is_named),
		cmocka_unit_test(refuses_a_file_that_is_too_long),
		cmocka_unit_test(reads_the_initiator_name),
		cmocka_unit_test(knows_iscsi_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
