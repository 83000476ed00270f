// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the guards ask xapi, and what they make of its answers; each rule alone is
 * in test_xapi_guard.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scripted_xapi.h"
#include "xapi/guard.h"
#include "xapi/host.h"

#define SR(ref, uuid, type)                                               \
	MEMBER(ref, STRUCT(MEMBER("uuid", uuid) MEMBER("name_label", ref) \
				   MEMBER("type", type)                   \
					   MEMBER("sm_config", STRUCT(""))))
#define PBD(ref, sr, id, attached)                                        \
	MEMBER(ref, STRUCT(MEMBER("SR", sr) MEMBER("host", "h-1") MEMBER( \
			    "currently_attached",                         \
			    "<boolean>" attached "</boolean>")            \
				   MEMBER("device_config",                \
					  STRUCT(MEMBER("SCSIid", id)))))
#define OLD_SR "11111111-1111-1111-1111-111111111111"
#define NEW_SR "22222222-2222-2222-2222-222222222222"
#define VDI_1  "33333333-3333-3333-3333-333333333333"
#define VDI_2  "44444444-4444-4444-4444-444444444444"
#define SRS                                             \
	SUCCESS(STRUCT(SR("own", NEW_SR, "relvmoiscsi") \
			       SR("A", OLD_SR, "lvmoiscsi")))

static struct uuid uuid_of(const char *text)
{
	struct uuid uuid;

	assert_true(uuid_from_text(text, &uuid));
	return uuid;
}

static int guard(const struct script_step *script, const char *own,
		 struct error *err)
{
	const struct uuid old_sr = uuid_of(OLD_SR), new_sr = uuid_of(NEW_SR);
	const struct uuid vdis[] = { uuid_of(VDI_1), uuid_of(VDI_2) };
	const struct lun_names names = { .all = "3600a" };
	const struct xapi_guard question = {
		.lun = { .names = &names,
			 .own_sr_ref = own,
			 .old_sr = &old_sr },
		.new_sr = &new_sr,
		.new_vdis = vdis,
		.new_vdi_count = 2,
	};
	struct xapi *xapi;
	int rc;

	script_begin(script);
	xapi = script_open(5000);
	rc = xapi_guard(xapi, &question, err);
	xapi_close(xapi);
	script_end();
	return rc;
}

static void guards_let_a_clone_pass(void **state)
{
	const struct script_step script[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p1", "own", "3600a", "0") PBD(
			  "p2", "A", "3600b", "1"))) },
		{ .call = VDI_1, .answer = SUCCESS("<struct/>") },
		{ 0 },
	};
	struct error err;

	(void)state;
	if (guard(script, "own", &err))
		fail_msg("%s", err.text);
}

/* Another call's SR is made between the two questions, with its PBDs: it is
 * asked again, and is one of our own type. */
static void guards_ask_again(void **state)
{
	const struct script_step made_meanwhile[] = {
		{ .call = "SR.get_all_records", .answer = SUCCESS(STRUCT("")) },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p1", "call", "3600a", "0"))) },
		{ .call = "SR.get_all_records",
		  .answer = SUCCESS(STRUCT(MEMBER(
			  "call",
			  STRUCT(MEMBER("uuid", VDI_1) MEMBER("name_label", "x")
					 MEMBER("type", "relvmoiscsi") MEMBER(
						 "sm_config", STRUCT("")))))) },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p1", "call", "3600a", "0"))) },
		{ .call = "VDI.get_all_records_where",
		  .answer = SUCCESS("<struct/>") },
		{ 0 },
	};
	struct error err;

	(void)state;
	if (guard(made_meanwhile, "own", &err))
		fail_msg("%s", err.text);
}

static void guards_refuse(const struct script_step *script, const char *own,
			  enum error_code code, const char *words)
{
	struct error err = { 0 };

	assert_int_equal(guard(script, own, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' in '%s'", words, err.text);
}

static void guards_name_what_is_in_use(void **state)
{
	const struct script_step attached[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600A", "1"))) },
		{ .call = "host.get_name_label", .answer = SUCCESS("xs1") },
		{ 0 },
	};
	const struct script_step nameless[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600a", "1"))) },
		{ .call = "h-1", .answer = FAILURE("HANDLE_INVALID", "h") },
		{ 0 },
	};
	const struct script_step recorded[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600a", "0"))) },
		{ 0 },
	};
#define LOST                                                               \
	{ .call = "SR.get_all_records", .answer = SRS },                   \
	{                                                                  \
		.call = "PBD.get_all_records",                             \
		.answer = SUCCESS(                                         \
			STRUCT(PBD("p2", "OpaqueRef:NULL", "3600a", "0"))) \
	}
	const struct script_step lost[] = { LOST, LOST, LOST, { 0 } };
	const struct script_step clone[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ 0 },
	};
	const struct script_step taken[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ .call = VDI_2,
		  .answer = SUCCESS(
			  STRUCT(MEMBER("r", STRUCT(MEMBER("uuid", VDI_2))))) },
		{ 0 },
	};

	(void)state;
	guards_refuse(attached, "own", ERROR_IN_USE,
		      "attached as SR 'A' (" OLD_SR ") on host 'xs1'");
	guards_refuse(nameless, "own", ERROR_IN_USE, "on host 'h-1'");
	guards_refuse(recorded, "own", ERROR_IN_USE, "no clone but the LUN of");
	guards_refuse(lost, "own", ERROR_IN_USE, "xe pbd-destroy");
	guards_refuse(clone, NULL, ERROR_IN_USE, "new SR uuid");
	guards_refuse(clone, "other", ERROR_IN_USE, "new SR uuid");
	guards_refuse(taken, "own", ERROR_IN_USE, "new VDI uuid " VDI_2);
}

