// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The lists of targets, LUNs and SRs byte for byte as lvmoiscsi prints them:
 * the expected text is minidom's (Python 3: toprettyxml, and print's line
 * feed).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "sm/lists.h"

#define HEAD "<?xml version=\"1.0\" ?>\n"

static void is(char *list, const char *expected)
{
	assert_non_null(list);
	assert_string_equal(list, expected);
	free(list);
}

static void lists_targets(void **state)
{
	char iqn[] = "iqn.a", one[] = "10.0.0.1", other[] = "fe80::1";
	struct iscsi_offer items[] = {
		{ iqn, { one, 3260 } },
		{ iqn, { other, 860 } },
	};
	const struct iscsi_offers offers = { items, 2 };

	(void)state;
	is(list_targets(&offers, "10.0.0.1,san.example.com", 3260),
	   HEAD "<iscsi-target-iqns>\n"
		"\t<TGT>\n"
		"\t\t<Index>0</Index>\n"
		"\t\t<IPAddress>10.0.0.1</IPAddress>\n"
		"\t\t<TargetIQN>iqn.a</TargetIQN>\n"
		"\t</TGT>\n"
		"\t<TGT>\n"
		"\t\t<Index>1</Index>\n"
		"\t\t<IPAddress>[fe80::1]</IPAddress>\n"
		"\t\t<Port>860</Port>\n"
		"\t\t<TargetIQN>iqn.a</TargetIQN>\n"
		"\t</TGT>\n"
		"\t<TGT>\n"
		"\t\t<Index>2</Index>\n"
		"\t\t<IPAddress>10.0.0.1,san.example.com</IPAddress>\n"
		"\t\t<TargetIQN>*</TargetIQN>\n"
		"\t</TGT>\n"
		"</iscsi-target-iqns>\n\n");
	is(list_targets(&(struct iscsi_offers){ NULL, 0 }, "san", 861),
	   HEAD "<iscsi-target-iqns>\n"
		"\t<TGT>\n"
		"\t\t<Index>0</Index>\n"
		"\t\t<IPAddress>san</IPAddress>\n"
		"\t\t<Port>861</Port>\n"
		"\t\t<TargetIQN>*</TargetIQN>\n"
		"\t</TGT>\n"
		"</iscsi-target-iqns>\n\n");
}

static void lists_luns(void **state)
{
	struct user_lun items[] = {
		{ .scsi_id = { "36000a" },
		  .vendor = "IET",
		  .serial = "beaf11",
		  .size = 1099511627776 },
		{ .lun = 16684, .scsi_id = { "S<&>" } },
	};
	const struct lun_listing luns = { items, 2 };

	(void)state;
	is(list_luns(&luns), HEAD "<iscsi-target>\n"
				  "\t<LUN>\n"
				  "\t\t<vendor>IET</vendor>\n"
				  "\t\t<serial>beaf11</serial>\n"
				  "\t\t<LUNid>0</LUNid>\n"
				  "\t\t<size>1099511627776</size>\n"
				  "\t\t<SCSIid>36000a</SCSIid>\n"
				  "\t</LUN>\n"
				  "\t<LUN>\n"
				  "\t\t<vendor/>\n"
				  "\t\t<LUNid>300</LUNid>\n"
				  "\t\t<SCSIid>S&lt;&amp;&gt;</SCSIid>\n"
				  "\t</LUN>\n"
				  "</iscsi-target>\n\n");
	is(list_luns(&(struct lun_listing){ NULL, 0 }),
	   HEAD "<iscsi-target/>\n\n");
}

static void lists_srs(void **state)
{
	const struct listed_vdis vdis = { 3, 2 };
	struct listed_sr sr = {
		.uuid = "be264df7-81bd-47c9-b401-5d7c41a11982",
		.device = "/dev/disk/by-scsid/36000a",
		.size = 1061158912,
		.known = "true",
		.lun = "clone",
		.journal = "none",
		.vdis = &vdis,
	};

	(void)state;
	is(list_sr(&sr),
	   HEAD "<SRlist>\n"
		"\t<SR>\n"
		"\t\t<UUID>be264df7-81bd-47c9-b401-5d7c41a11982</UUID>\n"
		"\t\t<Devlist>/dev/disk/by-scsid/36000a</Devlist>\n"
		"\t\t<size>1061158912</size>\n"
		"\t\t<known-to-xapi>true</known-to-xapi>\n"
		"\t\t<lun-is>clone</lun-is>\n"
		"\t\t<vdis>3</vdis>\n"
		"\t\t<snapshots>2</snapshots>\n"
		"\t\t<resign-journal>none</resign-journal>\n"
		"\t</SR>\n"
		"</SRlist>\n");
	sr.vdis = NULL;
	is(list_sr(&sr),
	   HEAD "<SRlist>\n"
		"\t<SR>\n"
		"\t\t<UUID>be264df7-81bd-47c9-b401-5d7c41a11982</UUID>\n"
		"\t\t<Devlist>/dev/disk/by-scsid/36000a</Devlist>\n"
		"\t\t<size>1061158912</size>\n"
		"\t\t<known-to-xapi>true</known-to-xapi>\n"
		"\t\t<lun-is>clone</lun-is>\n"
		"\t\t<resign-journal>none</resign-journal>\n"
		"\t</SR>\n"
		"</SRlist>\n");
	is(list_sr(NULL), HEAD "<SRlist/>\n");
}

/* Whatever a target says of itself, the list stays one document, and its text
 * cannot become markup or steer a terminal. */
static void stands_hostile_text(void **state)
{
	struct user_lun item = {
		.lun = 1,
		.scsi_id = { "36000a" },
	};
	const struct lun_listing luns = { &item, 1 };

	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		char *list;
		xmlDoc *doc;
		int n = 0;

		memset(item.vendor, (int)byte, VPD_VENDOR_SIZE - 1);
		strcpy(item.serial, "]]></serial></LUN><LUN>");
		item.serial[2] = (char)byte;
		memset(item.scsi_id.text, (int)byte, SCSI_ID_SIZE - 1);
		list = list_luns(&luns);
		assert_non_null(list);
		for (const char *c = list; *c; c++)
			assert_true((unsigned char)*c >= ' ' || *c == '\n' ||
				    *c == '\t');
		doc = xmlReadMemory(list, (int)strlen(list), NULL, NULL,
				    XML_PARSE_NOERROR | XML_PARSE_NONET);
		assert_non_null(doc);
		for (xmlNode *node = xmlDocGetRootElement(doc)->children; node;
		     node = node->next)
			n += node->type == XML_ELEMENT_NODE;
		assert_int_equal(n, 1);
		xmlFreeDoc(doc);
		free(list);
	}
	xmlCleanupParser();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_targets),
		cmocka_unit_test(lists_luns),
		cmocka_unit_test(lists_srs),
		cmocka_unit_test(stands_hostile_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
