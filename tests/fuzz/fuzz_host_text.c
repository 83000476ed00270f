// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Text that the host and its tools give: LVM's report, the storage manager's
 * reference counts, device-mapper's names, portals and lists of sessions.
 */
#include "base/scsi_id.h"
#include "host/in_use.h"
#include "host/lvm_judge.h"
#include "iscsi/address.h"
#include "iscsi/discover.h"
#include "openiscsi/sr_ref.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sr_builder.h"

static void check_lvm_report(char *text)
{
	struct lvm_lv lv = { .name = "MGT" };
	struct lvm_vg want = { .lvs = &lv, .lv_count = 1 };
	struct error err;

	MUST(lvm_id_from_text(SR_PV_ID, &want.pv_id) &&
	     lvm_id_from_text(SR_VG_ID, &want.id) &&
	     lvm_id_from_text("LvLvLa-0123-4567-89ab-cdef-ghij-klmnop",
			      &lv.id) &&
	     uuid_from_text(SR_UUID, &want.sr));
	lvm_report_check(text, &want, &err);
}

static void check_sr_ref(char *text)
{
	struct sr_ref ref = { .iqn = "iqn.x" };
	char line[SR_REF_LINE_LEN];

	text[strcspn(text, "\n")] = '\0';
	if (sr_ref_line_read(text, &ref.us, &ref.made) < SR_REF_DEAD)
		return;
	MUST(memchr(ref.made.record, 0, sizeof(ref.made.record)));
	sr_ref_line_print(&ref, line);
	MUST(line[SR_REF_LINE_LEN - 1] == '\n' &&
	     !memchr(line, 0, SR_REF_LINE_LEN));
}

static void check_dm(char *text)
{
	char *uuid = strchr(text, '\n');
	char words[300];

	if (uuid)
		*uuid++ = '\0';
	dm_words(text, uuid ? uuid : "", words, sizeof(words));
	MUST(memchr(words, 0, sizeof(words)));
}

static void check_address(char *text)
{
	uint16_t port;
	char *host;

	if (iscsi_address_split(text, &host, &port))
		MUST(host >= text && *host);
}

static void check_sessions(char *text)
{
	struct iscsi_offers offers = { .count = 0 };
	struct error err;

	if (multi_session_read(text, &offers, &err))
		MUST(err.code == ERROR_BAD_VALUE || err.code == ERROR_BAD_PORT);
	iscsi_offers_free(&offers);
}

static void check_names(char *text)
{
	struct lun_names names;

	lun_names_set(&names, "36001405000000000abcdef");
	lun_names_in(&names, text);
	lun_names_have(&names, text);
	lun_names_can_tell(&names, text);
	scsi_id_valid(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(char *) = {
		check_lvm_report, check_sr_ref,	  check_dm,
		check_address,	  check_sessions, check_names,
	};
	char *text;

	if (size < 1)
		return 0;
	text = (char *)exact_copy(data + 1, size - 1, size);
	checks[data[0] % (sizeof(checks) / sizeof(*checks))](text);
	free(text);
	return 0;
}
