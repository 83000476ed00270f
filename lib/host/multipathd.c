// SPDX-License-Identifier: LGPL-2.1-only
#include "host/multipathd.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text_file.h"

/* The first byte of an abstract socket's name is NUL. */
#define SOCKET_NAME "\0/org/kernel/linux/storage/multipathd"

#define TIMEOUT_SECONDS 10

static int reach(void)
{
	const struct timeval patience = { .tv_sec = TIMEOUT_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) +
			sizeof(SOCKET_NAME) - 1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	memcpy(address.sun_path, SOCKET_NAME, sizeof(SOCKET_NAME) - 1);
	/* The time-out for sending is that for connecting, too. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		       sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) ||
	    connect(fd, (const struct sockaddr *)&address, len)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool receive_all(int fd, void *data, size_t len)
{
	char *p = data;

	while (len > 0) {
		ssize_t n = recv(fd, p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* The tail that does not fit stays in the socket, which is closed next. */
static bool exchange(int fd, const char *command, char *answer, size_t size)
{
	size_t len = strlen(command) + 1;

	if (!file_write_all(fd, &len, sizeof(len)) ||
	    !file_write_all(fd, command, len) ||
	    !receive_all(fd, &len, sizeof(len)))
		return false;
	if (len > size - 1)
		len = size - 1;
	if (!receive_all(fd, answer, len))
		return false;
	answer[len] = '\0';
	len = strlen(answer);
	if (len > 0 && answer[len - 1] == '\n')
		answer[len - 1] = '\0';
	return true;
}

enum multipathd_result multipathd_ask(const char *command, char *answer,
				      size_t size)
{
	int fd = reach();
	bool answered;

	if (fd < 0)
		return MULTIPATHD_NOT_RUNNING;
	answered = exchange(fd, command, answer, size);
	close(fd);
	return answered ? MULTIPATHD_ANSWERED : MULTIPATHD_NO_ANSWER;
}

bool multipathd_runs(void)
{
	int fd = reach();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
