// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The question before relvm writes.
 */
#ifndef DRIVERS_RELVM_CONFIRM_H
#define DRIVERS_RELVM_CONFIRM_H

#include "drivers/relvm_options.h"

/* True if the user wants it done, or has said so with --yes, or there is
 * nothing to be asked about. Of one LUN the question shows what is on it, and
 * what xapi says of it. Else says on standard error what to do. */
bool relvm_confirm(const struct relvm_options *options);

#endif
