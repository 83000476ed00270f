// SPDX-License-Identifier: LGPL-2.1-only
/*
 * QCOW2 images (qemu docs/interop/qcow2.txt): where they name their backing
 * file.
 */
#include <string.h>

#include "audit.h"
#include "bytes.h"

bool qcow2_backing(const struct side *side, const struct lv *lv, uint64_t *at,
		   size_t *len)
{
	uint8_t head[72];

	lv_read(side, lv, 0, head, sizeof(head));
	*at = be64(head + 8);
	*len = be32(head + 16);
	return memcmp(head, "QFI\xfb", 4) == 0 && *at && *len && *len <= 1023 &&
	       *at < lv->size - *len;
}

void list_qcow2(struct audit *a, const struct lv *old, const struct lv *new)
{
	uint64_t at;
	size_t len;

	if (qcow2_backing(&a->old, old, &at, &len))
		add_site(&a->sites, old, new, at, len, ASCII, "backing file");
}
