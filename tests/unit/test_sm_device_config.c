// SPDX-License-Identifier: LGPL-2.1-only
/*
 * device_config: what lvmoiscsi takes is taken, every mistake gets its code.
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

#include "base/log.h"
#include "sm/sr_type.h"
#include "sm/device_config.h"
#include "iscsi/target.h"

static struct device_config_defaults host_says = {
	.type = &sr_type_iscsi,
	.initiator = INITIATOR_LIBISCSI,
	.initiator_name_file = "/does/not/exist",
};

/* A complete config, each key changed or left out (NULL) by `changes`, a list
 * of keys and values that ends with NULL. */
static int read_with(const char *const *changes, struct device_config *out,
		     struct error *err)
{
	static const char *const base[] = {
		"target",   "10.0.0.1", "targetIQN", "iqn.2001:t",
		"SCSIid",   "3600a",	"localIQN",  "iqn.me",
		"SRmaster", "true",	NULL,
	};
	json_t *map = json_object();
	int rc;

	for (int pass = 0; pass < 2; pass++) {
		for (const char *const *p = pass ? changes : base; *p; p += 2) {
			bool replaced = false;

			for (const char *const *q = changes; pass == 0 && *q;
			     q += 2)
				replaced |= strcmp(*p, *q) == 0;
			if (replaced || !p[1])
				continue;
			json_object_set_new(map, p[0], json_string(p[1]));
		}
	}
	rc = device_config_read(map, &host_says, out, err);
	json_decref(map);
	return rc;
}

