// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Calls over a real socket: a thread takes each call and gives the next answer
 * of a script.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "xapi/guard.h"
#include "xapi/host.h"
#include "xapi/progress.h"
#include "xapi/secret.h"

#define SESSION "OpaqueRef:session-secret"

#define ANSWER(members)                                          \
	"<methodResponse><params><param><value><struct>" members \
	"</struct></value></param></params></methodResponse>"
#define MEMBER(name, value) \
	"<member><name>" name "</name><value>" value "</value></member>"
#define SUCCESS(value) \
	ANSWER(MEMBER("Status", "Success") MEMBER("Value", value))
#define STRUCT(members) "<struct>" members "</struct>"
#define FAILURE(code, parameter)                                              \
	ANSWER(MEMBER("Status", "Failure")                                    \
		       MEMBER("ErrorDescription", "<array><data><value>" code \
						  "</value><value>" parameter \
						  "</value></data></array>"))
#define UUID_INVALID FAILURE("UUID_INVALID", "VDI")

struct step {
	const char *call;   /* that the call must hold; NULL: end of script */
	const char *answer; /* its body */
	const char *raw;    /* or all of it, which need not be HTTP */
	int pause_ms;	    /* after each byte */
};

static struct {
	char folder[32], socket[64];
	int listener;
	const struct step *script;
	pthread_t thread;
	char unexpected[256]; /* the first call that was not in the script */
	unsigned answered;
} server;

static void pause_for(int ms)
{
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&pause, NULL);
}

/* Reads a whole call; it ends as every methodCall does. */
static void read_call(int fd, char *call, size_t size)
{
	size_t len = 0;

	call[0] = '\0';
	while (len < size - 1 && !strstr(call, "</methodCall>")) {
		ssize_t n = read(fd, call + len, size - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
		call[len] = '\0';
	}
}

static void send_answer(int fd, const struct step *step)
{
	char head[128] = "";
	const char *body = step->raw ? step->raw : step->answer;
	size_t len = strlen(body);

	if (!step->raw)
		snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nconnection: close\r\n"
			 "content-length: %zu\r\n\r\n",
			 len);
	send(fd, head, strlen(head), MSG_NOSIGNAL);
	if (!step->pause_ms) {
		send(fd, body, len, MSG_NOSIGNAL);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (send(fd, body + i, 1, MSG_NOSIGNAL) != 1)
			return;
		pause_for(step->pause_ms);
	}
}

static void *serve(void *unused)
{
	static char call[65536];

	(void)unused;
	for (const struct step *step = server.script; step->call; step++) {
		int fd = accept(server.listener, NULL, NULL);

		if (fd < 0)
			break;
		read_call(fd, call, sizeof(call));
		if (!strstr(call, step->call) || !strstr(call, SESSION) ||
		    strncmp(call, "POST / HTTP/1.1\r\n", 17) != 0)
			snprintf(server.unexpected, sizeof(server.unexpected),
				 "not %.40s: %.150s", step->call,
				 strstr(call, "\r\n\r\n"));
		send_answer(fd, step);
		server.answered++;
		close(fd);
	}
	return NULL;
}

static void start(const struct step *script)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(&server, 0, sizeof(server));
	strcpy(server.folder, "/tmp/xapi.XXXXXX");
	assert_non_null(mkdtemp(server.folder));
	snprintf(server.socket, sizeof(server.socket), "%s/xapi",
		 server.folder);
	strcpy(address.sun_path, server.socket);
	server.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(server.listener, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(server.listener, 5), 0);
	server.script = script;
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

/* Ends the server, which must have seen the whole script and nothing else. */
static void finish(void)
{
	unsigned steps = 0;

	shutdown(server.listener, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.listener);
	unlink(server.socket);
	rmdir(server.folder);
	if (server.unexpected[0])
		fail_msg("%s", server.unexpected);
	while (server.script[steps].call)
		steps++;
	assert_int_equal(server.answered, steps);
}

