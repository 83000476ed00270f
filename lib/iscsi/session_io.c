// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/session_io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"

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
		int64_t left = until - clock_now_ms();

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