#define CHANGES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void refused_changes(const char *const *changes, enum error_code code,
			    const char *words)
{
	struct device_config config = { .scsi_id = NULL };
	struct error err = { 0 };

	assert_int_equal(read_with(changes, &config, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not name '%s'", err.text, words);
	assert_null(config.target.portals);
}
#define refused(code, words, ...) \
	refused_changes(CHANGES(__VA_ARGS__), code, words)

static struct device_config accepted_changes(const char *const *changes)
{
	struct device_config config = { 0 };
	struct error err = { 0 };

	if (read_with(changes, &config, &err))
		fail_msg("%s", err.text);
	return config;
}
#define accepted(...) accepted_changes(CHANGES(__VA_ARGS__))

static void portal_is(const struct device_config *config, unsigned i,
		      const char *host, uint16_t port)
{
	assert_true(i < config->target.portal_count);
	assert_string_equal(config->target.portals[i].host, host);
	assert_int_equal(config->target.portals[i].port, port);
}

static void takes_a_plain_config(void **state)
{
	struct device_config c = accepted("resign", "true");
	struct error err = { 0 };

	(void)state;
	assert_int_equal(c.target.portal_count, 1);
	portal_is(&c, 0, "10.0.0.1", 3260);
	assert_string_equal(c.target.iqn, "iqn.2001:t");
	assert_string_equal(c.target.initiator, "iqn.me");
	assert_null(c.target.chap_user);
	assert_null(c.target.incoming_user);
	assert_string_equal(c.scsi_id, "3600a");
	assert_int_equal(c.initiator, INITIATOR_LIBISCSI);
	assert_false(c.choices.drop_snapshots);
	assert_int_equal(device_config_require_lun(&c, &err), 0);
	device_config_free(&c);
	assert_null(c.scsi_id);
}

static void requires_target_and_lun(void **state)
{
	struct device_config c;
	struct error err = { 0 };

	(void)state;
	refused(ERROR_NO_TARGET, "target", "target", NULL);
	refused(ERROR_NO_TARGET, "target", "target", "");
	c = accepted("targetIQN", "", "SCSIid", "");
	assert_int_equal(device_config_require_lun(&c, &err), -1);
	assert_int_equal(err.code, ERROR_NO_TARGET_IQN);
	device_config_free(&c);
	c = accepted("SCSIid", "");
	assert_int_equal(device_config_require_lun(&c, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SCSIID);
	device_config_free(&c);
	c = accepted("SCSIid", NULL);
	assert_int_equal(device_config_require_lun(&c, &err), -1);
	device_config_free(&c);
}

static void takes_hosts_of_every_kind(void **state)
{
	struct device_config c = accepted(
		"target",
		"10.0.0.1, san-1.example.com,[fe80::1%eth0],2001:db8::2,"
		"10.0.0.1",
		"port", " 3261 ");

	(void)state;
	assert_int_equal(c.target.portal_count, 4);
	portal_is(&c, 0, "10.0.0.1", 3261);
	portal_is(&c, 1, "san-1.example.com", 3261);
	portal_is(&c, 2, "fe80::1%eth0", 3261);
	portal_is(&c, 3, "2001:db8::2", 3261);
	device_config_free(&c);
}

static void refuses_what_is_no_host(void **state)
{
	(void)state;
	refused(ERROR_RESOLVE, "key port", "target", "10.0.0.1:3260");
	refused(ERROR_RESOLVE, "key port", "target", "[::1]:3260");
	refused(ERROR_RESOLVE, "'[zz]'", "target", "[zz]");
	refused(ERROR_RESOLVE, "empty", "target", "10.0.0.1,");
	refused(ERROR_RESOLVE, "empty", "target", " ");
	refused(ERROR_RESOLVE, "target", "target", "[");
	refused(ERROR_RESOLVE, "target", "target", "[]");
	refused(ERROR_RESOLVE, "target", "target", "-oProxy");
	refused(ERROR_RESOLVE, "target", "target", "a b");
	refused(ERROR_RESOLVE, "target", "target", "a\nb");
	refused(ERROR_RESOLVE, "target", "target", "::1%");
	refused(ERROR_RESOLVE, "target", "target", "::1%a/b");
}

static void limits_the_portals(void **state)
{
	char list[PORTALS_MAX * 5 + 8] = "";
	struct device_config c;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < PORTALS_MAX; i++)
		n += (size_t)sprintf(list + n, "%sh%d", i ? "," : "", i);
	c = accepted("target", list);
	assert_int_equal(c.target.portal_count, PORTALS_MAX);
	device_config_free(&c);
	strcpy(list + n, ",x");
	refused(ERROR_BAD_VALUE, "target", "target", list);
}

static void takes_further_portals(void **state)
{
	struct device_config c =
		accepted("multihomelist",
			 "10.0.0.1:3260,10.0.0.2:3261,[::1]:3262,fe80::2:3263");

	(void)state;
	assert_int_equal(c.target.portal_count, 4);
	portal_is(&c, 1, "10.0.0.2", 3261);
	portal_is(&c, 2, "::1", 3262);
	portal_is(&c, 3, "fe80::2", 3263);
	device_config_free(&c);
	refused(ERROR_BAD_VALUE, "multihomelist", "multihomelist", "10.0.0.2");
	refused(ERROR_BAD_VALUE, "multihomelist", "multihomelist", ":3260");
	refused(ERROR_BAD_PORT, "multihomelist", "multihomelist", "10.0.0.2:x");
	refused(ERROR_RESOLVE, "multihomelist", "multihomelist", "a b:3260");
}

static void checks_the_port(void **state)
{
	static const char *const bad[] = {
		"0",  "65536", "-1", "+1",  "x",
		"1x", "1 2",   " ",  "0x1", "99999999999999999999"
	};
	struct device_config c = accepted("port", "");

	(void)state;
	portal_is(&c, 0, "10.0.0.1", 3260);
	device_config_free(&c);
	c = accepted("port", "65535");
	portal_is(&c, 0, "10.0.0.1", 65535);
	device_config_free(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(ERROR_BAD_PORT, "port", "port", bad[i]);
}

static void takes_chap_both_ways(void **state)
{
	struct device_config c = accepted("chapuser", "u", "chappassword", "p",
					  "incoming_chapuser", "iu",
					  "incoming_chappassword", "ip");

	(void)state;
	assert_string_equal(c.target.chap_user, "u");
	assert_string_equal(c.target.chap_password, "p");
	assert_string_equal(c.target.incoming_user, "iu");
	assert_string_equal(c.target.incoming_password, "ip");
	device_config_free(&c);
	c = accepted("chapuser", "", "chappassword", "");
	assert_null(c.target.chap_user);
	assert_null(c.target.chap_password);
	device_config_free(&c);
}

static void refuses_half_of_chap(void **state)
{
	char long_text[257];

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	long_text[256] = '\0';
	refused(ERROR_BAD_VALUE, "chappassword is missing", "chapuser", "u");
	refused(ERROR_BAD_VALUE, "chapuser is missing", "chappassword", "p");
	refused(ERROR_BAD_VALUE, "incoming_chappassword is missing", "chapuser",
		"u", "chappassword", "p", "incoming_chapuser", "i");
	refused(ERROR_BAD_VALUE, "needs chapuser", "incoming_chapuser", "u",
		"incoming_chappassword", "p");
	refused(ERROR_BAD_VALUE, "chappassword", "chapuser", "u",
		"chappassword", long_text);
	refused(ERROR_BAD_VALUE, "chapuser", "chapuser", "u\n", "chappassword",
		"p");
	refused(ERROR_NO_SECRET, "chappassword_secret", "chapuser", "u",
		"chappassword_secret", "s");
	refused(ERROR_NO_SECRET, "incoming_chappassword_secret",
		"incoming_chappassword_secret", "s");
}

/* Secrets "s1", "s2" …; the password says which it was; "s0" is empty. */
static int tell_secret(void *context, const char *uuid, char **out,
		       struct error *err)
{
	unsigned *asked = context;

	if (uuid[0] != 's')
		return error_set(err, ERROR_NO_SECRET, "no secret '%s'", uuid);
	++*asked;
	if (strcmp(uuid, "s0") == 0)
		*out = strdup("");
	else
		assert_int_not_equal(asprintf(out, "password of %s", uuid), -1);
	assert_non_null(*out);
	return 0;
}

static void takes_secrets(void **state)
{
	struct device_config c;
	unsigned asked = 0;

	(void)state;
	host_says.read_secret = tell_secret;
	host_says.context = &asked;
	c = accepted("chapuser", "u", "chappassword_secret", "s1",
		     "incoming_chapuser", "i", "incoming_chappassword_secret",
		     "s2");
	assert_string_equal(c.target.chap_password, "password of s1");
	assert_string_equal(c.target.incoming_password, "password of s2");
	device_config_free(&c);
	c = accepted("chapuser", "u", "chappassword_secret", "s1",
		     "chappassword", "p");
	assert_string_equal(c.target.chap_password, "password of s1");
	device_config_free(&c);
	assert_int_equal(asked, 3);
	c = accepted("chapuser", "", "chappassword_secret", "s0");
	assert_null(c.target.chap_user);
	assert_null(c.target.chap_password);
	device_config_free(&c);
	refused(ERROR_BAD_VALUE, "chappassword is missing", "chapuser", "u",
		"chappassword_secret", "s0");
	refused(ERROR_BAD_VALUE, "chapuser is missing", "chappassword_secret",
		"s1");
	refused(ERROR_NO_SECRET, "chappassword_secret: no secret 'x'",
		"chapuser", "u", "chappassword_secret", "x");
	refused(ERROR_NO_SECRET, "incoming_chappassword_secret: no secret ''",
		"chapuser", "u", "chappassword", "p", "incoming_chapuser", "i",
		"incoming_chappassword_secret", "");
	host_says.read_secret = NULL;
}

static void finds_the_initiator_name(void **state)
{
	json_t *map = json_pack("{s:s}", "target", "a");
	char path[] = "/tmp/test_sm_device_config.XXXXXX";
	struct device_config_defaults defaults = {
		.type = &sr_type_iscsi,
		.initiator_name_file = path,
	};
	struct device_config c;
	struct error err = { 0 };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "InitiatorName=iqn.host\n", 23), 23);
	close(fd);
	assert_int_equal(device_config_read(map, &defaults, &c, &err), 0);
	assert_string_equal(c.target.initiator, "iqn.host");
	device_config_free(&c);
	unlink(path);
	defaults.initiator_name = "iqn.pool";
	assert_int_equal(device_config_read(map, &defaults, &c, &err), 0);
	assert_string_equal(c.target.initiator, "iqn.pool");
	device_config_free(&c);
	defaults.initiator_name = "iqn pool";
	assert_int_equal(device_config_read(map, &defaults, &c, &err), -1);
	assert_non_null(strstr(err.text, "iscsi_iqn: 'iqn pool'"));
	defaults.initiator_name = NULL;
	assert_int_equal(device_config_read(map, &defaults, &c, &err), -1);
	assert_int_equal(err.code, ERROR_NO_INITIATOR);
	json_decref(map);

	refused(ERROR_NO_INITIATOR, "localIQN", "localIQN", NULL);
	refused(ERROR_NO_INITIATOR, "localIQN", "localIQN", "");
	refused(ERROR_NO_INITIATOR, "localIQN", "localIQN", "iqn me");
}

static void takes_the_choices(void **state)
{
	struct device_config c =
		accepted("snapshots", "drop", "initiator", "open-iscsi");

	(void)state;
	assert_true(c.choices.drop_snapshots);
	assert_int_equal(c.initiator, INITIATOR_OPEN_ISCSI);
	device_config_free(&c);
	c = accepted("snapshots", "keep", "initiator", "");
	assert_false(c.choices.drop_snapshots);
	device_config_free(&c);
	refused(ERROR_BAD_VALUE, "keep, drop", "snapshots", "Drop");
	refused(ERROR_BAD_VALUE, "can be: libiscsi, open-iscsi", "initiator",
		"kernel");
}

static void checks_the_names_of_target_and_lun(void **state)
{
	struct device_config c = accepted("SCSIid", "SQEMU_HARD:1.2_(x)");
	char long_id[600];

	(void)state;
	assert_string_equal(c.scsi_id, "SQEMU_HARD:1.2_(x)");
	device_config_free(&c);
	memset(long_id, '3', sizeof(long_id));
	long_id[sizeof(long_id) - 1] = '\0';
	refused(ERROR_NO_SCSIID, "SCSIid", "SCSIid", long_id);
	refused(ERROR_NO_SCSIID, "SCSIid", "SCSIid", "../3600a");
	refused(ERROR_NO_SCSIID, "SCSIid", "SCSIid", "..");
	refused(ERROR_NO_SCSIID, "SCSIid", "SCSIid", "3600/a");
	refused(ERROR_NO_SCSIID, "SCSIid", "SCSIid", "3600 a");
	refused(ERROR_NO_TARGET_IQN, "targetIQN", "targetIQN", "iqn.a\nb");
}

static void session_is(const struct device_config *config, size_t i,
		       const char *iqn, const char *host, uint16_t port)
{
	assert_true(i < config->sessions.count);
	assert_string_equal(config->sessions.items[i].iqn, iqn);
	assert_string_equal(config->sessions.items[i].portal.host, host);
	assert_int_equal(config->sessions.items[i].portal.port, port);
}

static void takes_any_target(void **state)
{
	struct device_config c = accepted("target", "10.0.0.1,10.0.0.2",
					  "targetIQN", "*", "port", "3261");
	struct error err = { 0 };

	(void)state;
	assert_true(c.any_target);
	assert_null(c.target.iqn);
	assert_string_equal(c.targets, "10.0.0.1,10.0.0.2");
	assert_int_equal(c.port, 3261);
	assert_int_equal(c.sessions.count, 0);
	assert_int_equal(device_config_require_lun(&c, &err), -1);
	device_config_free(&c);

	c = accepted("targetIQN", "*", "multiSession",
		     "10.0.0.1,3260,iqn.a|[fe80::1],3261,iqn.b||"
		     "10.0.0.1,3260,iqn.a|san,860,iqn.a|");
	assert_int_equal(c.sessions.count, 3);
	session_is(&c, 0, "iqn.a", "10.0.0.1", 3260);
	session_is(&c, 1, "iqn.b", "fe80::1", 3261);
	session_is(&c, 2, "iqn.a", "san", 860);
	device_config_free(&c);
	c = accepted("multiSession", "10.0.0.1,3260,iqn.a|");
	assert_false(c.any_target);
	device_config_free(&c);

	refused(ERROR_BAD_VALUE, "multiSession", "multiSession", "10.0.0.1");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession",
		"10.0.0.1,iqn.a");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession",
		"10.0.0.1,3260,iqn.a,x");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession",
		"10.0.0.1,3260,iqn.a b");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession",
		"-x,3260,iqn.a");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession", ",3260,iqn.a");
	refused(ERROR_BAD_VALUE, "multiSession", "multiSession", "[,3260,i");
	refused(ERROR_BAD_PORT, "multiSession", "multiSession",
		"10.0.0.1,0,iqn.a");
}

