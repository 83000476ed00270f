// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/lists.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "iscsi/address.h"
#include "sm/printable.h"

/* A document while it is written. */
struct list {
	xmlBuffer *text;
	xmlTextWriter *writer;
	bool failed;
};

static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

static void note(struct list *list, int rc)
{
	if (rc < 0)
		list->failed = true;
}

static void open_element(struct list *list, const char *name)
{
	if (!list->failed)
		note(list, xmlTextWriterStartElement(list->writer, xml(name)));
}

static void close_element(struct list *list)
{
	if (!list->failed)
		note(list, xmlTextWriterEndElement(list->writer));
}

/* minidom's header has a blank that libxml2's has not. */
static struct list begin(const char *root)
{
	struct list list = { .text = xmlBufferCreate() };

	list.writer = list.text ? xmlNewTextWriterMemory(list.text, 0) : NULL;
	list.failed = !list.writer;
	if (list.failed)
		return list;
	note(&list, xmlTextWriterSetIndent(list.writer, 1));
	note(&list, xmlTextWriterSetIndentString(list.writer, xml("\t")));
	note(&list, xmlTextWriterWriteRaw(list.writer,
					  xml("<?xml version=\"1.0\" ?>\n")));
	open_element(&list, root);
	return list;
}

static void add_text(struct list *list, const char *name, const char *text)
{
	char *clean = printable_text(text, true);

	if (!clean)
		list->failed = true;
	open_element(list, name);
	if (!list->failed && clean[0])
		note(list, xmlTextWriterWriteString(list->writer, xml(clean)));
	close_element(list);
	free(clean);
}

static void add_number(struct list *list, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	add_text(list, name, text);
}

/* Print's line feed comes on top of the document's own. */
static char *finish(struct list *list, bool printed)
{
	char *made = NULL;

	close_element(list);
	if (!list->failed)
		note(list, xmlTextWriterFlush(list->writer));
	if (!list->failed &&
	    asprintf(&made, "%s%s", (const char *)xmlBufferContent(list->text),
		     printed ? "\n" : "") < 0)
		made = NULL;
	if (list->writer)
		xmlFreeTextWriter(list->writer);
	if (list->text)
		xmlBufferFree(list->text);
	return made;
}

static void add_target(struct list *list, size_t index, const char *address,
		       uint16_t port, const char *iqn)
{
	open_element(list, "TGT");
	add_number(list, "Index", index);
	add_text(list, "IPAddress", address);
	if (port != ISCSI_PORT)
		add_number(list, "Port", port);
	add_text(list, "TargetIQN", iqn);
	close_element(list);
}

char *list_targets(const struct iscsi_offers *offers, const char *targets,
		   uint16_t port)
{
	struct list list = begin("iscsi-target-iqns");

	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];
		const char *host = offer->portal.host;
		char *address = NULL;

		/* as iscsiadm prints it */
		if (asprintf(&address, strchr(host, ':') ? "[%s]" : "%s",
			     host) < 0) {
			list.failed = true;
			break;
		}
		add_target(&list, i, address, offer->portal.port, offer->iqn);
		free(address);
	}
	add_target(&list, offers->count, targets, port, "*");
	return finish(&list, true);
}

/* lvmoiscsi leaves out what a LUN does not tell. Xen Orchestra wants a vendor
 * of each, so that one may be empty. */
char *list_luns(const struct lun_listing *luns)
{
	struct list list = begin("iscsi-target");

	for (size_t i = 0; i < luns->count; i++) {
		const struct listed_lun *item = &luns->items[i];

		open_element(&list, "LUN");
		add_text(&list, "vendor", item->details.vendor);
		if (item->details.serial[0])
			add_text(&list, "serial", item->details.serial);
		add_number(&list, "LUNid", lun_number(item->lun.lun));
		if (item->details.size)
			add_number(&list, "size", item->details.size);
		add_text(&list, "SCSIid", item->lun.scsi_id.text);
		close_element(&list);
	}
	return finish(&list, true);
}

/* No name may be "SR", "UUID", "size", "value" or another that clients look
 * for. */
char *list_sr(const struct listed_sr *sr)
{
	struct list list = begin("SRlist");

	if (sr) {
		open_element(&list, "SR");
		add_text(&list, "UUID", sr->uuid);
		add_text(&list, "Devlist", sr->device);
		add_number(&list, "size", sr->size);
		add_text(&list, "known-to-xapi", sr->known);
		add_text(&list, "lun-is", sr->lun);
		if (sr->vdis) {
			add_number(&list, "vdis", sr->vdis->all);
			add_number(&list, "snapshots", sr->vdis->snapshots);
		}
		add_text(&list, "resign-journal", sr->journal);
		close_element(&list);
	}
	return finish(&list, false);
}