static struct xapi *opened(int timeout_ms, bool (*stop)(void))
{
	const struct xapi_options options = {
		.socket = server.socket,
		.session_ref = SESSION,
		.timeout_ms = timeout_ms,
		.stop = stop,
	};
	struct xapi *xapi;
	struct error err;

	if (xapi_open(&options, &xapi, &err))
		fail_msg("%s", err.text);
	return xapi;
}

/* A read of the host's settings that must fail in these words. */
static void host_fails(const struct step *script, int timeout_ms,
		       bool (*stop)(void), enum error_code code,
		       const char *words)
{
	struct xapi_host host = { 0 };
	struct error err = { 0 };
	struct xapi *xapi;

	start(script);
	xapi = opened(timeout_ms, stop);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' in '%s'", words, err.text);
	assert_null(strstr(err.text, "secret"));
	assert_null(host.initiator_name);
	xapi_close(xapi);
	finish();
}

static void reads_a_host(void **state)
{
	const struct step script[] = {
		{ .call = "<methodName>host.get_other_config</methodName>",
		  .answer = SUCCESS(STRUCT(MEMBER("iscsi_iqn", "iqn.x") MEMBER(
			  "other", "<nil/>") MEMBER("multipathing", "true"))) },
		{ .call = "host.get_other_config",
		  .raw = "HTTP/1.1 200 OK\r\n"
			 "Transfer-Encoding: chunked\r\n\r\n"
			 "5f\r\n<methodResponse><params><param><value><struct>"
			 "<member><name>Status</name><value>Success</value>"
			 "\r\n6f\r\n"
			 "</member><member><name>Value</name><value><struct/>"
			 "</value></member></struct></value></param></params>"
			 "</methodR\r\n7\r\nesponse\r\n1\r\n>\r\n0\r\n\r\n",
		  .pause_ms = 1 },
		{ 0 },
	};
	struct xapi_host host;
	struct error err;
	struct xapi *xapi;

	(void)state;
	start(script);
	xapi = opened(5000, NULL);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	assert_string_equal(host.initiator_name, "iqn.x");
	assert_true(host.multipathing);
	xapi_host_free(&host);
	if (xapi_host_read(xapi, "h", &host, &err))
		fail_msg("%s", err.text);
	assert_null(host.initiator_name);
	assert_false(host.multipathing);
	xapi_host_free(&host);
	xapi_close(xapi);
	finish();
}

static bool stop_now(void)
{
	return true;
}

