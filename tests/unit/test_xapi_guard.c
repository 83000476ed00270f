// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records, and what that means for a LUN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xapi/guard_rules.h"
#include "xapi/reply.h"

#define LUN  "360014050000000000000000000000002"
#define LUN1 "360014050000000000000000000000001"
#define EUI  "20025385f12345678"
#define T10  "1LIO-ORG_disk:2"
#define SN   "SLIO-ORG_disk_2"

#define UUID(digit) "0000000a-0000-4000-8000-00000000000" digit

/* A pool in a few words; each line becomes a record. */
struct sr_line {
	const char *ref, *uuid, *type, *sm_config; /* "key=value" or "" */
};
struct pbd_line {
	const char *sr, *host, *device_config;
	bool attached;
};

static void append(char **at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void append(char **at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*at += vsprintf(*at, fmt, ap);
	va_end(ap);
}

/* "key=value;key=value" or "" */
static void append_config(char **at, const char *name, const char *pairs)
{
	append(at, "<member><name>%s</name><value><struct>", name);
	while (*pairs) {
		const char *equals = strchr(pairs, '=');
		size_t len = strcspn(equals, ";");

		append(at,
		       "<member><name>%.*s</name><value>%.*s</value></member>",
		       (int)(equals - pairs), pairs, (int)len - 1, equals + 1);
		pairs = equals + len + (equals[len] == ';');
	}
	append(at, "</struct></value></member>");
}

static void append_text(char **at, const char *name, const char *value)
{
	append(at, "<member><name>%s</name><value>%s</value></member>", name,
	       value);
}

static const char head[] = "<methodResponse><params><param><value><struct>"
			   "<member><name>Status</name><value>Success</value>"
			   "</member><member><name>Value</name><value><struct>";
static const char tail[] = "</struct></value></member></struct></value>"
			   "</param></params></methodResponse>";

static int read_xml(char *xml, const struct record_class *class, json_t **out,
		    struct error *err)
{
	struct xapi_reply reply;
	int rc;

	assert_int_equal(reply_read_xml(xml, strlen(xml), "s", &reply, err), 0);
	rc = records_read(class, reply.value, out, err);
	reply_free(&reply);
	return rc;
}

static void read_pool(const struct sr_line *srs, const struct pbd_line *pbds,
		      struct records *records)
{
	static char xml[65536];
	struct error err;
	char *at = xml;

	*records = (struct records){ 0 };
	append(&at, "%s", head);
	for (; srs->ref; srs++) {
		append(&at, "<member><name>%s</name><value><struct>", srs->ref);
		append_text(&at, "uuid", srs->uuid);
		append_text(&at, "name_label", srs->ref);
		append_text(&at, "type", srs->type);
		append_config(&at, "sm_config", srs->sm_config);
		append(&at, "</struct></value></member>");
	}
	append(&at, "%s", tail);
	assert_int_equal(read_xml(xml, &record_sr, &records->srs, &err), 0);

	at = xml;
	append(&at, "%s", head);
	for (int i = 0; pbds->sr; pbds++, i++) {
		append(&at, "<member><name>pbd%d</name><value><struct>", i);
		append_text(&at, "SR", pbds->sr);
		append_text(&at, "host", pbds->host);
		append(&at,
		       "<member><name>currently_attached</name><value>"
		       "<boolean>%d</boolean></value></member>",
		       pbds->attached);
		append_config(&at, "device_config", pbds->device_config);
		append(&at, "</struct></value></member>");
	}
	append(&at, "%s", tail);
	assert_int_equal(read_xml(xml, &record_pbd, &records->pbds, &err), 0);
}

static const struct lun_names all_names = { .all = LUN "\0" EUI "\0" T10 "\0" SN
						       "\0" };
static const struct lun_names one_name = { .all = LUN };

static void judged_as(const struct lun_names *names, const struct sr_line *srs,
		      const struct pbd_line *pbds, const char *old_sr,
		      enum lun_owner owner, const char *sr)
{
	struct uuid uuid;
	const struct guard_question question = {
		.names = names,
		.iqn = "iqn.x:t",
		.own_sr_ref = "own",
		.old_sr =
			old_sr && uuid_from_text(old_sr, &uuid) ? &uuid : NULL,
	};
	struct guard_verdict verdict;
	struct records records;

	read_pool(srs, pbds, &records);
	verdict = guard_judge(&records, &question);
	if (verdict.owner != owner)
		fail_msg("'%s' of %s: %s, not %s", pbds->device_config,
			 old_sr ? old_sr : "-", owner_text(verdict.owner),
			 owner_text(owner));
	if (sr)
		assert_string_equal(value_get(verdict.sr, "name_label"), sr);
	else
		assert_null(verdict.sr);
	records_free(&records);
}

static void judged(const struct sr_line *srs, const struct pbd_line *pbds,
		   const char *old_sr, enum lun_owner owner, const char *sr)
{
	judged_as(&one_name, srs, pbds, old_sr, owner, sr);
}

static const struct sr_line pool[] = {
	{ "own", UUID("6"), "relvmoiscsi", "" },
	{ "call", UUID("3"), "relvmoiscsi", "" },
	{ "A", UUID("1"), "lvmoiscsi", "" },
	{ "B", UUID("2"), "lvmoiscsi", "" },
	{ 0 },
};

/* The records of SR.create itself, which any pool has while it runs. */
#define OWN                                       \
	{ "own", "h1", "SCSIid=" LUN, false },    \
	{                                         \
		"own", "h2", "SCSIid=" LUN, false \
	}

static void a_clone_is_free(void **state)
{
	const struct pbd_line pbds[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN1, true },
		{ "B", "h1", "target=10.0.0.1", true },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, UUID("1"), OWNER_CLONE, "A");
	judged(pool, pbds, UUID("9"), OWNER_UNKNOWN, NULL);
	judged(pool, pbds, NULL, OWNER_UNKNOWN, NULL);
	assert_false(owner_refuses(OWNER_CLONE));
	assert_false(owner_refuses(OWNER_UNKNOWN));
	assert_false(owner_refuses(OWNER_NOT_ASKED));
	assert_true(owner_refuses(OWNER_UNTOLD));
}

