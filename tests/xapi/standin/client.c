// SPDX-License-Identifier: LGPL-2.1-only
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *session;

static int connect_to_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name = getenv("XE_SOCKET");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 name ? name : "/var/lib/xcp/xapi");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Sends the call and reads all that comes. */
static const char *exchange(const char *xml, size_t len)
{
	int fd = connect_to_server();
	char *bytes = NULL;
	size_t size = 0;
	FILE *all;
	char piece[65536];
	ssize_t n;
	const char *kept;

	if (fd < 0)
		return NULL;
	dprintf(fd,
		"POST / HTTP/1.1\r\nHost: localhost\r\n"
		"Content-Type: text/xml\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%.*s",
		len, (int)len, xml);
	all = open_memstream(&bytes, &size);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		fwrite(piece, 1, (size_t)n, all);
	fclose(all);
	close(fd);
	kept = text("%s", bytes);
	free(bytes);
	kept = strstr(kept, "\r\n\r\n");
	return kept ? kept + 4 : NULL;
}

static const char *call_xml(const char *method, value *params)
{
	xmlrpc_mem_block *xml;
	xmlrpc_env env;
	const char *said;

	xmlrpc_env_init(&env);
	xml = xmlrpc_mem_block_new(&env, 0);
	xmlrpc_serialize_call(&env, xml, method, params);
	said = exchange(xmlrpc_mem_block_contents(xml),
			xmlrpc_mem_block_size(xml));
	xmlrpc_mem_block_free(xml);
	xmlrpc_env_clean(&env);
	return said;
}

static value *raise(value *description)
{
	const char *words[4] = { NULL };

	for (size_t i = 0; i < 4 && i < size_of(description); i++)
		words[i] = text_of(item_at(description, i));
	return fail(words[0], words[1], words[2], words[3]);
}

static value *call(const char *method, value *params)
{
	const char *said = call_xml(method, params);
	const char *fault_text;
	int fault_code;
	value *answer, *holder = array_value();
	xmlrpc_env env;

	if (!said)
		return NULL;
	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, strlen(said) + 1);
	xmlrpc_env_init(&env);
	xmlrpc_parse_response2(&env, said, strlen(said), &answer, &fault_code,
			       &fault_text);
	if (env.fault_occurred) {
		fprintf(stderr, "%s\n", env.fault_string);
		xmlrpc_env_clean(&env);
		return NULL;
	}
	xmlrpc_env_clean(&env);
	append(holder, answer); /* which keeps it until values_end */
	xmlrpc_DECREF(answer);
	if (strcmp(get_text(answer, "Status"), "Success") == 0)
		return get(answer, "Value");
	return raise(get(answer, "ErrorDescription"));
}

value *client_call(const char *method, value *params)
{
	value *all = array_value();

	if (!session) {
		append(all, text_value("root"));
		append(all, text_value(""));
		session = text_of(call("session.login_with_password", all));
		if (!session)
			return NULL;
		all = array_value();
	}
	append(all, text_value(session));
	for (size_t i = 0; i < size_of(params); i++)
		append(all, item_at(params, i));
	return call(method, all);
}

void client_logout(void)
{
	if (session)
		client_call("session.logout", array_value());
	session = NULL;
}
