// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Changed-block logs (blktap include/cbt-util.h) and SM's journals (sm
 * libs/sm/journaler.py).
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"

/* A link to a log that was dropped leads nowhere now. */
static void list_link(struct audit *a, const struct lv *old,
		      const struct lv *new, uint64_t at, const char *what)
{
	static const struct id16 none;
	struct id16 link;

	lv_read(&a->old, old, at, &link, sizeof(link));
	if (is_dropped(a, &link, true))
		expect_lv_bytes(&a->old, old, at, &none, sizeof(none));
	else
		add_site(&a->sites, old, new, at, sizeof(link), BINARY, what);
}

void list_cbtlog(struct audit *a, const struct lv *old, const struct lv *new)
{
	list_link(a, old, new, 0, "parent link");
	list_link(a, old, new, 16, "child link");
}

/* SM reads the value of a clone or leaf journal from its LV, "<length> <value>"
 * (the name then ends in _1), that of any other from its name; what the LV of
 * another holds is left over from whoever had the extent before. */
void list_journal(struct audit *a, const struct lv *old, const struct lv *new)
{
	char sector[SECTOR + 1] = { 0 }, *end;
	unsigned long len;

	if (strncmp(old->name, "clone_", 6) != 0 &&
	    strncmp(old->name, "leaf_", 5) != 0)
		return;
	lv_read(&a->old, old, 0, sector, SECTOR);
	len = strtoul(sector, &end, 10);
	if (end == sector || *end != ' ' || len == 0 ||
	    len > (size_t)(sector + SECTOR - (end + 1)))
		return;
	add_site(&a->sites, old, new, (uint64_t)(end + 1 - sector), len, ASCII,
		 "journal value");
}
