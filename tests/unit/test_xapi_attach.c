// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Attach and detach beside an xapi that lies: of all that it is asked, one answer
 * at a time is of another kind than it should be. Each such call ends with an
 * error that names the question, or as if nothing were amiss where the answer
 * does not count.
 */
#include <ctype.h>
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
#include <unistd.h>

#include <cmocka.h>

#include "xapi/attach.h"
#include "xapi/host.h"

#define SR	"86c93f0f-1743-43aa-8a07-c0d35d536fac"
#define SCSI_ID "36001405aaaa"

#define NO_UUID	 "!\"UUID_INVALID\",\"x\""
#define PBD_OF_1 "\"p1\":{\"SR\":\"S\",\"host\":\"h1\","
#define PBD_ON	 "\"currently_attached\":true,"
#define PBD_OFF	 "\"currently_attached\":false,"
#define PBD_LUN                                          \
	"\"device_config\":{\"SCSIid\":\"" SCSI_ID "\"," \
	"\"targetIQN\":\"iqn.x\"}}"

/* A question and its answer: JSON, or after a '!' the words of a failure. */
struct answer {
	const char *method, *json;
	enum {
		NOTHING, /* it goes on without */
		DEED,	 /* a failure is an error */
		VALUE,	 /* an answer of another kind is, too */
	} counts;
};

/* A pool that has not heard of the SR, one that has it with a PBD, and one that
 * has it attached. The first that fits is given. */
#define POOL                                                                  \
	{ "pool.get_all", "[\"P\"]", VALUE },                                 \
		{ "pool.get_master", "\"h1\"", VALUE },                       \
		{ "host.get_all", "[\"h1\",\"h2\"]", VALUE },                 \
		{ "host.get_name_label", "\"xs\"", VALUE },                   \
		{ "SR.introduce", "\"S\"", VALUE },                           \
		{ "SR.get_type", "\"lvmoiscsi\"", VALUE },                    \
		{ "SR.get_sm_config", "{\"relvmoiscsi\":\"" SCSI_ID "\"}",    \
		  true },                                                     \
		{ "secret.create", "\"s\"", VALUE },                          \
		{ "secret.get_uuid", "\"u\"", VALUE },                        \
		{ "secret.get_all_records",                                   \
		  "{\"s\":{\"other_config\":{\"relvmoiscsi\":\"" SR "\"}}}",  \
		  NOTHING },                                                  \
		{ "secret.destroy", "\"\"", NOTHING },                        \
		{ "host.call_plugin", "\"{}\"", NOTHING },                    \
		{ "PBD.create", "\"p\"", VALUE },                             \
		{ "VDI.get_by_uuid", NO_UUID, VALUE },                        \
		{ "VDI.db_introduce", "\"V\"", DEED },                        \
		{ "PBD.plug", "\"\"", DEED }, { "PBD.unplug", "\"\"", DEED }, \
		{ "SR.scan", "\"\"", DEED }, { "SR.forget", "\"\"", DEED },   \
		{ "SR.get_name_label", "\"label\"", NOTHING },                \
		{ "VDI.get_all_records_where",                                \
		  "{\"V\":{\"uuid\":\"v\",\"name_label\":\"disk\","           \
		  "\"snapshot_of\":\"OpaqueRef:NULL\"}}",                     \
		  NOTHING },                                                  \
	{                                                                     \
		0                                                             \
	}

static const struct answer unknown_sr[] = {
	{ "SR.get_by_uuid", NO_UUID, VALUE },
	POOL,
};
static const struct answer begun[] = {
	{ "SR.get_by_uuid", "\"S\"", VALUE },
	{ "PBD.get_all_records", "{" PBD_OF_1 PBD_OFF PBD_LUN "}", VALUE },
	POOL,
};
static const struct answer attached[] = {
	{ "SR.get_by_uuid", "\"S\"", VALUE },
	{ "PBD.get_all_records", "{" PBD_OF_1 PBD_ON PBD_LUN "}", VALUE },
	POOL,
};

static struct {
	char folder[32], socket[64];
	int listener;
	pthread_t thread;
	const struct answer *answers;
	const char *lie_to, *lie;
	bool lied;
} server;

