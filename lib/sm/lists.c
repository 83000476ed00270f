// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/disk_id.h"
#include "rpc/xml.h"
#include "base/utf8.h"

/* A document while it is written. */
struct list {
	struct buffer text;
	int depth;
	size_t opened; /* where the element that was opened last begins to hold
			* something */
};

static void add(struct list *list, const char *begin, const char *name,
		const char *end)
{
	buffer_add(&list->text, "\t\t\t", (size_t)list->depth);
	buffer_add_text(&list->text, begin);
	buffer_add_text(&list->text, name);
	buffer_add_text(&list->text, end);
}

static void open_element(struct list *list, const char *name)
{
	add(list, "<", name, ">\n");
	list->opened = list->text.len;
	list->depth++;
}

static void close_element(struct list *list, const char *name)
{
	list->depth--;
	if (list->text.len > list->opened) {
		add(list, "</", name, ">\n");
		return;
	}
	list->text.len -= strlen(">\n");
	buffer_add_text(&list->text, "/>\n");
}

static void add_text(struct list *list, const char *name, const char *text)
{
	char *clean = text_clean(text, strlen(text), ' ');

	add(list, "<", name, clean[0] ? ">" : "/>\n");
	if (clean[0]) {
		xml_add_escaped(&list->text, clean, true);
		buffer_add_text(&list->text, "</");
		buffer_add_text(&list->text, name);
		buffer_add_text(&list->text, ">\n");
	}
	free(clean);
}

static void add_number(struct list *list, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	add_text(list, name, text);
}

/* minidom's header has a blank. */
static struct list begin(void)
{
	struct list list = { 0 };

	buffer_add_text(&list.text, "<?xml version=\"1.0\" ?>\n");
	return list;
}

static char *finish(struct list *list)
{
	buffer_add(&list->text, "", 1);
	return (char *)list->text.data;
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
	close_element(list, "TGT");
}

/* Print's line feed comes on top of the document's own. */
static char *finish_printed(struct list *list, const char *root)
{
	close_element(list, root);
	buffer_add_text(&list->text, "\n");
	return finish(list);
}

char *list_targets(const struct iscsi_offers *offers, const char *targets,
		   uint16_t port)
{
	struct list list = begin();

	open_element(&list, "iscsi-target-iqns");
	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];

		/* as iscsiadm prints it */
		add_target(&list, i, portal_host_text(offer->portal.host).chars,
			   offer->portal.port, offer->iqn);
	}
	add_target(&list, offers->count, targets, port, "*");
	return finish_printed(&list, "iscsi-target-iqns");
}

/* lvmoiscsi leaves out what a LUN does not tell. Xen Orchestra wants a vendor
 * of each, so that one may be empty. */
char *list_luns(const struct lun_listing *luns)
{
	struct list list = begin();

	open_element(&list, "iscsi-target");
	for (size_t i = 0; i < luns->count; i++) {
		const struct user_lun *item = &luns->items[i];

		open_element(&list, "LUN");
		add_text(&list, "vendor", item->vendor);
		if (item->serial[0])
			add_text(&list, "serial", item->serial);
		add_number(&list, "LUNid", lun_number(item->lun));
		if (item->size)
			add_number(&list, "size", item->size);
		add_text(&list, "SCSIid", item->scsi_id.text);
		close_element(&list, "LUN");
	}
	return finish_printed(&list, "iscsi-target");
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
		buffer_add_text(&text, path);
	}
	buffer_add(&text, "", 1);
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
	close_element(list, "BlockDevice");
}

static void add_adapter(struct list *list, const struct hba *hba,
			const struct hba_facts *facts)
{
	const char *open = NULL;
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
			close_element(list, open);
		open = fact->class;
		open_element(list, open);
	}
	if (open)
		close_element(list, open);
	close_element(list, "Adapter");
}

char *list_devices(const struct hbas *hbas, const struct hba_luns *luns,
		   const bool *chosen, const struct hba_facts *facts)
{
	struct list list = begin();

	open_element(&list, "Devlist");
	for (size_t i = 0; i < luns->count; i++) {
		if (chosen[i])
			add_device(&list, hbas, &luns->items[i]);
	}
	for (size_t i = 0; i < hbas->count; i++)
		add_adapter(&list, &hbas->items[i], &facts[i]);
	return finish_printed(&list, "Devlist");
}

/* No name may be "SR", "UUID", "size", "value" or another that clients look
 * for. */
char *list_sr(const struct listed_sr *sr)
{
	struct list list = begin();

	open_element(&list, "SRlist");
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
		close_element(&list, "SR");
	}
	close_element(&list, "SRlist");
	return finish(&list);
}
