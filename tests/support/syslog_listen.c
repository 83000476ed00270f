// SPDX-License-Identifier: LGPL-2.1-only
/*
 * syslog_listen SOCKET FILE: takes the place of syslogd. What programs send to
 * SOCKET goes to FILE, a line each, with facility and priority in words as
 * `logger -p` has them: "local2.info: SM: [1] text". Ends when it is killed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

static const char *priority_name(int priority)
{
	static const char *const names[] = { "emerg", "alert",	 "crit",
					     "err",   "warning", "notice",
					     "info",  "debug" };

	return names[priority & LOG_PRIMASK];
}

/* "<priority>Mon DD hh:mm:ss ident: text" */
static void put_line(FILE *file, const char *line)
{
	const char *text = strchr(line, '>');
	int priority = 0;

	if (sscanf(line, "<%d>", &priority) != 1 || !text || strlen(text) < 17)
		fprintf(file, "not syslog: %s\n", line);
	else
		fprintf(file, "%s%d.%s: %s\n",
			LOG_FAC(priority) >= 16 ? "local" : "other",
			LOG_FAC(priority) >= 16 ? LOG_FAC(priority) - 16
						: LOG_FAC(priority),
			priority_name(priority), text + 17);
	fflush(file);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);
	char line[8192];
	FILE *file;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	strcpy(address.sun_path, argv[1]);
	file = fopen(argv[2], "a");
	if (!file || bind(sock, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	for (;;) {
		ssize_t n = recv(sock, line, sizeof(line) - 1, 0);

		if (n < 0)
			return 1;
		line[n] = '\0';
		put_line(file, line);
	}
}
