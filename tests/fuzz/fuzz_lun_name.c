// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Names of LUNs, as a user or a script may give them.
 */
#include "engine/lun_name.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)exact_copy(data, size, size + 1);
	struct lun_choice name;
	struct error err;

	if (lun_name_parse(text, &name, &err) == 0) {
		if (!name.path) {
			MUST(name.target.portal_count == 1);
			MUST(name.target.iqn ? name.target.iqn[0] != 0
					     : !lun_name_has_lun(&name));
			MUST(!name.target.chap_user ||
			     !strpbrk(name.target.chap_user, "%:"));
			MUST(!lun_name_has_lun(&name) || name.lun.scsi_id ||
			     name.lun.number < 16384);
		} else {
			MUST(strcmp(name.name, text) == 0);
		}
		lun_name_free(&name);
	}
	free(text);
	return 0;
}
