// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Node records: real files, where open-iscsi has them, of a target of our own.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "openiscsi/node_record.h"

#define NODES "/etc/iscsi/nodes"

static char iqn[64];
static char folder[128];

static char initiator[] = "iqn.test:host", user[] = "user",
	    password[] = "secretsecret12", in_user[] = "array",
	    in_password[] = "othersecret34";

static const struct iscsi_address here = { "192.0.2.1", 3260 };

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static int begin(void **state)
{
	(void)state;
	snprintf(iqn, sizeof(iqn), "iqn.test:record.%ld", (long)getpid());
	snprintf(folder, sizeof(folder), NODES "/%s", iqn);
	run("rm -rf %s && mkdir -p %s", folder, folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	run("rm -rf %s && rmdir -p --ignore-fail-on-non-empty " NODES, folder);
	return 0;
}

/* A record below our target's folder, which is mode 0600 as open-iscsi's. */
static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	*strrchr(path, '/') = '\0';
	run("mkdir -p '%s'", path);
	path[strlen(path)] = '/';
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A record as it is now. Good until the next call. */
static const char *content(const char *name)
{
	static char text[8192];
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Finds the record and says which it is: "PORTAL/IFACE", or "none". */
static const char *found(const struct iscsi_address *address)
{
	static char text[PATH_MAX + NODE_IFACE_SIZE];
	struct node_record record;
	struct error err;
	bool there;

	assert_int_equal(node_record_find(iqn, address, &there, &record, &err),
			 0);
	if (!there)
		return "none";
	assert_memory_equal(record.path, folder, strlen(folder));
	snprintf(text, sizeof(text), "%s %s", record.path + strlen(folder) + 1,
		 record.iface);
	node_record_free(&record);
	return text;
}

static void test_find(void **state)
{
	const struct iscsi_address other_port = { "192.0.2.1", 3261 };
	const struct iscsi_address other_host = { "192.0.2.10", 3260 };
	const struct iscsi_address six = { "2001:db8::1", 3260 };

	(void)state;
	assert_string_equal(found(&here), "none");
	/* One of an interface, and then that of the default one. */
	put("192.0.2.1,3260,1/eth7", "");
	assert_string_equal(found(&here), "192.0.2.1,3260,1/eth7 eth7");
	put("192.0.2.1,3260,1/default", "");
	put("192.0.2.1,3260,1/a", "");
	assert_string_equal(found(&here), "192.0.2.1,3260,1/default default");
	assert_string_equal(found(&other_port), "none");
	assert_string_equal(found(&other_host), "none");
	/* However it is written; and a record of the old form is a file. */
	put("2001:0db8:0:0::0001,3260", "");
	assert_string_equal(found(&six), "2001:0db8:0:0::0001,3260 default");
	/* What is no record. */
	put("192.0.2.10", "");
	put("192.0.2.10,", "");
	run("mkdir '%s/192.0.2.10,3260,2'", folder);
	assert_string_equal(found(&other_host), "none");
}

static void test_cannot_be_read(void **state)
{
	struct node_record record;
	struct error err;
	bool there;

	(void)state;
	/* What is no file is no record. */
	run("ln -s /etc/passwd '%s/192.0.2.1,3260'", folder);
	assert_string_equal(found(&here), "none");
	run("rm '%s/192.0.2.1,3260' && "
	    "head -c 100000 /dev/zero >'%s/192.0.2.1,3260'",
	    folder, folder);
	assert_int_equal(node_record_find(iqn, &here, &there, &record, &err),
			 -1);
	assert_non_null(strstr(err.text, "longer than"));
}

/* The record with our settings, then restored. */
static void set(const char *before, const struct iscsi_target *target,
		const char *wanted, bool manual_scan)
{
	struct node_record record;
	struct error err;
	bool there;

	put("192.0.2.1,3260,1/default", before);
	assert_int_equal(node_record_find(iqn, &here, &there, &record, &err),
			 0);
	assert_true(there);
	assert_int_equal(node_record_set(&record, target, false, &err), 0);
	assert_string_equal(content("192.0.2.1,3260,1/default"), wanted);
	assert_int_equal(record.manual_scan, manual_scan);
	node_record_restore();
	assert_string_equal(content("192.0.2.1,3260,1/default"), before);
	node_record_free(&record);
}

static void test_set(void **state)
{
	struct iscsi_target target = { .initiator = initiator };

	(void)state;
	/* Only what the record knows, but for what a login needs; lines of
	 * others stay, in their order, and odd ones too. */
	set("# BEGIN RECORD 2.1.8\n"
	    "node.name = iqn.x\n"
	    "node.session.scan = auto\n"
	    "odd line\n"
	    "node.session.scanner = auto\n"
	    "node.session.auth.password = old\n"
	    "node.startup=automatic\n"
	    "# END RECORD\n",
	    &target,
	    "# BEGIN RECORD 2.1.8\n"
	    "node.name = iqn.x\n"
	    "odd line\n"
	    "node.session.scanner = auto\n"
	    "# END RECORD\n"
	    "node.session.scan = manual\n"
	    "node.startup = manual\n"
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = None\n",
	    true);
	/* Of before 2.0.875. */
	set("node.startup = automatic\n", &target,
	    "node.startup = manual\n"
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = None\n",
	    false);
	set("", &target,
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = None\n",
	    false);

	target.chap_user = user;
	target.chap_password = password;
	set("node.session.auth.username_in = x\n", &target,
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = CHAP\n"
	    "node.session.auth.username = user\n"
	    "node.session.auth.password = secretsecret12\n",
	    false);
	target.incoming_user = in_user;
	target.incoming_password = in_password;
	set("node.session.auth.authmethod = None\n", &target,
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = CHAP\n"
	    "node.session.auth.username = user\n"
	    "node.session.auth.password = secretsecret12\n"
	    "node.session.auth.username_in = array\n"
	    "node.session.auth.password_in = othersecret34\n",
	    false);
}

/* A last line without its end must not swallow our first. */
static void test_no_newline(void **state)
{
	struct iscsi_target target = { .initiator = initiator };

	(void)state;
	set("node.name = iqn.x", &target,
	    "node.name = iqn.x\n"
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = None\n",
	    false);
}

/* What waits for a lost path is the host's to choose: a session of ours may
 * become another's. */
static void test_recovery(void **state)
{
	struct iscsi_target target = { .initiator = initiator };

	(void)state;
	set("node.session.timeo.replacement_timeout = 144\n", &target,
	    "node.session.timeo.replacement_timeout = 144\n"
	    "iface.initiatorname = iqn.test:host\n"
	    "node.session.auth.authmethod = None\n",
	    false);
}

/* For whoever gets our session, and would have had all LUNs. */
static void test_scan(void **state)
{
	struct iscsi_target target = { .initiator = initiator };
	struct node_record record;
	struct error err;
	bool there;

	(void)state;
	put("192.0.2.1,3260,1/default", "node.session.scan = manual\n");
	assert_int_equal(node_record_find(iqn, &here, &there, &record, &err),
			 0);
	assert_int_equal(node_record_set(&record, &target, true, &err), 0);
	assert_false(record.manual_scan);
	assert_string_equal(content("192.0.2.1,3260,1/default"),
			    "node.session.scan = auto\n"
			    "iface.initiatorname = iqn.test:host\n"
			    "node.session.auth.authmethod = None\n");
	node_record_restore();
	node_record_free(&record);
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* It is replaced as a whole, beside nothing that iscsiadm would take for a
 * record; mode and owner stay; nothing is made anew where it has gone. */
static void test_file(void **state)
{
	struct iscsi_target target = { .initiator = initiator };
	struct node_record record;
	struct error err;
	bool there;
	ino_t before;

	(void)state;
	put("192.0.2.1,3260,1/default", "node.name = iqn.x\n");
	assert_int_equal(node_record_find(iqn, &here, &there, &record, &err),
			 0);
	before = inode_of(record.path);
	run("chmod 640 '%s' && chown 12:34 '%s'", record.path, record.path);
	assert_int_equal(node_record_set(&record, &target, false, &err), 0);
	assert_true(inode_of(record.path) != before);
	run("[ $(stat -c %%a:%%u:%%g '%s') = 640:12:34 ]", record.path);
	run("[ $(find " NODES " -name '*relvm*' | wc -l) = 0 ]");
	run("rm '%s'", record.path);
	node_record_restore();
	run("[ ! -e '%s' ]", record.path);
	assert_int_equal(node_record_set(&record, &target, false, &err), -1);
	assert_int_equal(err.code, ERROR_LOGIN);
	run("[ ! -e '%s' ]", record.path);
	run("[ $(find " NODES "/.. -name '*relvm*' | wc -l) = 0 ]");
	run("ln -s /dev/null '%s'", record.path);
	assert_int_equal(node_record_set(&record, &target, false, &err), -1);
	run("[ $(readlink '%s') = /dev/null ]", record.path);
	node_record_free(&record);
}

/* Killed with our settings in place, or just before: what there was comes back,
 * the file itself, once. */
static void test_killed(void **state)
{
	static const char text[] = "node.session.auth.username = host\n";
	struct iscsi_target target = { .initiator = initiator };
	struct node_record record;
	struct error err;
	bool there;
	ino_t before;

	(void)state;
	put("192.0.2.1,3260,1/default", text);
	assert_int_equal(node_record_find(iqn, &here, &there, &record, &err),
			 0);
	before = inode_of(record.path);
	assert_int_equal(node_record_set(&record, &target, false, &err), 0);
	node_record_restore();
	assert_true(inode_of(record.path) == before);
	assert_string_equal(content("192.0.2.1,3260,1/default"), text);
	run("ln -s '%s' " NODES "/../relvmoiscsi.old.place", record.path);
	run("ln '%s' " NODES "/../relvmoiscsi.old", record.path);
	node_record_restore();
	assert_string_equal(content("192.0.2.1,3260,1/default"), text);
	run("[ $(find " NODES "/.. -name '*relvm*' | wc -l) = 0 ]");
	put("192.0.2.1,3260,1/default", "node.name = later\n");
	node_record_restore();
	assert_string_equal(content("192.0.2.1,3260,1/default"),
			    "node.name = later\n");
	node_record_free(&record);
}

/* Only what `iscsiadm -o new` makes. */
static void test_remove(void **state)
{
	char name[NODE_RECORD_NAME_SIZE];

	(void)state;
	node_record_name(&here, name);
	assert_string_equal(name, "192.0.2.1,3260");
	put("192.0.2.1,3260,1/default", "");
	node_record_remove(iqn, name);
	assert_string_equal(found(&here), "192.0.2.1,3260,1/default default");
	run("rm -r '%s/192.0.2.1,3260,1'", folder);
	put(name, "");
	put("192.0.2.2,3260", "");
	node_record_remove(iqn, name);
	assert_string_equal(found(&here), "none");
	run("[ -e '%s/192.0.2.2,3260' ]", folder);
	node_record_remove(iqn, "192.0.2.2,3260");
	run("[ ! -e '%s' ]", folder);
}

static void test_check(void **state)
{
	char bad[] = "secretsecret12 ", bad_user[] = "\tuser";
	struct iscsi_target target = { .initiator = initiator };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(node_record_check(&target, &err), 0);
	target.chap_user = user;
	target.chap_password = password;
	assert_int_equal(node_record_check(&target, &err), 0);
	target.chap_password = bad;
	assert_int_equal(node_record_check(&target, &err), -1);
	assert_int_equal(err.code, ERROR_BAD_VALUE);
	assert_non_null(strstr(err.text, "chappassword begins or ends"));
	assert_null(strstr(err.text, "secretsecret"));
	target.chap_password = password;
	target.incoming_user = bad_user;
	target.incoming_password = in_password;
	assert_int_equal(node_record_check(&target, &err), -1);
	assert_non_null(strstr(err.text, "incoming_chapuser"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_find, begin, end),
		cmocka_unit_test_setup_teardown(test_cannot_be_read, begin,
						end),
		cmocka_unit_test_setup_teardown(test_set, begin, end),
		cmocka_unit_test_setup_teardown(test_no_newline, begin, end),
		cmocka_unit_test_setup_teardown(test_recovery, begin, end),
		cmocka_unit_test_setup_teardown(test_scan, begin, end),
		cmocka_unit_test_setup_teardown(test_file, begin, end),
		cmocka_unit_test_setup_teardown(test_killed, begin, end),
		cmocka_unit_test_setup_teardown(test_remove, begin, end),
		cmocka_unit_test_setup_teardown(test_check, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
