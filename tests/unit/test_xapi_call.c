// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Calls over a real socket: a thread takes each call and gives the next answer
 * of a script. An xapi without /jsonrpc says so to the first call, and gets the
 * rest as XML-RPC.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
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
#include "base/stop.h"
#include "xapi/guard.h"
#include "xapi/host.h"
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
	const char *answer; /* its body, or */
	const char *json;   /* the answer of /jsonrpc */
	const char *raw;    /* or all of it, which need not be HTTP */
	int pause_ms;	    /* after each byte */
	bool signals;	    /* this process, before it answers */
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

static bool is_whole(const char *call, size_t len)
{
	const char *end = strstr(call, "\r\n\r\n");
	const char *length = strstr(call, "Content-Length: ");

	return end && length &&
	       len >= (size_t)(end + 4 - call) + strtoul(length + 16, NULL, 10);
}

static void read_call(int fd, char *call, size_t size)
{
	size_t len = 0;

	call[0] = '\0';
	while (len < size - 1 && !is_whole(call, len)) {
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
	const char *body = step->raw	? step->raw
			   : step->json ? step->json
					: step->answer;
	size_t len = strlen(body);

	if (!step->raw)
		snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nconnection: close\r\n"
			 "content-length: %zu\r\n\r\n",
			 len);
	send(fd, head, strlen(head), MSG_NOSIGNAL);
	if (step->signals)
		raise(SIGTERM);
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
	for (const struct step *step = server.script; step->call;) {
		static const char none[] = "HTTP/1.1 404 Not Found\r\n\r\n";
		const char *path = step->json ? "POST /jsonrpc HTTP/1.0\r\n"
					      : "POST / HTTP/1.0\r\n";
		int fd = accept(server.listener, NULL, NULL);

		if (fd < 0)
			break;
		read_call(fd, call, sizeof(call));
		if (!step->json && !step->raw &&
		    strncmp(call, "POST /jsonrpc ", 14) == 0) {
			send(fd, none, strlen(none), MSG_NOSIGNAL);
			close(fd);
			continue;
		}
		if (!strstr(call, step->call) || !strstr(call, SESSION) ||
		    (!step->raw && strncmp(call, path, strlen(path)) != 0))
			snprintf(server.unexpected, sizeof(server.unexpected),
				 "not %.40s: %.150s", step->call,
				 strstr(call, "\r\n\r\n"));
		send_answer(fd, step);
		server.answered++;
		step++;
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

static struct xapi *opened(int timeout_ms)
{
	const struct xapi_options options = {
		.socket = server.socket,
		.session_ref = SESSION,
		.timeout_ms = timeout_ms,
	};
	struct xapi *xapi;
	struct error err;

	if (xapi_open(&options, &xapi, &err))
		fail_msg("%s", err.text);
	return xapi;
}

/* A read of the host's settings that must fail in these words. */
static void host_fails(const struct step *script, int timeout_ms,
		       enum error_code code, const char *words)
{
	struct xapi_host host = { 0 };
	struct error err = { 0 };
	struct xapi *xapi;

	start(script);
	xapi = opened(timeout_ms);
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
		  .answer = SUCCESS("<struct/>"),
		  .pause_ms = 1 },
		{ 0 },
	};
	struct xapi_host host;
	struct error err;
	struct xapi *xapi;

	(void)state;
	start(script);
	xapi = opened(5000);
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
		{ .call = "host.", .raw = SUCCESS("x"), .pause_ms = 20 },
		{ 0 },
	};
	const struct step not_a_struct[] = {
		{ .call = "host.", .answer = SUCCESS("x") },
		{ 0 },
	};

	(void)state;
	host_fails(dead_session, 5000, ERROR_XAPI,
		   "host.get_other_config: xapi says SESSION_INVALID");
	host_fails(cut, 5000, ERROR_XAPI, "ends in the middle");
	host_fails(silent, 5000, ERROR_XAPI, "ends in the middle");
	host_fails(slow, 100, ERROR_XAPI, "not answered within");
	host_fails(not_a_struct, 5000, ERROR_XAPI, "not struct");
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
	xapi = opened(1000);
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
		{ .call = "u-5", .answer = SUCCESS("r-5") },
		{ .call = "r-5", .answer = SUCCESS("<int>1</int>") },
		{ 0 },
	};
	struct xapi *xapi;
	struct error err;
	char *text = NULL;

	(void)state;
	start(script);
	xapi = opened(5000);
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
	assert_int_equal(xapi_secret_read(xapi, "u-4", &text, &err), 0);
	assert_string_equal(text, "\xf0\x9f\x98\x80");
	free(text);
	assert_int_equal(xapi_secret_read(xapi, "u-5", &text, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
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
	const struct lun_names names = { .all = "3600a" };
	const struct xapi_guard question = {
		.names = &names,
		.own_sr_ref = own,
		.old_sr = &old_sr,
		.new_sr = &new_sr,
		.new_vdis = vdis,
		.new_vdi_count = 2,
	};
	struct xapi *xapi;
	int rc;

	start(script);
	xapi = opened(5000);
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
		{ .call = "VDI.get_all_records_where",
		  .answer = SUCCESS("<struct/>") },
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
	guards_refuse(clone, NULL, ERROR_IN_USE, "new SR uuid");
	guards_refuse(clone, "other", ERROR_IN_USE, "new SR uuid");
	guards_refuse(taken, "own", ERROR_IN_USE, "new VDI uuid " VDI_2);
}

static void guards_need_an_answer(void **state)
{
	const struct step no_srs[] = {
		{ .call = "SR.", .answer = FAILURE("HOST_IS_SLAVE", "x") },
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
	/* Asked for one by one, and what comes is no list, or not of names: a
	 * pool of which nothing is known is none without the LUN. */
	const struct step no_list[] = {
		{ .call = "SR.get_all_records",
		  .json = "{\"error\":[\"INTERNAL_ERROR\",\"Xmlm.Error\"]}" },
		{ .call = "\"SR.get_all\"", .json = "{\"result\":{\"A\":1}}" },
		{ 0 },
	};
	const struct step no_names[] = {
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

/* JSON takes what XML does not. */
static void asks_by_json(void **state)
{
	const struct step script[] = {
		{ .call = "\"method\":\"host.get_other_config\"",
		  .json = "{\"result\":{\"R&D\":\"a\",\"a<b\":\"]]>\","
			  "\"x\":\"\xef\xbf\xbe\",\"iscsi_iqn\":\"iqn.x\"},"
			  "\"error\":null,\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{\"Status\":\"Success\",\"Value\":{"
			  "\"multipathing\":\"true\"}},\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":null,\"error\":[\"HANDLE_INVALID\","
			  "\"host\"],\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{\"Status\":\"Failure\","
			  "\"ErrorDescription\":[\"X\"]},\"id\":0}" },
		{ .call = "host.get_other_config", .json = "{\"result\":" },
		{ .call = "host.get_other_config", .json = "[]" },
		{ 0 },
	};
	static const char *const words[] = { "xapi says HANDLE_INVALID host",
					     "xapi says X", "is refused",
					     "is refused" };
	struct xapi_host host;
	struct error err;
	struct xapi *xapi;

	(void)state;
	start(script);
	xapi = opened(5000);
	if (xapi_host_read(xapi, "h", &host, &err))
		fail_msg("%s", err.text);
	assert_string_equal(host.initiator_name, "iqn.x");
	xapi_host_free(&host);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	assert_true(host.multipathing);
	xapi_host_free(&host);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
		if (!strstr(err.text, words[i]))
			fail_msg("%s", err.text);
	}
	xapi_close(xapi);
	finish();
}

/* A member whose xapi passes JSON on in XML fails; but one that has answered is
 * not asked in another way, for who knows what it has done. */
static void asks_an_old_member_in_xml(void **state)
{
	const struct step old[] = {
		{ .call = "host.",
		  .raw = "HTTP/1.1 500 Internal Error\r\n\r\n" },
		{ .call = "host.", .answer = SUCCESS("<struct/>") },
		{ .call = "host.", .answer = SUCCESS("<struct/>") },
		{ 0 },
	};
	const struct step later[] = {
		{ .call = "host.", .json = "{\"result\":{}}" },
		{ .call = "host.",
		  .raw = "HTTP/1.1 500 Internal Error\r\n\r\n" },
		{ .call = "host.", .json = "{\"result\":{}}" },
		{ 0 },
	};
	struct xapi_host host;
	struct error err = { 0 };
	struct xapi *xapi;

	(void)state;
	start(old);
	xapi = opened(5000);
	for (int i = 0; i < 2; i++) {
		if (xapi_host_read(xapi, "h", &host, &err))
			fail_msg("%s", err.text);
		xapi_host_free(&host);
	}
	xapi_close(xapi);
	finish();
	start(later);
	xapi = opened(5000);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_non_null(strstr(err.text, "HTTP status 500"));
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	xapi_close(xapi);
	finish();
}

/* A member of the pool asks its master by XML-RPC, and cannot read one SR's
 * other_config; the rest of that SR can be had. */
static void asks_one_by_one(void **state)
{
	const struct step script[] = {
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

/* Each answer is in time, and all of them are not: the rest is not waited for,
 * nor asked. A new limit, or none, makes good for it. */
static void all_answers_have_one_end(void **state)
{
	const struct step slow[] = {
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{}}",
		  .pause_ms = 20 },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{}}",
		  .pause_ms = 200 },
		{ .call = "host.get_other_config", .json = "{\"result\":{}}" },
		{ 0 },
	};
	struct xapi_host host;
	struct error err = { 0 };
	struct xapi *xapi;

	(void)state;
	start(slow);
	xapi = opened(60000);
	xapi_limit(xapi, 1500);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
		assert_int_equal(err.code, ERROR_XAPI);
		assert_non_null(strstr(err.text, "take too long"));
	}
	xapi_limit(xapi, 0);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	xapi_close(xapi);
	finish();
}

