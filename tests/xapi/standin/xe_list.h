// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xe's <class>-list commands.
 */
#ifndef STANDIN_XE_LIST_H
#define STANDIN_XE_LIST_H

#include "values.h"

bool is_list(const char *command);

/* Prints the records that have all the values of `arguments`, field=value;
 * params=FIELD,… names what is printed, --minimal prints only the first field's
 * values, with commas between. NULL if xapi fails. */
value *list(const char *command, char **arguments);

#endif
