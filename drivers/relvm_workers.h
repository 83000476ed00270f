// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Work on LUNs in processes of their own: several at once, and none can take
 * another down. Each takes the next LUN when it has done one. What it has to say
 * of a LUN is printed then.
 */
#ifndef DRIVERS_RELVM_WORKERS_H
#define DRIVERS_RELVM_WORKERS_H

#include <stddef.h>

#include "base/buffer.h"
#include "drivers/relvm.h"

/* What a worker has to say of a LUN. */
struct relvm_said {
	struct buffer out; /* for standard output */
	struct buffer err; /* for standard error */
};

struct relvm_work {
	/* In a worker: does job `index` and puts its report, whole lines, into
	 * *said. */
	enum relvm_status (*run)(void *context, size_t index,
				 struct relvm_said *said);
	/* In a worker, when it has nothing more to do. */
	void (*leave)(void *context);
	/* In this process: the report of a worker that died without one. */
	void (*died)(void *context, size_t index, const char *how,
		     struct relvm_said *said);
	void *context;
	size_t count;
	unsigned jobs; /* at most so many at once */
};

/* Does all jobs; one that fails stops no other, a signal (base/stop.h) lets
 * those under way end and begins no more. Returns the worst status. */
enum relvm_status relvm_workers_run(const struct relvm_work *work);

#endif
