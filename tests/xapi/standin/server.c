// SPDX-License-Identifier: LGPL-2.1-only
#include "server.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "db.h"
#include "methods.h"

#define REQUEST_MAX (1024 * 1024)

/* The body of one request in `bytes`, or NULL: the other end is not HTTP. */
static char *read_request(int fd, char *bytes)
{
	size_t len = 0, body = 0, want = 0;

	bytes[0] = '\0';
	while (!body || len < body + want) {
		ssize_t n = len < REQUEST_MAX - 1 ? read(fd, bytes + len,
							 REQUEST_MAX - 1 - len)
						  : 0;
		const char *end, *length;

		if (n <= 0)
			return NULL;
		len += (size_t)n;
		bytes[len] = '\0';
		end = strstr(bytes, "\r\n\r\n");
		if (body || !end)
			continue;
		length = strcasestr(bytes, "\r\nContent-Length:");
		if (!length || length > end)
			return NULL;
		body = (size_t)(end - bytes) + 4;
		want = strtoul(length + 17, NULL, 10);
		if (strncmp(bytes, "POST / HTTP/1.", 14) != 0 || !want)
			return NULL;
	}
	return bytes + body;
}

static value *answer_of(value *found)
{
	value *answer = struct_value();

	set(answer, "Status", text_value(found ? "Success" : "Failure"));
	set(answer, found ? "Value" : "ErrorDescription",
	    found ? found : failure());
	return answer;
}

/* Calls, and writes the answer to `xml`. */
static void answer_call(const char *body, xmlrpc_mem_block *xml)
{
	const char *method;
	value *params, *found;
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	xmlrpc_parse_call(&env, body, strlen(body), &method, &params);
	if (env.fault_occurred) {
		found = fail("INTERNAL_ERROR", env.fault_string, NULL, NULL);
	} else {
		found = call_method(method, params);
		xmlrpc_DECREF(params);
		free((char *)(uintptr_t)method);
	}
	xmlrpc_env_clean(&env);
	xmlrpc_env_init(&env);
	db_lock(); /* the answer may hold records */
	xmlrpc_serialize_response(&env, xml, answer_of(found));
	db_unlock();
	xmlrpc_env_clean(&env);
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void talk(int fd, char *bytes)
{
	static const char none[] = "HTTP/1.1 404 Not Found\r\n\r\n";
	char *body = read_request(fd, bytes);
	xmlrpc_mem_block *xml;
	xmlrpc_env env;
	const char *head;

	if (!body) {
		send_all(fd, none, strlen(none));
		return;
	}
	xmlrpc_env_init(&env);
	xml = xmlrpc_mem_block_new(&env, 0);
	answer_call(body, xml);
	head = text("HTTP/1.1 200 OK\r\n"
		    "connection: close\r\n"
		    "cache-control: no-cache, no-store\r\n"
		    "content-type: text/xml\r\n"
		    "Access-Control-Allow-Origin: *\r\n"
		    "content-length: %zu\r\n\r\n",
		    xmlrpc_mem_block_size(xml));
	send_all(fd, head, strlen(head));
	send_all(fd, xmlrpc_mem_block_contents(xml),
		 xmlrpc_mem_block_size(xml));
	xmlrpc_mem_block_free(xml);
	xmlrpc_env_clean(&env);
}

static void *connection(void *given)
{
	int fd = (int)(intptr_t)given;
	char *bytes = malloc(REQUEST_MAX);

	if (bytes)
		talk(fd, bytes);
	free(bytes);
	close(fd);
	values_end();
	return NULL;
}

void serve(const char *socket_name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_name);
	unlink(socket_name);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 64)) {
		perror(socket_name);
		return;
	}
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		pthread_t thread;

		if (fd < 0)
			continue;
		if (pthread_create(&thread, NULL, connection,
				   (void *)(intptr_t)fd))
			close(fd);
		else
			pthread_detach(thread);
	}
}