static void gives_up(void **state)
{
	const struct step dead_session[] = {
		{ .call = "host.",
		  .answer = FAILURE("SESSION_INVALID", SESSION) },
		{ 0 },
	};
	const struct step cut[] = {
		{ .call = "host.",
		  .raw = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<m" },
		{ 0 },
	};
	const struct step silent[] = {
		{ .call = "host.", .raw = "" },
		{ 0 },
	};
	const struct step slow[] = {
		{ .call = "host.", .answer = SUCCESS("x"), .pause_ms = 20 },
		{ 0 },
	};
	const struct step not_a_struct[] = {
		{ .call = "host.", .answer = SUCCESS("x") },
		{ 0 },
	};

	(void)state;
	host_fails(dead_session, 5000, NULL, ERROR_XAPI,
		   "host.get_other_config: xapi says SESSION_INVALID");
	host_fails(cut, 5000, NULL, ERROR_XAPI, "ends in the middle");
	host_fails(silent, 5000, NULL, ERROR_XAPI, "ends in the middle");
	host_fails(slow, 100, NULL, ERROR_XAPI, "not answered within");
	host_fails(slow, 5000, stop_now, ERROR_INTERRUPTED, "asked to stop");
	host_fails(not_a_struct, 5000, NULL, ERROR_XAPI, "not STRUCT");
}

static void nobody_is_there(void **state)
{
	const struct xapi_options no_session = { .socket = "/nowhere" };
	const struct step none[] = { { 0 } };
	struct xapi_host host;
	struct xapi *xapi;
	struct error err;

	(void)state;
	assert_int_equal(xapi_open(&no_session, &xapi, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);

	start(none);
	xapi = opened(1000, NULL);
	finish();
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	assert_non_null(strstr(err.text, "No such file"));
	xapi_close(xapi);
}

#define NO_SECRET "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10"

static void reads_a_secret(void **state)
{
	const struct step script[] = {
		{ .call = "secret.get_by_uuid", .answer = SUCCESS("r-1") },
		{ .call = "r-1", .answer = SUCCESS("p&amp;ss") },
		{ .call = NO_SECRET, .answer = UUID_INVALID },
		{ .call = "p4ss", .answer = UUID_INVALID },
		{ .call = "u-3", .answer = SUCCESS("r-3") },
		{ .call = "r-3", .answer = FAILURE("HANDLE_INVALID", "x") },
		{ .call = "u-4", .answer = SUCCESS("r-4") },
		{ .call = "r-4", .answer = SUCCESS("\xf0\x9f\x98\x80") },
		{ 0 },
	};
	struct xapi *xapi;
	struct error err;
	char *text = NULL;

	(void)state;
	start(script);
	xapi = opened(5000, NULL);
	assert_int_equal(xapi_secret_read(xapi, "u-1", &text, &err), 0);
	assert_string_equal(text, "p&ss");
	free(text);
	assert_int_equal(xapi_secret_read(xapi, NO_SECRET, &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_non_null(strstr(err.text, NO_SECRET));
	/* a password in the wrong place */
	assert_int_equal(xapi_secret_read(xapi, "p4ss", &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_null(strstr(err.text, "p4ss"));
	assert_int_equal(xapi_secret_read(xapi, "u-3", &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_int_equal(xapi_secret_read(xapi, "u-4", &text, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	assert_non_null(strstr(err.text, "U+FFFF"));
	xapi_close(xapi);
	finish();
}

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

static int guard(const struct step *script, const char *own, struct error *err)
{
	const struct uuid old_sr = uuid_of(OLD_SR), new_sr = uuid_of(NEW_SR);
	const struct uuid vdis[] = { uuid_of(VDI_1), uuid_of(VDI_2) };
	const struct xapi_guard question = {
		.scsi_id = "3600a",
		.own_sr_ref = own,
		.old_sr = &old_sr,
		.new_sr = &new_sr,
		.new_vdis = vdis,
		.new_vdi_count = 2,
	};
	struct xapi *xapi;
	int rc;

	start(script);
	xapi = opened(5000, NULL);
	rc = xapi_guard(xapi, &question, err);
	xapi_close(xapi);
	finish();
	return rc;
}

static void guards_let_a_clone_pass(void **state)
{
	const struct step script[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p1", "own", "3600a", "0") PBD(
			  "p2", "A", "3600b", "1"))) },
		{ .call = VDI_1, .answer = UUID_INVALID },
		{ .call = "VDI.get_by_uuid", .answer = UUID_INVALID },
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
	const struct step made_meanwhile[] = {
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
		{ .call = "VDI.get_by_uuid", .answer = UUID_INVALID },
		{ .call = "VDI.get_by_uuid", .answer = UUID_INVALID },
		{ 0 },
	};
	struct error err;

	(void)state;
	if (guard(made_meanwhile, "own", &err))
		fail_msg("%s", err.text);
}

static void guards_refuse(const struct step *script, const char *own,
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
	const struct step attached[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600A", "1"))) },
		{ .call = "host.get_name_label", .answer = SUCCESS("xs1") },
		{ 0 },
	};
	const struct step nameless[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600a", "1"))) },
		{ .call = "h-1", .answer = FAILURE("HANDLE_INVALID", "h") },
		{ 0 },
	};
	const struct step recorded[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600a", "0"))) },
		{ 0 },
	};
	const struct step clone[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ 0 },
	};
	const struct step taken[] = {
		{ .call = "SR.get_all_records", .answer = SRS },
		{ .call = "PBD.get_all_records",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ .call = VDI_1, .answer = UUID_INVALID },
		{ .call = VDI_2, .answer = SUCCESS("vdi-ref") },
		{ 0 },
	};

	(void)state;
	guards_refuse(attached, "own", ERROR_IN_USE,
		      "attached as SR 'A' (" OLD_SR ") on host 'xs1'");
	guards_refuse(nameless, "own", ERROR_IN_USE, "on host 'h-1'");
	guards_refuse(recorded, "own", ERROR_IN_USE, "no clone but the LUN of");
	guards_refuse(clone, NULL, ERROR_IN_USE, "new SR uuid");
	guards_refuse(clone, "other", ERROR_IN_USE, "new SR uuid");
	guards_refuse(taken, "own", ERROR_IN_USE, "new VDI uuid " VDI_2);
}

static void guards_need_an_answer(void **state)
{
	const struct step no_srs[] = {
		{ .call = "SR.", .answer = FAILURE("INTERNAL_ERROR", "x") },
		{ 0 },
	};
	const struct step no_pbds[] = {
		{ .call = "SR.", .answer = SRS },
		{ .call = "PBD.", .answer = SUCCESS("<array><data/></array>") },
		{ 0 },
	};
	const struct step no_vdis[] = {
		{ .call = "SR.", .answer = SRS },
		{ .call = "PBD.",
		  .answer = SUCCESS(STRUCT(PBD("p2", "A", "3600b", "0"))) },
		{ .call = VDI_1, .answer = FAILURE("SESSION_INVALID", "x") },
		{ 0 },
	};

	(void)state;
	guards_refuse(no_srs, "own", ERROR_XAPI, "xapi says INTERNAL_ERROR");
	guards_refuse(no_pbds, "own", ERROR_XAPI, "list of PBDs");
	guards_refuse(no_vdis, "own", ERROR_XAPI, "xapi says SESSION_INVALID");
}

static void reports_progress(void **state)
{
	const struct step script[] = {
		{ .call = "task.create", .answer = SUCCESS("t-1") },
		{ .call = "<double>0.5", .answer = SUCCESS("") },
		{ .call = "success", .answer = SUCCESS("") },
		{ .call = "task.create", .answer = SUCCESS("t-2") },
		{ .call = "task.set_progress",
		  .answer = FAILURE("MESSAGE_METHOD_UNKNOWN", "x") },
		{ 0 },
	};
	struct xapi_progress progress;
	struct xapi *xapi;

	(void)state;
	start(script);
	xapi = opened(5000, NULL);
	xapi_progress_begin(&progress, xapi, "a", "b");
	xapi_progress_set(&progress, 0.001);
	xapi_progress_set(&progress, 0.5);
	xapi_progress_set(&progress, 0.501);
	xapi_progress_end(&progress, true);

	xapi_progress_begin(&progress, xapi, "a", "b");
	xapi_progress_set(&progress, 0.5);
	xapi_progress_set(&progress, 0.75);
	xapi_progress_end(&progress, false);

	xapi_progress_begin(&progress, NULL, "a", "b");
	xapi_progress_set(&progress, 0.5);
	xapi_progress_end(&progress, true);
	xapi_close(xapi);
	finish();
}

static bool logged_a_secret;

static void look_for_secrets(enum log_level level, const char *line)
{
	(void)level;
	if (strstr(line, "session-secret") || strstr(line, "p&ss"))
		logged_a_secret = true;
}

static void logs_no_secret(void **state)
{
	(void)state;
	assert_false(logged_a_secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_host),
		cmocka_unit_test(gives_up),
		cmocka_unit_test(nobody_is_there),
		cmocka_unit_test(reads_a_secret),
		cmocka_unit_test(guards_let_a_clone_pass),
		cmocka_unit_test(guards_ask_again),
		cmocka_unit_test(guards_name_what_is_in_use),
		cmocka_unit_test(guards_need_an_answer),
		cmocka_unit_test(reports_progress),
		cmocka_unit_test(logs_no_secret),
	};

	log_to(look_for_secrets, LOG_LEVEL_DEBUG);
	return cmocka_run_group_tests_name("xapi_call", tests, NULL, NULL);
}