/* No SR of our types is ever attached; one that is all the same has the LUN. */
static void an_attached_one_of_ours_is_in_the_way(void **state)
{
	struct pbd_line pbds[] = {
		OWN,
		{ "call", "h1", "SCSIid=" LUN, false },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, UUID("9"), OWNER_UNKNOWN, NULL);
	pbds[2].attached = true;
	judged(pool, pbds, UUID("9"), OWNER_OTHER_SR, "call");
}

/* Every way in which a LUN can be on record, attached and detached, by the SR
 * that is on the LUN and by another one. */
static void any_value_that_holds_any_name(void **state)
{
	static const char *const configs[] = {
		"SCSIid=" LUN,
		"SCSIid= 36001405000000000000000000000000A , x",
		"SCSIid=" LUN1 "," LUN,
		"SCSIid=" EUI,
		"SCSIid=20025385F12345678",
		"SCSIid=" T10,
		"SCSIid=" SN,
		"ScsiId=" LUN,
		"device=/dev/mapper/" LUN,
		"device=/dev/disk/by-id/scsi-" LUN,
		"device=/dev/sdb, /dev/disk/by-id/scsi-" LUN "-part3",
		"device=/dev/disk/by-id/dm-uuid-mpath-" LUN,
		"device=/dev/disk/by-id/wwn-0x60014050000000000000000000000002",
		"device=/dev/disk/by-scsid/" LUN "/sdb",
		"device=/dev/disk/by-id/scsi-SLIO-ORG_disk_2",
		"target=10.0.0.1;uri=iscsi:" LUN,
		"scsi-" LUN "=x",
	};
	static const struct lun_names letters = {
		.all = "36001405000000000000000000000000a"
	};
	const size_t n = sizeof(configs) / sizeof(configs[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct lun_names *names = i == 1 ? &letters : &all_names;
		struct pbd_line pbds[] = {
			OWN,
			{ "A", "h1", configs[i], false },
			{ 0 },
		};
		struct sr_line srs[] = {
			pool[0],
			{ "A", UUID("1"), "lvmoiscsi", configs[i] },
			{ 0 },
		};
		const struct pbd_line none[] = { OWN, { 0 } };
		const struct pbd_line moved[] = {
			OWN,
			{ "A", "h1", "SCSIid=" LUN1, false },
			{ 0 },
		};

		judged_as(names, pool, pbds, UUID("1"), OWNER_ORIGINAL, "A");
		judged_as(names, pool, pbds,
			  "0000000A-0000-4000-8000-000000000001",
			  OWNER_ORIGINAL, "A");
		judged_as(names, pool, pbds, UUID("2"), OWNER_OTHER_SR, "A");
		judged_as(names, pool, pbds, NULL, OWNER_OTHER_SR, "A");
		pbds[2].attached = true;
		judged_as(names, pool, pbds, UUID("1"), OWNER_ORIGINAL, "A");
		judged_as(names, pool, pbds, NULL, OWNER_OTHER_SR, "A");
		/* sm_config says as much. */
		judged_as(names, srs, none, UUID("1"), OWNER_ORIGINAL, "A");
		judged_as(names, srs, none, NULL, OWNER_OTHER_SR, "A");
		judged_as(names, srs, moved, UUID("1"), OWNER_ORIGINAL, "A");
	}
}

static void what_is_attached_is_told_first(void **state)
{
	const struct pbd_line pbds[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN, false },
		{ "B", "h2", "device=/dev/mapper/" LUN, true },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, UUID("1"), OWNER_OTHER_SR, "B");
}

