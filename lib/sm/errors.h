// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Failures in the storage manager's words: the number that xapi puts into
 * SR_BACKEND_FAILURE_<number>, and the description its users know.
 */
#ifndef SM_ERRORS_H
#define SM_ERRORS_H

#include <stddef.h>

#include "base/error.h"

/* A resign that succeeded is told as this fault: CloudStack looks for
 * "successfully resigned" in the failure of SR.create. No failure may use this
 * number. */
#define SM_RESIGNED_NUMBER 1
#define SM_RESIGNED_TEXT(type)                                \
	"Error reporting error, unknown key The SR has been " \
	"successfully resigned. Use the " type " type to attach it"

/* Room for a description and the text of a struct error. */
#define SM_ERROR_TEXT_SIZE 768

/* SM's number for a failure of this class; 202 for what SM has no name for. */
int sm_error_number(enum error_code code);

/* Writes SM's description, followed by " [opterr=...]" if the failure has
 * text; cut to `size` bytes with the NUL. */
void sm_error_text(const struct error *err, char *out, size_t size);

#endif
