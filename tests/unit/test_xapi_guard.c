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

#define LUN  "36001405000000000000000000000002"
#define LUN1 "36001405000000000000000000000001"

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

static void append_config(char **at, const char *name, const char *pair)
{
	append(at, "<member><name>%s</name><value><struct>", name);
	if (pair[0]) {
		const char *equals = strchr(pair, '=');

		append(at,
		       "<member><name>%.*s</name><value>%s</value></member>",
		       (int)(equals - pair), pair, equals + 1);
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

typedef int (*reader)(json_t *value, struct records *records,
		      struct error *err);

static int read_xml(char *xml, reader read, struct records *records,
		    struct error *err)
{
	struct xapi_reply reply;
	int rc;

	assert_int_equal(reply_read_xml(xml, strlen(xml), "s", &reply, err), 0);
	rc = read(reply.value, records, err);
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
	assert_int_equal(read_xml(xml, records_read_srs, records, &err), 0);

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
	assert_int_equal(read_xml(xml, records_read_pbds, records, &err), 0);
}

static void judged(const struct sr_line *srs, const struct pbd_line *pbds,
		   const char *old_sr, enum guard_verdict_kind kind,
		   const char *sr)
{
	static const struct lun_names names = { .all = LUN };
	const struct guard_question question = {
		.names = &names,
		.own_sr_ref = "own",
		.old_sr = old_sr,
	};
	struct guard_verdict verdict;
	struct records records;

	read_pool(srs, pbds, &records);
	verdict = guard_judge(&records, &question);
	assert_int_equal(verdict.kind, kind);
	if (sr)
		assert_string_equal(verdict.sr->ref, sr);
	else
		assert_null(verdict.sr);
	records_free(&records);
}

static const struct sr_line pool[] = {
	{ "own", "u-own", "relvmoiscsi", "" },
	{ "call", "u-call", "relvmoiscsi", "" },
	{ "A", "u-a", "lvmoiscsi", "" },
	{ "B", "u-b", "lvmoiscsi", "" },
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
	judged(pool, pbds, "u-a", GUARD_FREE, NULL);
	judged(pool, pbds, "u-of-another-pool", GUARD_FREE, NULL);
	judged(pool, pbds, NULL, GUARD_FREE, NULL);
}

static void attached_is_in_use(void **state)
{
	const struct pbd_line pbds[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN, false },
		{ "A", "h2", "SCSIid=" LUN, true },
		{ 0 },
	};
	const struct pbd_line other_case[] = {
		{ "B", "h2", "SCSIid= 36001405ABCDEF , x", true },
		{ 0 },
	};
	struct records records;

	(void)state;
	judged(pool, pbds, "u-a", GUARD_ATTACHED, "A");
	judged(pool, pbds, NULL, GUARD_ATTACHED, "A");
	read_pool(pool, other_case, &records);
	assert_true(luns_hold(records.pbds[0].luns,
			      &(struct lun_names){ .all = "36001405abcdef" }));
	assert_false(luns_hold(records.pbds[0].luns,
			       &(struct lun_names){ .all = "36001405abcde" }));
	records_free(&records);
}

static void attached_without_a_record_of_its_sr(void **state)
{
	const struct pbd_line pbds[] = {
		{ "gone", "h2", "SCSIid=" LUN, true },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, NULL, GUARD_ATTACHED, NULL);
}

static void detached_but_recorded_is_the_original(void **state)
{
	const struct pbd_line pbds[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN, false },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, "u-a", GUARD_ORIGINAL, "A");
	judged(pool, pbds, "U-A", GUARD_ORIGINAL, "A");
	judged(pool, pbds, "u-b", GUARD_RECORDED, "A");
	judged(pool, pbds, NULL, GUARD_RECORDED, "A");
}

static void other_calls_do_not_count(void **state)
{
	const struct pbd_line pbds[] = {
		OWN,
		{ "call", "h1", "SCSIid=" LUN, false },
		{ "A", "h1", "SCSIid=" LUN1, false },
		{ 0 },
	};

	(void)state;
	judged(pool, pbds, "u-a", GUARD_FREE, NULL);
}

static void without_a_scsi_id_it_may_be_the_original(void **state)
{
	const struct pbd_line by_lun_id[] = {
		OWN,
		{ "A", "h1", "LUNid=3", true },
		{ 0 },
	};
	const struct pbd_line one_of_two[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN1, true },
		{ "A", "h2", "LUNid=3", false },
		{ 0 },
	};
	const struct pbd_line none[] = { OWN, { 0 } };

	(void)state;
	judged(pool, by_lun_id, "u-a", GUARD_UNTOLD, "A");
	judged(pool, one_of_two, "u-a", GUARD_UNTOLD, "A");
	judged(pool, none, "u-a", GUARD_UNTOLD, "A");
	judged(pool, by_lun_id, "u-x", GUARD_FREE, NULL);
}

