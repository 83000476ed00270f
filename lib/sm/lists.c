// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/lists.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "base/buffer.h"
#include "host/host_scsi_id.h"
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

/* "/dev/sdc [sda]" */
static void add_paths(struct list *list, const struct hbas *hbas,
		      const struct hba_lun *lun)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < lun->path_count; i++) {
		char path[BLOCK_NAME_SIZE + 8];

		snprintf(path, sizeof(path), i ? " [%s]" : "/dev/%s",
			 hbas->paths[lun->paths[i]].disk);
		buffer_add(&text, path, strlen(path));
	}
	buffer_add(&text, "", 1);
	if (text.failed)
		list->failed = true;
	else
		add_text(list, "path", (const char *)text.data);
	buffer_free(&text);
}

static void add_device(struct list *list, const struct hbas *hbas,
		       const struct hba_lun *lun)
{
	const struct hba_path *path = &hbas->paths[lun->paths[0]];

	open_element(list, "BlockDevice");
	add_paths(list, hbas, lun);
	add_number(list, "numpaths", lun->path_count);
	add_text(list, "SCSIid", host_scsi_id(&lun->details.names)->text);
	add_text(list, "vendor", lun->details.vendor);
	add_text(list, "serial", lun->details.serial);
	add_number(list, "size", lun->size);
	add_number(list, "adapter", hbas->items[path->hba].number);
	add_number(list, "channel", path->channel);
	add_number(list, "id", path->id);
	add_number(list, "lun", path->lun);
	add_text(list, "hba", hbas->items[path->hba].driver);
	close_element(list);
}

static void add_adapter(struct list *list, const struct hba *hba,
			const struct hba_facts *facts)
{
	bool open = false;
	char name[24];

	open_element(list, "Adapter");
	snprintf(name, sizeof(name), "host%u", hba->number);
	add_text(list, "host", name);
	add_text(list, "name", hba->driver);
	add_text(list, "manufacturer", facts->manufacturer);
	add_number(list, "id", hba->number);
	for (size_t i = 0; i < facts->count; i++) {
		const struct hba_fact *fact = &facts->items[i];

		if (fact->name) {
			add_text(list, fact->name, fact->value);
			continue;
		}
		if (open)
			close_element(list);
		open_element(list, fact->class);
		open = true;
	}
	if (open)
		close_element(list);
	close_element(list);
}

char *list_devices(const struct hbas *hbas, const struct hba_luns *luns,
		   const bool *chosen, const struct hba_facts *facts)
{
	struct list list = begin("Devlist");

	for (size_t i = 0; i < luns->count; i++) {
		if (chosen[i])
			add_device(&list, hbas, &luns->items[i]);
	}
	for (size_t i = 0; i < hbas->count; i++)
		add_adapter(&list, &hbas->items[i], &facts[i]);
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
