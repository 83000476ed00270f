// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN that is an image file.
 */
#ifndef LUN_LUN_FILE_H
#define LUN_LUN_FILE_H

#include "lun/lun.h"

/* The file must be a regular file of whole blocks; block_size is 512 or 4096.
 * Unless it is opened to write, every write fails. ERROR_IO with the reason. */
int lun_file_open(const char *path, uint32_t block_size, bool to_write,
		  struct lun **out, struct error *err);

/* Takes the file for this process alone, until the LUN is closed: another
 * relvm, and QEMU, which locks its images, keep out or are told of.
 * ERROR_IN_USE. */
int lun_file_lock(struct lun *lun, struct error *err);

#endif