static void checks_in_lvmoiscsis_order(void **state)
{
	(void)state;
	refused(ERROR_NO_TARGET, "target", "target", "", "localIQN", "", "port",
		"0");
	refused(ERROR_NO_INITIATOR, "localIQN", "localIQN", "", "port", "0",
		"chappassword_secret", "s");
	refused(ERROR_NO_SECRET, "secret", "port", "0", "chappassword_secret",
		"s", "targetIQN", "a b");
	refused(ERROR_BAD_PORT, "port", "port", "0", "targetIQN", "a b",
		"SCSIid", "/");
	refused(ERROR_NO_TARGET_IQN, "targetIQN", "targetIQN", "a b", "SCSIid",
		"/");
}

static char logged[1024];

static void remember(int level, const char *line)
{
	(void)level;
	strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
}

static void logs_unknown_keys_without_values(void **state)
{
	struct device_config c;

	(void)state;
	log_to(remember, LOG_DEBUG);
	c = accepted("colour", "SECRET", "chapuser", "u", "chappassword",
		     "HUSH");
	log_to(NULL, LOG_DEBUG);
	device_config_free(&c);
	assert_non_null(strstr(logged, "colour"));
	assert_null(strstr(logged, "SECRET"));
	assert_null(strstr(logged, "HUSH"));
	assert_null(strstr(logged, "SRmaster"));
}