static void attached_without_a_record_of_its_sr(void **state)
{
	const struct pbd_line pbds[] = {
		{ "gone", "h2", "SCSIid=" LUN, true },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, NULL, OWNER_OTHER_SR, NULL);
}

static void other_calls_do_not_count(void **state)
{
	/* whatever xapi has in its sm_config */
	const struct sr_line ours[] = {
		{ "own", UUID("6"), "any", "SCSIid=" LUN },
		{ "call", UUID("3"), "relvmoiscsi", "SCSIid=" LUN },
		{ "hba", UUID("4"), "relvmohba", "SCSIid=" LUN },
		{ 0 },
	};
	const struct pbd_line none[] = { { 0 } };
	const struct pbd_line pbds[] = {
		OWN,
		{ "call", "h1", "SCSIid=" LUN, false },
		{ "A", "h1", "SCSIid=" LUN1, false },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, UUID("1"), OWNER_CLONE, "A");
	judged(ours, none, UUID("9"), OWNER_UNKNOWN, NULL);
}

/* LUN-per-VDI: each LUN of the target is a VDI. */
static void an_iscsi_sr_owns_its_target(void **state)
{
	const struct sr_line srs[] = {
		{ "R", UUID("7"), "iscsi", "" },
		{ "W", UUID("6"), "rawiscsi", "" },
		{ "L", UUID("5"), "lvmoiscsi", "" },
		{ 0 },
	};
	struct pbd_line pbds[] = { { "R", "h1", NULL, true }, { 0 } };
	const struct guard_question by_hba = { .names = &one_name };
	struct records records;

	(void)state;
	pbds[0].device_config = "target=10.0.0.1;targetIQN=iqn.X:t";
	judged(srs, pbds, UUID("8"), OWNER_OTHER_SR, "R");
	judged(srs, pbds, NULL, OWNER_OTHER_SR, "R");
	pbds[0].device_config = "target=10.0.0.1;targetIQN=*";
	judged(srs, pbds, NULL, OWNER_OTHER_SR, "R");
	pbds[0].sr = "W";
	judged(srs, pbds, NULL, OWNER_OTHER_SR, "W");
	pbds[0].sr = "R";
	pbds[0].device_config = "target=10.0.0.1;targetIQN=iqn.x:other";
	judged(srs, pbds, NULL, OWNER_UNKNOWN, NULL);
	pbds[0] = (struct pbd_line){ "L", "h1", "targetIQN=iqn.x:t", true };
	judged(srs, pbds, NULL, OWNER_UNKNOWN, NULL);
	/* a PBD without an SR, an SR of one portal, a LUN by HBA */
	pbds[0] = (struct pbd_line){ "gone", "h1", "targetIQN=iqn.x:t", true };
	judged(srs, pbds, NULL, OWNER_UNKNOWN, NULL);
	pbds[0] = (struct pbd_line){ "R", "h1", "target=10.0.0.1", true };
	judged(srs, pbds, NULL, OWNER_UNKNOWN, NULL);
	pbds[0].device_config = "targetIQN=iqn.x:t";
	read_pool(srs, pbds, &records);
	assert_int_equal(guard_judge(&records, &by_hba).owner, OWNER_UNKNOWN);
	records_free(&records);
}

