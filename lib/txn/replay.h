// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A journal, read from the LUN and compared with what is there, and the one way
 * to apply it.
 */
#ifndef TXN_REPLAY_H
#define TXN_REPLAY_H

#include "sr/image.h"
#include "txn/journal.h"

struct replay {
	uint8_t *body;
	struct lun_io body_io; /* where it lies */
	struct journal_record *records;
	struct lun_io *ios; /* parallel: what the LUN holds there */
	size_t count;
	uint8_t *bytes; /* behind all ios */
	size_t size;	/* of bytes */

	/* Of all WRITE records together; OTHER also if the new VG text is not
	 * there, which is written before the commit. */
	enum journal_content content;
};

/* `expected` may be NULL, or is the body as it was just written, whole blocks:
 * then it is flushed, and all is read at once. ERROR_LUN_CONTENT if the body is
 * damaged, or is another. Free with replay_free. */
int replay_load(const struct journal *journal, const struct buffer *expected,
		struct replay *out, struct error *err);

/* Makes all writes, in their phases, each flushed; `content` is not OTHER. What
 * was written is read back into `seen`. ERROR_IO also if it is not what was
 * written. */
int replay_apply(const struct journal *journal, const struct replay *replay,
		 struct image *seen, struct error *err);

void replay_free(struct replay *replay);

#endif
