// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Files that relvm is given, and what comes from its environment.
 */
#ifndef DRIVERS_RELVM_FILES_H
#define DRIVERS_RELVM_FILES_H

#include <stddef.h>

#include "base/error.h"

/* Holds the CHAP password where there is no file of it. */
#define RELVM_PASSWORD_VARIABLE "RELVM_PASSWORD"

/* The whole file, "-" for standard input; *out ends with a NUL, has none before
 * it, and is the caller's to free. ERROR_BAD_VALUE. */
int relvm_file_read(const char *path, char **out, size_t *len,
		    struct error *err);

/* ERROR_BAD_VALUE, with the remedy, if the path is that of an image in a format
 * other than raw, or of a compressed one. What cannot be read is fine here: it
 * is told when the LUN is opened. */
int relvm_file_check_raw(const char *path, struct error *err);

/* The first line of a file; the caller wipes and frees it. */
int relvm_password_read(const char *path, char **out, struct error *err);

/* *out is NULL if the variable is not set; it is then gone from it. */
char *relvm_password_from_environment(void);

/* Makes the file, readable for its owner alone; or replaces it whole, if it is a
 * file that begins with `magic`. Whatever else is there is ERROR_BAD_VALUE, and
 * stays. */
int relvm_file_write(const char *path, const char *magic, const void *bytes,
		     size_t len, struct error *err);

#endif
