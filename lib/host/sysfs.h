// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Attributes of sysfs: small files of one value.
 */
#ifndef HOST_SYSFS_H
#define HOST_SYSFS_H

#include <stddef.h>

/* A path of sysfs with its NUL: they are shorter. */
#define SYSFS_PATH_SIZE 256

/* The first line of an attribute, without its newline; empty if there is none.
 * What does not fit is cut. */
void sysfs_read(const char *path, char *text, size_t size);

/* 0, or -1 with errno. */
int sysfs_write(const char *path, const char *text);

#endif