static void describes_every_key_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_key_count; i++) {
		assert_true(config_key_known(config_keys[i].name,
					     config_keys[i].types));
		assert_true(strlen(config_keys[i].description) > 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(config_keys[i].name,
						config_keys[j].name);
	}
	assert_false(config_key_known("colour", CONFIG_BOTH));
}

/* Without target or initiator; a device in place of the SCSIid. */
static void takes_a_lun_by_hba(void **state)
{
	struct device_config c;
	struct error err = { 0 };

	(void)state;
	host_says.type = &sr_type_hba;
	c = accepted("target", NULL, "targetIQN", NULL, "localIQN", NULL,
		     "device", "");
	assert_int_equal(device_config_require_lun(&c, &err), 0);
	assert_string_equal(c.scsi_id, "3600a");
	assert_null(c.device);
	assert_false(c.rescan);
	device_config_free(&c);
	c = accepted("SCSIid", "", "device", "/dev/sda", "rescan", "true");
	assert_int_equal(device_config_require_lun(&c, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SCSIID);
	assert_string_equal(c.device, "/dev/sda");
	assert_true(c.rescan);
	device_config_free(&c);
	refused(ERROR_NO_PATH_GIVEN, "device", "SCSIid", NULL, "device", "");
	refused(ERROR_BAD_PATH, "'sda'", "SCSIid", NULL, "device", "sda");
	refused(ERROR_BAD_VALUE, "rescan", "rescan", "yes");
	refused(ERROR_BAD_VALUE, "snapshots", "snapshots", "no");
	host_says.type = &sr_type_iscsi;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_lun_by_hba),
		cmocka_unit_test(takes_a_plain_config),
		cmocka_unit_test(requires_target_and_lun),
		cmocka_unit_test(takes_hosts_of_every_kind),
		cmocka_unit_test(refuses_what_is_no_host),
		cmocka_unit_test(limits_the_portals),
		cmocka_unit_test(takes_further_portals),
		cmocka_unit_test(checks_the_port),
		cmocka_unit_test(takes_chap_both_ways),
		cmocka_unit_test(takes_secrets),
		cmocka_unit_test(refuses_half_of_chap),
		cmocka_unit_test(finds_the_initiator_name),
		cmocka_unit_test(takes_the_choices),
		cmocka_unit_test(checks_the_names_of_target_and_lun),
		cmocka_unit_test(takes_any_target),
		cmocka_unit_test(checks_in_lvmoiscsis_order),
		cmocka_unit_test(logs_unknown_keys_without_values),
		cmocka_unit_test(describes_every_key_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