/* Of whichever target, or by HBA. */
static void a_vdi_may_be_a_lun(void **state)
{
	const struct sr_line srs[] = {
		{ "H", UUID("4"), "rawhba", "" },
		{ 0 },
	};
	const struct pbd_line pbds[] = { { "H", "h1", "type=any", true },
					 { 0 } };
	const struct guard_question question = { .names = &all_names };
	struct guard_verdict verdict;
	struct records records;
	struct error err;
	char xml[2048];
	char *at = xml;

	(void)state;
	read_pool(srs, pbds, &records);
	assert_true(sr_has_luns("rawhba"));
	assert_true(sr_has_luns("hba"));
	verdict = guard_judge(&records, &question);
	assert_int_equal(verdict.owner, OWNER_UNKNOWN);

	append(&at, "%s<member><name>v</name><value><struct>", head);
	append_text(&at, "SR", "H");
	append_config(&at, "sm_config", "LUNid=4;SCSIid=" EUI);
	append(&at, "</struct></value></member>%s", tail);
	assert_int_equal(read_xml(xml, &record_vdi, &records.vdis, &err), 0);
	verdict = guard_judge(&records, &question);
	assert_int_equal(verdict.owner, OWNER_OTHER_SR);
	assert_string_equal(value_get(verdict.sr, "name_label"), "H");
	records_free(&records);
}

/* The SR on the LUN is known, but not by a name that this LUN has, or has not,
 * for sure. */
static void nobody_can_tell(void **state)
{
	static const char *const untold[] = {
		"LUNid=3",
		"device=/dev/sdb",
		"device=/dev/disk/by-id/scsi-" LUN1 "-part1",
		"SCSIid=" EUI, /* of a firmware that had no NAA yet */
		"SCSIid=35001405f12345678",
		"SCSIid=" T10,
		"SCSIid=" SN,
		"device=/dev/disk/by-id/scsi-1FreeNAS_disk_0",
		/* an SR on a partition was never one of a whole LUN */
		"device=/dev/disk/by-id/scsi-1FreeNAS_disk_0-part1",
		/* what an admin calls a map, whatever kind it looks like */
		"device=/dev/mapper/SAN1",
		"device=/dev/mapper/1st",
		"device=/dev/mapper/2nd",
		"device=/dev/mapper/SLIO-ORG_disk_\\x2f2",
		"device=/dev/mapper/1abc",
		"device=/dev/mapper/36san00000000000000000000000000a",
	};
	static const char *const told[] = {
		"SCSIid=" LUN1,
		"device=/dev/disk/by-id/scsi-" LUN1,
		"device=/dev/mapper/" LUN1,
		"ScsiId=" LUN1,
	};
	static const char *const all_tell[] = {
		"SCSIid=2ffffffffffffffff",
		"device=/dev/mapper/2ffffffffffffffff",
		"device=/dev/disk/by-scsid/1LIO-ORG_other:2",
		"scsi-" LUN1 "=x",
	};
	struct pbd_line pbds[] = { OWN, { "A", "h1", NULL, true }, { 0 } };
	const struct pbd_line one_of_two[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN1, true },
		{ "A", "h2", "LUNid=3", false },
		{ 0 },
	};
	const struct pbd_line none[] = { OWN, { 0 } };
	struct sr_line srs[] = {
		{ "A", UUID("1"), "lvmoiscsi", "SCSIid=" LUN1 },
		{ 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(untold) / sizeof(untold[0]); i++) {
		pbds[2].device_config = untold[i];
		judged(pool, pbds, UUID("1"), OWNER_UNTOLD, "A");
		if (strstr(untold[i], "/dev/mapper/") ||
		    strstr(untold[i], "-part"))
			judged_as(&all_names, pool, pbds, UUID("1"),
				  OWNER_UNTOLD, "A");
		judged(pool, pbds, UUID("8"), OWNER_UNKNOWN, NULL);
	}
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		pbds[2].device_config = told[i];
		judged(pool, pbds, UUID("1"), OWNER_CLONE, "A");
	}
	/* The same, where the LUN has a name of that kind. */
	for (size_t i = 0; i < sizeof(all_tell) / sizeof(all_tell[0]); i++) {
		pbds[2].device_config = all_tell[i];
		judged_as(&all_names, pool, pbds, UUID("1"), OWNER_CLONE, "A");
	}
	judged(pool, one_of_two, UUID("1"), OWNER_UNTOLD, "A");
	judged(pool, none, UUID("1"), OWNER_UNTOLD, "A");
	judged(srs, none, UUID("1"), OWNER_CLONE, "A");
	judged_as(&(struct lun_names){ .all = "" }, pool, pbds, UUID("1"),
		  OWNER_UNTOLD, "A");
}