/* Secrets go in XML. */
#define IN_XML "<methodName>"

static const char *answer_to(const char *call)
{
	const char *method = strstr(call, "\"method\":\"");

	method = method ? method + 10 : strstr(call, IN_XML);
	method = method && *method == '<' ? method + strlen(IN_XML) : method;
	for (const struct answer *a = server.answers; method && a->method;
	     a++) {
		size_t len = strlen(a->method);

		if (strncmp(method, a->method, len) != 0 ||
		    isalpha(method[len]) || method[len] == '_')
			continue;
		if (!server.lie_to || strcmp(a->method, server.lie_to) != 0)
			return a->json;
		server.lied = true;
		return server.lie;
	}
	return "!\"MESSAGE_METHOD_UNKNOWN\"";
}

static bool is_whole(const char *call, size_t len)
{
	const char *end = strstr(call, "\r\n\r\n");
	const char *length = strstr(call, "Content-Length: ");

	return end && length &&
	       len >= (size_t)(end + 4 - call) + strtoul(length + 16, NULL, 10);
}

static void *serve(void *unused)
{
	static char call[65536];
	int fd;

	(void)unused;
	while ((fd = accept(server.listener, NULL, NULL)) >= 0) {
		const char *json;
		size_t len = 0;

		call[0] = '\0';
		while (len < sizeof(call) - 1 && !is_whole(call, len)) {
			ssize_t n =
				read(fd, call + len, sizeof(call) - 1 - len);

			if (n <= 0)
				break;
			len += (size_t)n;
			call[len] = '\0';
		}
		json = answer_to(call);
		if (strstr(call, IN_XML))
			dprintf(fd,
				"HTTP/1.1 200 OK\r\n\r\n<methodResponse>"
				"<params><param><value><struct><member><name>"
				"Status</name><value>Success</value></member>"
				"<member><name>Value</name><value>%s</value>"
				"</member></struct></value></param></params>"
				"</methodResponse>",
				json[0] == '"' ? "s" : "<int>17</int>");
		else if (json[0] == '!')
			dprintf(fd, "HTTP/1.1 200 OK\r\n\r\n{\"error\":[%s]}",
				json + 1);
		else
			dprintf(fd, "HTTP/1.1 200 OK\r\n\r\n{\"result\":%s}",
				json);
		close(fd);
	}
	return NULL;
}

static int start(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	strcpy(server.folder, "/tmp/xapi.XXXXXX");
	if (!mkdtemp(server.folder))
		return -1;
	snprintf(server.socket, sizeof(server.socket), "%s/xapi",
		 server.folder);
	strcpy(address.sun_path, server.socket);
	server.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	return bind(server.listener, (struct sockaddr *)&address,
		    sizeof(address)) ||
	       listen(server.listener, 5) ||
	       pthread_create(&server.thread, NULL, serve, NULL);
}

static int finish(void **state)
{
	(void)state;
	shutdown(server.listener, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.listener);
	unlink(server.socket);
	return rmdir(server.folder);
}

/* ---- what is run beside it ---- */

static int run_attach(const struct xapi *xapi, struct error *err)
{
	struct uuid vdi;
	json_t *config = json_pack("{s:s, s:s, s:s}", "target", "10.0.0.1",
				   "SCSIid", SCSI_ID, "chappassword", "s3cret");
	struct lun_names names;
	const struct xapi_attach attach = {
		.sr_uuid = SR,
		.names = &names,
		.scsi_id = SCSI_ID,
		.type = "lvmoiscsi",
		.rescan = true,
		.label = "label",
		.device_config = config,
		.in_flight = &vdi,
		.in_flight_count = 1,
	};
	struct xapi_attach_report report;
	int rc;

	assert_true(
		uuid_from_text("42ddec77-4b5c-4198-848a-610306b82686", &vdi));
	lun_names_set(&names, SCSI_ID);
	rc = xapi_attach(xapi, &attach, &report, err);
	if (rc == 0)
		assert_true(report.hosts[0].attached);
	xapi_attach_report_free(&report);
	json_decref(config);
	return rc;
}

