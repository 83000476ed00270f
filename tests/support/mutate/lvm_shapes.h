// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Layouts that LVM reads and would not itself write, or only in time.
 */
#ifndef MUTATE_LVM_SHAPES_H
#define MUTATE_LVM_SHAPES_H

#include "lvm_edit.h"

/* All work on a loaded `edit`. */
void shape_sector(struct edit *e, unsigned sector); /* moves the label */
void shape_noextension(struct edit *e);
void shape_nomda(struct edit *e);  /* the label lists no area */
void shape_orphan(struct edit *e); /* no area has a text */
void shape_ignore(struct edit *e, unsigned mda);
/* An area whose text is of an earlier seqno, as after a crash. */
void shape_older(struct edit *e, unsigned mda);
/* Makes the rings so small that `spare` sectors are left beside the text. */
void shape_ring(struct edit *e, uint64_t spare);
/* Puts the text where its last part lies at the ring's begin: `sectors` of it
 * before the end. */
void shape_wrap(struct edit *e, uint64_t sectors);
void shape_move(struct edit *e, uint64_t random);
/* Fills what is free of the rings. */
void shape_noise(struct edit *e, uint64_t random);
/* A text in slot 1 that was never committed. */
void shape_precommit(struct edit *e);

#endif
