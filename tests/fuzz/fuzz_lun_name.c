// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Names of LUNs, as a user or a script may give them.
 */
#include "engine/lun_name.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)exact_copy(data, size, size + 1);
	struct lun_name name;
	struct error err;

	if (lun_name_parse(text, &name, &err) == 0) {
		if (name.form == LUN_ISCSI) {
			MUST(name.target.portal_count == 1);
			MUST(name.target.iqn ? name.target.iqn[0] != 0
					     : !name.has_lun);
			MUST(!name.target.chap_user ||
			     !strpbrk(name.target.chap_user, "%:"));
			MUST(!name.has_lun || name.scsi_id ||
			     name.number < 16384);
		} else {
			MUST(strcmp(name.text, text) == 0);
		}
		lun_name_free(&name);
	}
	free(text);
	return 0;
}
