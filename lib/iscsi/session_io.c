// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/session_io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t session_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int session_wait(struct iscsi_context *session, int64_t until)
{
	struct pollfd pfd = {
		.fd = iscsi_get_fd(session),
		.events = (short)iscsi_which_events(session),
	};
	int n;

	if (pfd.fd < 0)
		return -1;
	do {
		int64_t left = until - session_now_ms();

		if (left < 0)
			left = 0;
		if (left > INT_MAX)
			left = INT_MAX;
		n = poll(&pfd, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	return n ? pfd.revents : 0;
}