static void takes_secrets_away(void **state)
{
	const struct step script[] = {
		{ .call = "field \\\"SR\\\" = \\\"own\\\"",
		  .json = "{\"result\":{\"p1\":{\"device_config\":{\"target\":"
			  "\"t\",\"chappassword_secret\":\"u1\"}},\"p2\":{"
			  "\"device_config\":{\"incoming_chappassword_secret\":"
			  "\"u2\"}}},\"error\":null}" },
		{ .call = "\"u1\"", .json = "{\"result\":\"r1\"}" },
		{ .call = "secret.destroy", .json = "{\"result\":\"\"}" },
		{ .call = "\"u2\"",
		  .json = "{\"error\":[\"UUID_INVALID\",\"secret\",\"u2\"]}" },
		{ 0 },
	};
	struct xapi *xapi;

	(void)state;
	start(script);
	xapi = opened(5000);
	xapi_secrets_destroy(xapi, "own");
	xapi_close(xapi);
	finish();
}

/* From here on. */
static void stops_at_a_signal(void **state)
{
	const struct step slow[] = {
		{ .call = "host.",
		  .raw = SUCCESS("x"),
		  .pause_ms = 20,
		  .signals = true },
		{ 0 },
	};
	const struct step none[] = { { 0 } };

	(void)state;
	stop_on_signals();
	host_fails(slow, 5000, ERROR_INTERRUPTED, "asked to stop");
	host_fails(none, 5000, ERROR_INTERRUPTED, "asked to stop");
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
		cmocka_unit_test(asks_by_json),
		cmocka_unit_test(asks_an_old_member_in_xml),
		cmocka_unit_test(asks_one_by_one),
		cmocka_unit_test(all_answers_have_one_end),
		cmocka_unit_test(stops_at_a_signal),
		cmocka_unit_test(takes_secrets_away),
		cmocka_unit_test(logs_no_secret),
	};

	log_to(look_for_secrets, LOG_LEVEL_DEBUG);
	return cmocka_run_group_tests_name("xapi_call", tests, NULL, NULL);
}
