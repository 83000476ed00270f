// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN: blocks to read, write and flush. The seam that all I/O goes through;
 * its forms are a file (lun_file.h), libiscsi
 * (lun_libiscsi.h) and a block device. Tests put their own form underneath to
 * trace or break it.
 *
 * Requests go in lists, so that a form that can have many commands under way
 * has them under way. All offsets and lengths are bytes and whole blocks.
 */
#ifndef LUN_LUN_H
#define LUN_LUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct lun;

struct lun_io {
	uint64_t offset;
	size_t len;
	uint8_t *data; /* filled by a read, taken by a write */
};

enum lun_swapped {
	LUN_SWAPPED,
	LUN_NOT_SWAPPED, /* the block held something else */
	LUN_CANNOT_SWAP, /* the LUN has no such command */
};

struct lun_ops {
	/* Each does all `n` requests or fails; the order among them is free,
	 * so they must not overlap. */
	int (*read)(struct lun *lun, const struct lun_io *ios, size_t n,
		    struct error *err);
	int (*write)(struct lun *lun, const struct lun_io *ios, size_t n,
		     struct error *err);
	/* In place of both, for a form that does one request after another. */
	int (*transfer)(struct lun *lun, const struct lun_io *io, bool write,
			struct error *err);
	/* Everything written so far is on stable storage, or an error. */
	int (*flush)(struct lun *lun, struct error *err);
	/* Optional, may be NULL: both at the same time. */
	int (*flush_read)(struct lun *lun, const struct lun_io *ios, size_t n,
			  struct error *err);
	/* Optional, may be NULL: if the block at `offset` holds `expect`,
	 * writes `with`, in one step that no other host can come between
	 * (SCSI's COMPARE AND WRITE). */
	int (*swap)(struct lun *lun, uint64_t offset, const uint8_t *expect,
		    const uint8_t *with, enum lun_swapped *outcome,
		    struct error *err);
	/* Optional, the second for itself: keeps every other host from reading and
	 * writing this LUN, until it is given back or the session ends
	 * (SPC-2's RESERVE; a file's lock). Neither waits. */
	int (*fence)(struct lun *lun, struct error *err);
	void (*unfence)(struct lun *lun);
	void (*close)(struct lun *lun);
};

/* Every form begins with this. */
struct lun {
	const struct lun_ops *ops;
	uint64_t size;	     /* bytes, a multiple of block_size */
	uint32_t block_size; /* logical block: 512 or 4096 */
};

/* These check that every request is whole blocks inside the LUN, then call the
 * form. Failures are ERROR_IO, out of bounds ERROR_INTERNAL; ERROR_RESERVED:
 * another host has fenced the LUN. */
int lun_read(struct lun *lun, const struct lun_io *ios, size_t n,
	     struct error *err);
int lun_write(struct lun *lun, const struct lun_io *ios, size_t n,
	      struct error *err);
int lun_flush(struct lun *lun, struct error *err);

/* Flushes and reads, in no order: for what was written just now. */
int lun_flush_read(struct lun *lun, const struct lun_io *ios, size_t n,
		   struct error *err);

/* Exchanges one block as above, *swapped says whether; not flushed. On a LUN
 * that has no command for it: read, compare, write and read again, which says
 * who came last, and no more. */
int lun_swap(struct lun *lun, uint64_t offset, const uint8_t *expect,
	     const uint8_t *with, bool *swapped, struct error *err);

/* 0: fenced. 1: this LUN cannot be. -1: ERROR_RESERVED, another host has fenced
 * it now. */
int lun_fence(struct lun *lun, struct error *err);

/* Gives a fence back; that it fails is only logged, for the end of the session
 * ends the fence too. */
void lun_unfence(struct lun *lun);

/* Frees the LUN; NULL is fine. Does not flush. */
void lun_close(struct lun *lun);

#endif
