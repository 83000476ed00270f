// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/still_lun.h"

#include "format/vpd.h"

struct answers {
	uint8_t data[VPD_QUESTIONS][VPD_PAGE_LEN];
	struct vpd_pages pages;
};

static int ask(struct lun *lun, enum vpd_question question,
	       struct answers *answers, struct error *err)
{
	struct vpd_page *page = &answers->pages.answers[question];
	uint8_t cdb[VPD_CDB_LEN];

	vpd_cdb(question, cdb);
	page->data = answers->data[question];
	return lun_inquire(lun, cdb, answers->data[question], VPD_PAGE_LEN,
			   &page->len, err);
}

int still_lun_check(struct lun *lun, const struct lun_names *names,
		    struct error *err)
{
	struct answers answers = { 0 };
	struct lun_names now;

	if (!lun_names_best(names)[0] || !lun->ops->inquire)
		return 0;
	if (ask(lun, VPD_IDS, &answers, err))
		return -1;
	vpd_names(&answers.pages, &now);
	if (!lun_names_same(names, &now)) {
		if (ask(lun, VPD_STANDARD, &answers, err) ||
		    ask(lun, VPD_SERIAL, &answers, err))
			return -1;
		vpd_names(&answers.pages, &now);
	}
	if (lun_names_same(names, &now))
		return 0;
	return error_set(err, ERROR_IN_USE,
			 "the array has mapped another LUN to this number: it "
			 "was SCSIid %.80s and is %.80s now",
			 lun_names_best(names),
			 lun_names_best(&now)[0] ? lun_names_best(&now)
						 : "without any");
}
