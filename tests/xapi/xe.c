// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xe COMMAND KEY=VALUE…: the side of xapi's command line that people call. Like
 * the real one it only sends its arguments, with newlines between them, to xapi,
 * which does the rest (standin/cli.py); a value ends at its first newline.
 * XE_SOCKET: where xapi listens. A program and not a script, for tests call it
 * some thousand times, also in a test host, where Python takes a second to start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int lost(void)
{
	fputs("Lost connection to the server.\n", stderr);
	return 1;
}

static int open_xapi(void)
{
	const char *path = getenv("XE_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s",
		 path ? path : "/var/lib/xcp/xapi");
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	return -1;
}

static void send_arguments(FILE *xapi, char **argv)
{
	size_t total = 0;

	for (char **arg = argv; *arg; arg++)
		total += strcspn(*arg, "\n") + (arg > argv);
	fprintf(xapi, "POST /cli HTTP/1.0\r\ncontent-length: %zu\r\n\r\n",
		total);
	for (char **arg = argv; *arg; arg++)
		fprintf(xapi, "%s%.*s", arg > argv ? "\n" : "",
			(int)strcspn(*arg, "\n"), *arg);
	fflush(xapi);
}

int main(int argc, char **argv)
{
	char *line = NULL, part[4096];
	size_t room = 0, n;
	int fd, kind;
	FILE *xapi, *to;

	(void)argc;
	fd = open_xapi();
	xapi = fd < 0 ? NULL : fdopen(fd, "r+");
	if (!xapi)
		return lost();
	send_arguments(xapi, argv + 1);
	do {
		if (getline(&line, &room, xapi) < 0)
			return lost();
	} while (strcmp(line, "\r\n") != 0);
	kind = fgetc(xapi);
	if (kind != '0' && kind != '1')
		return lost();
	to = kind == '0' ? stdout : stderr;
	while ((n = fread(part, 1, sizeof(part), xapi)) > 0)
		fwrite(part, 1, n, to);
	free(line);
	fclose(xapi);
	return kind - '0';
}