static int run_detach(const struct xapi *xapi, struct error *err)
{
	return xapi_detach(xapi, SR, err);
}

static int run_ended(const struct xapi *xapi, struct error *err)
{
	return xapi_attach_ended(xapi, SR, SCSI_ID, err);
}

static int run_begun(const struct xapi *xapi, struct error *err)
{
	struct lun_names names;
	bool is;

	lun_names_set(&names, SCSI_ID);
	return xapi_attach_begun(xapi, SR, &names, &is, err);
}

static int run_hosts(const struct xapi *xapi, struct error *err)
{
	return xapi_hosts_check(xapi, "h1", SCSI_ID, err);
}

typedef int (*run_function)(const struct xapi *xapi, struct error *err);

static int run_beside(run_function run, const struct answer *answers,
		      const char *lie_to, const char *lie, struct error *err)
{
	const struct xapi_options options = { .socket = server.socket,
					      .session_ref = "OpaqueRef:x",
					      .timeout_ms = 5000 };
	struct xapi *xapi;
	int rc;

	server.answers = answers;
	server.lie_to = lie_to;
	server.lie = lie;
	server.lied = false;
	assert_int_equal(xapi_open(&options, &xapi, err), 0);
	/* what nobody sets is not read */
	memset(err, 0x5a, sizeof(*err));
	rc = run(xapi, err);
	xapi_close(xapi);
	return rc;
}

static const char *const lies[] = {
	"null",
	"true",
	"17",
	"1.5",
	"\"\"",
	"\"?\"",
	"[]",
	"[17]",
	"[null]",
	"[[]]",
	"{}",
	"{\"x\":17}",
	"{\"x\":{}}",
	/* the session is over, a host or an SR has gone, the master is another */
	"!\"SESSION_INVALID\",\"x\"",
	"!\"HANDLE_INVALID\",\"x\"",
	"!\"HOST_IS_SLAVE\",\"x\"",
};

static bool of_a_kind(const char *a, const char *b)
{
	return a[0] == b[0] && (a[0] != '[' || b[1] == '"');
}

static bool must_fail(const struct answer *a, const char *lie)
{
	if (lie[0] == '!')
		return a->counts != NOTHING;
	return a->counts == VALUE && !of_a_kind(lie, a->json) &&
	       !(a->json[0] == '!' && lie[0] == '"');
}

/* Each question in turn is answered with each lie. */
static void lies_are_errors(run_function run, const struct answer *answers)
{
	struct error err;

	if (run_beside(run, answers, NULL, NULL, &err))
		fail_msg("beside an honest xapi: %s", err.text);
	for (const struct answer *a = answers; a->method; a++) {
		for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
			int rc = run_beside(run, answers, a->method, lies[i],
					    &err);

			if (!server.lied || !must_fail(a, lies[i])) {
				assert_in_range(rc + 1, 0, 1);
				continue;
			}
			if (rc == 0)
				fail_msg("%s answered with %s is a success",
					 a->method, lies[i]);
			if (err.code != ERROR_XAPI ||
			    (!strstr(err.text, a->method) &&
			     !strstr(err.text, "list of")))
				fail_msg("%s answered with %s: %d, '%.300s'",
					 a->method, lies[i], (int)err.code,
					 err.text);
		}
	}
}

static void attach_of_an_sr_that_is_new(void **state)
{
	(void)state;
	lies_are_errors(run_attach, unknown_sr);
}

static void attach_that_goes_on(void **state)
{
	(void)state;
	lies_are_errors(run_attach, begun);
	lies_are_errors(run_attach, attached);
}

static void detaching(void **state)
{
	(void)state;
	lies_are_errors(run_detach, attached);
	lies_are_errors(run_detach, begun);
	lies_are_errors(run_ended, begun);
}

static void questions_of_other_hosts(void **state)
{
	(void)state;
	lies_are_errors(run_begun, begun);
	lies_are_errors(run_hosts, attached);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attach_of_an_sr_that_is_new),
		cmocka_unit_test(attach_that_goes_on),
		cmocka_unit_test(detaching),
		cmocka_unit_test(questions_of_other_hosts),
	};

	return cmocka_run_group_tests_name("xapi_attach", tests, start, finish);
}
