// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Memory, or the end of the process: whoever asks here has no failure to think
 * of. To die anywhere is safe by what the crash suite and the kill tests show:
 * a LUN is as it was before the commit and completed by the next run after it,
 * what a session holds ends with the process, and what it leaves elsewhere the
 * next run takes away.
 *
 * Sizes that come from a disk, a target or a user are bounded before they get
 * here. free() gives back what these return.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* `n` items (room for one, if it is 0) of `size` bytes, all zeros. */
void *alloc_zeroed(size_t n, size_t size);

/* An array that grows by one: `items`, which has `count` items (NULL: none
 * yet), with room for another. An array must always grow this way, for its room
 * follows from the count. */
void *alloc_more(void *items, size_t count, size_t size);

/* A copy; NULL of NULL. */
char *alloc_text(const char *text);

char *alloc_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Wipes and frees a text that may hold a password; NULL is fine. */
void alloc_wipe(char *text);

/* What another library returned, and is NULL without memory only. */
void *alloc_checked(void *memory);

/* After a failure, by errno: the end as well if it was for want of memory or of open
 * files. For who looks whether something is there, or is used: what cannot be
 * looked at for such a reason is not free. */
void alloc_check_errno(void);

/* What the process does without memory: it logs one sentence and writes
 * `answer` to stdout, or writes the sentence to stderr if there is no answer,
 * and ends with `status`. Until this is called: no answer, status 1. */
void alloc_last_words(const char *answer, int status);

#endif