static void refuses_broken_records(void **state)
{
	static const struct {
		const struct record_class *class;
		const char *value, *words;
	} cases[] = {
		{ &record_pbd, "<array><data></data></array>", "struct" },
		{ &record_sr, "x", "struct" },
		{ &record_pbd,
		  "<struct><member><name>p</name><value>x</value></member>"
		  "</struct>",
		  "struct" },
		{ &record_pbd,
		  "<struct><member><name>p</name><value><struct></struct>"
		  "</value></member></struct>",
		  "SR is missing" },
		{ &record_pbd,
		  "<struct><member><name>p</name><value><struct>"
		  "<member><name>SR</name><value>a</value></member>"
		  "<member><name>host</name><value>a</value></member>"
		  "<member><name>currently_attached</name><value>1</value>"
		  "</member></struct></value></member></struct>",
		  "boolean" },
		{ &record_pbd,
		  "<struct><member><name>p</name><value><struct>"
		  "<member><name>SR</name><value>a</value></member>"
		  "<member><name>host</name><value>a</value></member>"
		  "<member><name>currently_attached</name><value><boolean>1"
		  "</boolean></value></member>"
		  "<member><name>device_config</name><value><struct><member>"
		  "<name>SCSIid</name><value><int>3</int></value></member>"
		  "</struct></value></member>"
		  "</struct></value></member></struct>",
		  "SCSIid is of type int" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		json_t *read = NULL;
		char xml[2048];

		snprintf(xml, sizeof(xml), "%.*s%s%s",
			 (int)(sizeof(head) - 1 - strlen("<struct>")), head,
			 cases[i].value, tail + strlen("</struct>"));
		assert_int_equal(read_xml(xml, cases[i].class, &read, &err),
				 -1);
		assert_int_equal(err.code, ERROR_XAPI);
		if (!strstr(err.text, cases[i].words))
			fail_msg("'%s' in '%s'", cases[i].words, err.text);
		assert_null(read);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_is_free),
		cmocka_unit_test(an_attached_one_of_ours_is_in_the_way),
		cmocka_unit_test(any_value_that_holds_any_name),
		cmocka_unit_test(what_is_attached_is_told_first),
		cmocka_unit_test(attached_without_a_record_of_its_sr),
		cmocka_unit_test(other_calls_do_not_count),
		cmocka_unit_test(an_iscsi_sr_owns_its_target),
		cmocka_unit_test(a_vdi_may_be_a_lun),
		cmocka_unit_test(nobody_can_tell),
		cmocka_unit_test(refuses_broken_records),
	};

	return cmocka_run_group_tests_name("xapi_guard", tests, NULL, NULL);
}
