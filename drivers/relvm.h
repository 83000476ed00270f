// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The command: relvm(8).
 */
#ifndef DRIVERS_RELVM_H
#define DRIVERS_RELVM_H

/* Exit statuses. */
enum relvm_status {
	RELVM_DONE = 0,
	RELVM_FAILED = 1, /* a LUN could not be read, or was not resigned */
	RELVM_USAGE = 2,
	RELVM_FAULTS = 3, /* verify found errors; attach, not on all hosts */
	RELVM_NOT_CONFIRMED = 4, /* nothing was written */
	RELVM_NO_MEMORY = 5,
};

/* Returns the exit status. */
int relvm(int argc, char **argv);

#endif
