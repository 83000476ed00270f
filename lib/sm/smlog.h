// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The log's way into SMlog: syslog facility local2 with lines as the storage
 * manager writes them, "SM: [pid] text".
 */
#ifndef SM_SMLOG_H
#define SM_SMLOG_H

#include "base/log.h"

/* A log_sink. */
void smlog_write(enum log_level level, const char *line);

#endif