static void sm_config_tells_where_pbds_do_not(void **state)
{
	struct sr_line srs[] = {
		{ "A", "u-a", "lvmoiscsi", "devserial=scsi-" LUN "," },
		{ 0 },
	};
	const struct pbd_line none[] = { OWN, { 0 } };
	const struct pbd_line moved[] = {
		OWN,
		{ "A", "h1", "SCSIid=" LUN1, false },
		{ 0 },
	};

	(void)state;
	judged(srs, none, "u-a", GUARD_ORIGINAL, "A");
	judged(srs, none, "u-x", GUARD_RECORDED, "A");
	judged(srs, moved, "u-a", GUARD_FREE, NULL);
	srs[0].sm_config = "scsi-" LUN "=x";
	judged(srs, none, "u-a", GUARD_ORIGINAL, "A");
	srs[0].sm_config = "SCSIid=" LUN;
	judged(srs, none, "u-a", GUARD_ORIGINAL, "A");
	srs[0].sm_config = "SCSIid=" LUN1;
	judged(srs, none, "u-a", GUARD_FREE, NULL);
}

static void device_names_tell(void **state)
{
	const struct sr_line srs[] = {
		{ "L", "u-l", "lvm", "" },
		{ 0 },
	};
	struct pbd_line pbds[] = {
		{ "L", "h1", "device=/dev/sdb, /dev/disk/by-id/scsi-" LUN,
		  true },
		{ 0 },
	};

	(void)state;
	judged(srs, pbds, NULL, GUARD_ATTACHED, "L");
	pbds[0].device_config = "device=/dev/sdb";
	judged(srs, pbds, NULL, GUARD_FREE, NULL);
	judged(srs, pbds, "u-l", GUARD_UNTOLD, "L");
	pbds[0].device_config = "device=/dev/disk/by-id/scsi-" LUN "-part3";
	judged(srs, pbds, NULL, GUARD_ATTACHED, "L");
}

/* One LUN has several names, for each of its designators. */
static void device_names_of_other_kinds_tell_nothing(void **state)
{
	const struct sr_line srs[] = {
		{ "L", "u-l", "lvm", "" },
		{ 0 },
	};
	struct pbd_line pbds[] = { { "L", "h1", NULL, true }, { 0 } };

	(void)state;
	pbds[0].device_config = "device=/dev/disk/by-id/scsi-1FreeNAS_disk_0";
	judged(srs, pbds, "u-l", GUARD_UNTOLD, "L");
	pbds[0].device_config = "device=/dev/disk/by-id/scsi-SFreeNAS_disk_0";
	judged(srs, pbds, "u-l", GUARD_UNTOLD, "L");
	pbds[0].device_config = "device=/dev/disk/by-id/scsi-" LUN1 "-part1";
	judged(srs, pbds, "u-l", GUARD_UNTOLD, "L");
	pbds[0].device_config = "device=/dev/disk/by-id/scsi-" LUN1;
	judged(srs, pbds, "u-l", GUARD_FREE, NULL);
	assert_false(luns_tell(LUN1 ",", &(struct lun_names){ .all = "" }));
}

static void refuses_broken_records(void **state)
{
	static const struct {
		reader read;
		const char *value, *words;
	} cases[] = {
		{ records_read_pbds, "<array><data></data></array>", "struct" },
		{ records_read_srs, "x", "struct" },
		{ records_read_pbds,
		  "<struct><member><name>p</name><value>x</value></member>"
		  "</struct>",
		  "struct" },
		{ records_read_pbds,
		  "<struct><member><name>p</name><value><struct></struct>"
		  "</value></member></struct>",
		  "SR is missing" },
		{ records_read_pbds,
		  "<struct><member><name>p</name><value><struct>"
		  "<member><name>SR</name><value>a</value></member>"
		  "<member><name>host</name><value>a</value></member>"
		  "<member><name>currently_attached</name><value>1</value>"
		  "</member></struct></value></member></struct>",
		  "boolean" },
		{ records_read_pbds,
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
		struct records records = { 0 };
		struct error err = { 0 };
		char xml[2048];

		snprintf(xml, sizeof(xml), "%.*s%s%s",
			 (int)(sizeof(head) - 1 - strlen("<struct>")), head,
			 cases[i].value, tail + strlen("</struct>"));
		assert_int_equal(read_xml(xml, cases[i].read, &records, &err),
				 -1);
		assert_int_equal(err.code, ERROR_XAPI);
		if (!strstr(err.text, cases[i].words))
			fail_msg("'%s' in '%s'", cases[i].words, err.text);
		records_free(&records);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_is_free),
		cmocka_unit_test(attached_is_in_use),
		cmocka_unit_test(attached_without_a_record_of_its_sr),
		cmocka_unit_test(detached_but_recorded_is_the_original),
		cmocka_unit_test(other_calls_do_not_count),
		cmocka_unit_test(without_a_scsi_id_it_may_be_the_original),
		cmocka_unit_test(sm_config_tells_where_pbds_do_not),
		cmocka_unit_test(device_names_tell),
		cmocka_unit_test(device_names_of_other_kinds_tell_nothing),
		cmocka_unit_test(refuses_broken_records),
	};

	return cmocka_run_group_tests_name("xapi_guard", tests, NULL, NULL);
}
