// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A committed journal, read from the LUN and compared with what is there.
 */
#ifndef TXN_REPLAY_H
#define TXN_REPLAY_H

#include "format/resign_journal.h"
#include "lun/lun.h"

struct replay {
	uint8_t *body;
	struct journal_record *records;
	struct lun_io *ios; /* parallel: what the LUN holds there now */
	size_t count;
	uint8_t *bytes; /* behind all ios */

	/* Of all WRITE records and the new text together: AFTER if all is
	 * done, BEFORE if it can be completed, OTHER if it cannot. */
	enum journal_content content;
};

/* ERROR_LUN_CONTENT if the body is damaged. Free with replay_free. */
int replay_load(struct lun *lun, const struct journal_head *head,
		struct replay *out, struct error *err);

/* Makes all writes, in their phases, each flushed. `content` is not OTHER. */
int replay_apply(struct lun *lun, const struct replay *replay,
		 struct error *err);

void replay_free(struct replay *replay);

#endif
