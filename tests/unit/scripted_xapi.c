// SPDX-License-Identifier: LGPL-2.1-only
#include "tests/unit/scripted_xapi.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct {
	char folder[32], socket[64];
	int listener;
	const struct script_step *script;
	pthread_t thread;
	char unexpected[256]; /* the first call that was not in the script */
	unsigned answered;
} server;

static void must(bool good, const char *words)
{
	if (good)
		return;
	fprintf(stderr, "scripted xapi: %s\n", words);
	abort();
}

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

static void send_answer(int fd, const struct script_step *step)
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
	for (const struct script_step *step = server.script; step->call;) {
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
		while (step->keeps && read(fd, call, sizeof(call)) > 0)
			;
		step++;
		close(fd);
	}
	return NULL;
}

void script_begin(const struct script_step *script)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(&server, 0, sizeof(server));
	strcpy(server.folder, "/tmp/xapi.XXXXXX");
	must(mkdtemp(server.folder) != NULL, "no folder");
	snprintf(server.socket, sizeof(server.socket), "%s/xapi",
		 server.folder);
	strcpy(address.sun_path, server.socket);
	server.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	must(bind(server.listener, (struct sockaddr *)&address,
		  sizeof(address)) == 0 &&
		     listen(server.listener, 5) == 0,
	     "no socket");
	server.script = script;
	must(pthread_create(&server.thread, NULL, serve, NULL) == 0,
	     "no thread");
}

void script_end(void)
{
	unsigned steps = 0;

	shutdown(server.listener, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.listener);
	unlink(server.socket);
	rmdir(server.folder);
	must(!server.unexpected[0], server.unexpected);
	while (server.script[steps].call)
		steps++;
	must(server.answered == steps, "the script was not gone through");
}

struct xapi *script_open(int timeout_ms)
{
	const struct xapi_options options = {
		.socket = server.socket,
		.session_ref = SESSION,
		.timeout_ms = timeout_ms,
	};
	struct xapi *xapi;
	struct error err;

	must(xapi_open(&options, &xapi, &err) == 0, err.text);
	return xapi;
}
