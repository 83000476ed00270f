// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The lists, of whatever a target says of itself: well-formed XML, with as many
 * entries as there are.
 */
#include <libxml/parser.h>

#include "sm/lists.h"
#include "tests/fuzz/fuzz.h"

static void ignore(void *context, const char *text, ...)
{
	(void)context;
	(void)text;
}

static void check(char *list, int entries)
{
	xmlDoc *doc;
	int n = 0;

	MUST(list);
	for (const char *c = list; *c; c++)
		MUST((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t');
	doc = xmlReadMemory(list, (int)strlen(list), NULL, NULL,
			    XML_PARSE_NONET | XML_PARSE_NOERROR);
	MUST(doc);
	for (xmlNode *node = xmlDocGetRootElement(doc)->children; node;
	     node = node->next)
		n += node->type == XML_ELEMENT_NODE;
	MUST(n == entries);
	xmlFreeDoc(doc);
	free(list);
}

/* The next piece of the input, cut to `size` with its NUL. */
static void take(const uint8_t **data, size_t *left, char *to, size_t size)
{
	size_t n = *left < size - 1 ? *left : size - 1;

	memcpy(to, *data, n);
	to[n] = '\0';
	*data += n;
	*left -= n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct user_lun luns[2] = { { .lun = 1 }, { .lun = 65535 } };
	char iqn[224], host[254];
	struct iscsi_offer offer = { iqn, { host, 3261 } };
	struct listed_sr sr = { .uuid = iqn, .device = host };

	xmlSetGenericErrorFunc(NULL, ignore);
	for (int i = 0; i < 2; i++) {
		take(&data, &size, luns[i].vendor, VPD_VENDOR_SIZE);
		take(&data, &size, luns[i].scsi_id.text, SCSI_ID_SIZE);
		take(&data, &size, luns[i].serial, VPD_SERIAL_SIZE);
		luns[i].size = size;
	}
	take(&data, &size, iqn, sizeof(iqn));
	take(&data, &size, host, sizeof(host));
	sr.known = sr.lun = sr.journal = iqn;
	check(list_luns(&(struct lun_listing){ luns, 2 }), 2);
	check(list_targets(&(struct iscsi_offers){ &offer, 1 }, host, 3260), 2);
	check(list_sr(&sr), 1);
	return 0;
}
