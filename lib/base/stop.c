// SPDX-License-Identifier: LGPL-2.1-only
#include "base/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t requested;

static void on_signal(int number)
{
	(void)number;
	requested = 1;
}

void stop_on_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	/* After the commit all goes on as if there had been no signal, so
	 * calls that the kernel can take up again are. */
	const struct sigaction remember = { .sa_handler = on_signal,
					    .sa_flags = SA_RESTART };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction now;

		if (sigaction(signals[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaction(signals[i], &remember, NULL);
	}
}

bool stop_requested(void)
{
	return requested;
}
