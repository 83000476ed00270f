// SPDX-License-Identifier: LGPL-2.1-only
#include "format/mgt.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define MAGIC "XSSM:"

/* An element's tags. */
#define ELEMENT(name) "<" name ">", "</" name ">"

static bool is_blank(const uint8_t *sector)
{
	for (int i = 0; i < MGT_SECTOR; i++) {
		if (sector[i] != 0)
			return false;
	}
	return true;
}

/* SM strips what it reads. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t skip_space(const uint8_t *sector, size_t at)
{
	while (at < MGT_SECTOR && is_space((char)sector[at]))
		at++;
	return at;
}

void mgt_parse_header(const uint8_t *sector, uint64_t volume_size,
		      struct mgt_header *out)
{
	uint64_t most = volume_size < MGT_MAX_SIZE ? volume_size : MGT_MAX_SIZE;
	size_t at = skip_space(sector, 0), first;
	uint64_t length = 0;

	*out = (struct mgt_header){ .blank = is_blank(sector) };
	if (out->blank)
		return;
	out->broken = true;
	if (at > MGT_SECTOR - strlen(MAGIC) ||
	    memcmp(sector + at, MAGIC, strlen(MAGIC)) != 0)
		return;
	first = at = skip_space(sector, at + strlen(MAGIC));
	for (; at < MGT_SECTOR && sector[at] >= '0' && sector[at] <= '9'; at++)
		length = length > most
				 ? length
				 : length * 10 + (uint64_t)(sector[at] - '0');
	if (at == first)
		return;
	at = skip_space(sector, at);
	if (at == MGT_SECTOR || sector[at] != ':')
		return;
	out->broken = false;
	/* SM reads as far as it can. */
	out->length = (uint32_t)(length < most ? length : most);
}

/* The content of the first <tag>…</tag> in bytes from..to, stripped; NULL if
 * none. */
static const char *find_element(const uint8_t *bytes, uint32_t from,
				uint32_t to, const char *open,
				const char *close, size_t *len)
{
	const char *at = (const char *)bytes + from;
	const char *begin, *end;

	begin = memmem(at, to - from, open, strlen(open));
	if (!begin)
		return NULL;
	begin += strlen(open);
	end = memmem(begin, (size_t)((const char *)bytes + to - begin), close,
		     strlen(close));
	if (!end)
		return NULL;
	while (is_space(*begin))
		begin++;
	while (begin < end && is_space(end[-1]))
		end--;
	*len = (size_t)(end - begin);
	return begin;
}

/* SM keeps labels in a record's first sector and all else in the second; a
 * writer that did not is still understood. */
static const char *find_in_record(const uint8_t *bytes, uint32_t at,
				  uint32_t end, const char *open,
				  const char *close, size_t *len)
{
	const char *found = NULL;

	if (end - at > MGT_SECTOR)
		found = find_element(bytes, at + MGT_SECTOR, end, open, close,
				     len);
	return found ? found : find_element(bytes, at, end, open, close, len);
}

static bool get_ref(const uint8_t *bytes, const char *content, size_t len,
		    struct mgt_ref *ref)
{
	if (len < UUID_TEXT_LEN || !uuid_from_text(content, &ref->uuid))
		return false;
	ref->at = (uint32_t)((const uint8_t *)content - bytes);
	return true;
}

/* What SM and XCP-ng's put there; nothing before there was a choice. */
static bool type_is_known(const char *text, size_t len)
{
	static const char *const types[] = { "", "vhd", "raw", "aio", "qcow2" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (len == strlen(types[i]) && memcmp(text, types[i], len) == 0)
			return true;
	}
	return false;
}

static bool parse_record(const uint8_t *bytes, uint32_t at, uint32_t end,
			 struct mgt_vdi *vdi)
{
	const char *content;
	size_t len;

	*vdi = (struct mgt_vdi){ .record_at = at, .record_end = end };
	content = find_in_record(bytes, at, end, ELEMENT("uuid"), &len);
	if (!content || !get_ref(bytes, content, len, &vdi->uuid))
		return false;
	content = find_in_record(bytes, at, end, ELEMENT("snapshot_of"), &len);
	vdi->has_snapshot_of =
		content && get_ref(bytes, content, len, &vdi->snapshot_of);
	content =
		find_in_record(bytes, at, end, ELEMENT("is_a_snapshot"), &len);
	vdi->is_a_snapshot = content && *content == '1';
	content = find_in_record(bytes, at, end, ELEMENT("managed"), &len);
	vdi->managed = !content || len != 1 || *content != '0';
	content = find_in_record(bytes, at, end, ELEMENT("vdi_type"), &len);
	vdi->type_is_known = !content || type_is_known(content, len);
	content = find_in_record(bytes, at, end, ELEMENT("deleted"), &len);
	if (content && len == 1) {
		vdi->deleted = *content == '1';
		vdi->deleted_at = (uint32_t)((const uint8_t *)content - bytes);
	}
	return true;
}

void mgt_parse(const uint8_t *bytes, const struct mgt_header *header,
	       struct mgt *out)
{
	struct mgt mgt = { 0 };
	const char *content;
	size_t len;

	if (header->length > MGT_SECTOR) {
		uint32_t end = header->length < MGT_FIRST_RECORD_AT
				       ? header->length
				       : MGT_FIRST_RECORD_AT;

		content = find_element(bytes, MGT_SECTOR, end, ELEMENT("uuid"),
				       &len);
		mgt.has_sr = content && get_ref(bytes, content, len, &mgt.sr);
	}
	mgt.vdis = alloc_zeroed(header->length / MGT_RECORD_SIZE + 1,
				sizeof(*mgt.vdis));
	for (uint32_t at = MGT_FIRST_RECORD_AT; at < header->length;
	     at += MGT_RECORD_SIZE) {
		uint32_t end = header->length - at < MGT_RECORD_SIZE
				       ? header->length
				       : at + MGT_RECORD_SIZE;

		if (parse_record(bytes, at, end, &mgt.vdis[mgt.vdi_count]))
			mgt.vdi_count++;
	}
	*out = mgt;
}

void mgt_free(struct mgt *mgt)
{
	free(mgt->vdis);
	*mgt = (struct mgt){ 0 };
}

const char *mgt_label(const uint8_t *bytes, const struct mgt_vdi *vdi,
		      size_t *len)
{
	uint32_t end = vdi->record_end - vdi->record_at < MGT_SECTOR
			       ? vdi->record_end
			       : vdi->record_at + MGT_SECTOR;
	const char *label = find_element(bytes, vdi->record_at, end,
					 ELEMENT("name_label"), len);

	if (!label)
		*len = 0;
	return label ? label : "";
}