static void guards_need_an_answer(void **state)
{
	const struct script_step no_srs[] = {
		{ .call = "SR.", .answer = FAILURE("HOST_IS_SLAVE", "x") },
		{ 0 },
	};
	const struct script_step no_pbds[] = {
		{ .call = "SR.", .answer = SRS },
		{ .call = "PBD.", .answer = SUCCESS("<array><data/></array>") },
		{ 0 },
	};
	const struct script_step no_vdis[] = {
		{ .call = "SR.", .answer = SRS },
		{ .call = "PBD.",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ .call = VDI_1, .answer = FAILURE("SESSION_INVALID", "x") },
		{ 0 },
	};
	/* Asked for one by one, and what comes is no list, or not of names: a
	 * pool of which nothing is known is none without the LUN. */
	const struct script_step no_list[] = {
		{ .call = "SR.get_all_records",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "\"SR.get_all\"", .json = "{\"result\":{\"A\":1}}" },
		{ 0 },
	};
	const struct script_step no_names[] = {
		{ .call = "SR.get_all_records",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "\"SR.get_all\"", .json = "{\"result\":[17]}" },
		{ 0 },
	};

	(void)state;
	guards_refuse(no_list, "own", ERROR_XAPI, "SR.get_all");
	guards_refuse(no_names, "own", ERROR_XAPI, "SR.get_all");
	guards_refuse(no_srs, "own", ERROR_XAPI, "xapi says HOST_IS_SLAVE");
	guards_refuse(no_pbds, "own", ERROR_XAPI, "list of PBDs");
	guards_refuse(no_vdis, "own", ERROR_XAPI, "xapi says SESSION_INVALID");
}

/* A member of the pool asks its master by XML-RPC, and cannot read one SR's
 * other_config; the rest of that SR can be had. */
static void asks_one_by_one(void **state)
{
	const struct script_step script[] = {
		{ .call = "SR.get_all_records",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "\"SR.get_all\"", .json = "{\"result\":[\"A\"]}" },
		{ .call = "SR.get_uuid",
		  .json = "{\"result\":\"" OLD_SR "\"}" },
		{ .call = "SR.get_name_label",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "SR.get_type", .json = "{\"result\":\"lvmoiscsi\"}" },
		{ .call = "SR.get_sm_config", .json = "{\"result\":{}}" },
		{ .call = "PBD.get_all_records",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "\"PBD.get_all\"",
		  .json = "{\"result\":[\"gone\",\"P\"]}" },
		{ .call = "PBD.get_uuid",
		  .json = "{\"error\":[\"HANDLE_INVALID\",\"PBD\"]}" },
		{ .call = "PBD.get_uuid",
		  .json = "{\"result\":\"" VDI_1 "\"}" },
		{ .call = "PBD.get_SR", .json = "{\"result\":\"A\"}" },
		{ .call = "PBD.get_host", .json = "{\"result\":\"h-1\"}" },
		{ .call = "PBD.get_currently_attached",
		  .json = "{\"result\":false}" },
		{ .call = "PBD.get_device_config",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ 0 },
	};
	struct error err = { 0 };

	(void)state;
	assert_int_equal(guard(script, "own", &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	if (!strstr(err.text, "device_config of PBD " VDI_1) ||
	    !strstr(err.text, "xe pbd-param-remove"))
		fail_msg("%s", err.text);
}

static int ask_hosts(const char *answer, struct error *err)
{
	const struct script_step script[] = {
		{ .call = "host.get_all",
		  .answer = SUCCESS("<array><data><value>h-1</value>"
				    "<value>h-2</value></data></array>") },
		{ .call = "<value><string>h-2</string></value>",
		  .answer = answer },
		{ 0 },
	};
	const struct script_step named[] = {
		script[0],
		script[1],
		{ .call = "host.get_name_label", .answer = SUCCESS("xs2") },
		{ 0 },
	};
	struct xapi *xapi;
	int rc;

	script_begin(err->code ? named : script);
	xapi = script_open(1000);
	rc = xapi_hosts_check(xapi, "h-1", "3600a", err);
	xapi_close(xapi);
	script_end();
	return rc;
}

static void host_refuses(const char *answer, enum error_code code,
			 const char *words)
{
	struct error err = { .code = code };

	assert_int_equal(ask_hosts(answer, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words) || !strstr(err.text, "host 'xs2'"))
		fail_msg("%s", err.text);
}

/* Each but our own; a host that cannot tell is none that does not use it. */
static void asks_the_other_hosts(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(ask_hosts(SUCCESS("{}"), &err), 0);
	assert_int_equal(ask_hosts(FAILURE("HOST_OFFLINE", "h-2"), &err), 0);
	host_refuses(FAILURE("SR_BACKEND_FAILURE_16", ""), ERROR_IN_USE, "16");
	host_refuses(FAILURE("XENAPI_MISSING_PLUGIN", "relvmoiscsi"),
		     ERROR_XAPI, "install the pack there");
	host_refuses(FAILURE("XENAPI_PLUGIN_FAILURE", "non-zero exit"),
		     ERROR_XAPI, "non-zero exit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guards_let_a_clone_pass),
		cmocka_unit_test(guards_ask_again),
		cmocka_unit_test(guards_name_what_is_in_use),
		cmocka_unit_test(guards_need_an_answer),
		cmocka_unit_test(asks_one_by_one),
		cmocka_unit_test(asks_the_other_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
