// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "format/resign_journal.h"

enum {
	VERSION_AT = 8,
	CRC_AT = 12,
	STATE_AT = 16,
	BODY_CRC_AT = 20,
	ID_AT = 24,
	OWNER_AT = 40,
	OLD_SR_AT = 56,
	NEW_SR_AT = 72,
	OLD_PV_AT = 88,
	NEW_PV_AT = 120,
	OLD_VG_AT = 152,
	NEW_VG_AT = 184,
	SEQNO_AT = 216,
	BODY_AT_AT = 224,
	BODY_LEN_AT = 232,
	SCSI_ID_AT = 240,
	PLACE_AT = 496,
};

_Static_assert(SCSI_ID_AT + JOURNAL_SCSIID_SIZE <= PLACE_AT,
	       "the head fits a sector");

static const char magic[8] = { 'R', 'E', 'L', 'V', 'M', 'J', 'N', 'L' };

static uint32_t head_crc(const uint8_t *sector)
{
	static const uint8_t no_crc[4];
	uint32_t crc = lvm_crc(LVM_CRC_INITIAL, sector, CRC_AT);

	crc = lvm_crc(crc, no_crc, sizeof(no_crc));
	return lvm_crc(crc, sector + CRC_AT + 4,
		       JOURNAL_HEAD_SIZE - CRC_AT - 4);
}

static void put_uuid(uint8_t *p, const struct uuid *uuid)
{
	memcpy(p, uuid->bytes, sizeof(uuid->bytes));
}

static struct uuid get_uuid(const uint8_t *p)
{
	struct uuid uuid;

	memcpy(uuid.bytes, p, sizeof(uuid.bytes));
	return uuid;
}

static bool get_lvm_id(const uint8_t *p, struct lvm_id *id)
{
	return lvm_id_from_chars((const char *)p, id);
}

void journal_head_encode(const struct journal_head *head, uint8_t *sector)
{
	size_t id_len = strnlen(head->scsi_id, JOURNAL_SCSIID_SIZE - 1);

	memset(sector, 0, JOURNAL_HEAD_SIZE);
	memcpy(sector, magic, sizeof(magic));
	put_le32(sector + VERSION_AT, 1);
	put_le32(sector + STATE_AT, head->state);
	put_le32(sector + BODY_CRC_AT, head->body_crc);
	put_uuid(sector + ID_AT, &head->id);
	put_uuid(sector + OWNER_AT, &head->owner);
	put_uuid(sector + OLD_SR_AT, &head->old_sr);
	put_uuid(sector + NEW_SR_AT, &head->new_sr);
	memcpy(sector + OLD_PV_AT, head->old_pv.chars, LVM_ID_LEN);
	memcpy(sector + NEW_PV_AT, head->new_pv.chars, LVM_ID_LEN);
	memcpy(sector + OLD_VG_AT, head->old_vg.chars, LVM_ID_LEN);
	memcpy(sector + NEW_VG_AT, head->new_vg.chars, LVM_ID_LEN);
	put_le64(sector + SEQNO_AT, head->seqno);
	put_le64(sector + BODY_AT_AT, head->body_at);
	put_le64(sector + BODY_LEN_AT, head->body_len);
	memcpy(sector + SCSI_ID_AT, head->scsi_id, id_len);
	put_uuid(sector + PLACE_AT, &head->place);
	put_le32(sector + CRC_AT, head_crc(sector));
}

/* The first byte is, and each is like the one before. */
static bool is_zeros(const uint8_t *p, size_t len)
{
	return *p == 0 && memcmp(p, p + 1, len - 1) == 0;
}

/* False if it is damaged. */
static bool decode(const uint8_t *sector, struct journal_head *out)
{
	*out = (struct journal_head){
		.state = (enum journal_state)get_le32(sector + STATE_AT),
		.id = get_uuid(sector + ID_AT),
		.owner = get_uuid(sector + OWNER_AT),
		.old_sr = get_uuid(sector + OLD_SR_AT),
		.new_sr = get_uuid(sector + NEW_SR_AT),
		.seqno = get_le64(sector + SEQNO_AT),
		.body_at = get_le64(sector + BODY_AT_AT),
		.body_len = get_le64(sector + BODY_LEN_AT),
		.body_crc = get_le32(sector + BODY_CRC_AT),
		.place = get_uuid(sector + PLACE_AT),
	};
	memcpy(out->scsi_id, sector + SCSI_ID_AT, JOURNAL_SCSIID_SIZE);
	return get_le32(sector + CRC_AT) == head_crc(sector) &&
	       get_le32(sector + VERSION_AT) == 1 &&
	       (out->state == JOURNAL_CLAIMED ||
		out->state == JOURNAL_COMMITTED) &&
	       get_lvm_id(sector + OLD_PV_AT, &out->old_pv) &&
	       get_lvm_id(sector + NEW_PV_AT, &out->new_pv) &&
	       get_lvm_id(sector + OLD_VG_AT, &out->old_vg) &&
	       get_lvm_id(sector + NEW_VG_AT, &out->new_vg) &&
	       out->body_len <= JOURNAL_MAX_BODY &&
	       out->body_at <= UINT64_MAX - out->body_len &&
	       out->scsi_id[JOURNAL_SCSIID_SIZE - 1] == 0;
}

enum journal_state journal_head_decode(const uint8_t *place,
				       struct journal_head *out)
{
	enum journal_state state = JOURNAL_DAMAGED;

	if (is_zeros(place, JOURNAL_PLACE_SIZE))
		state = JOURNAL_NONE;
	else if (memcmp(place, magic, sizeof(magic)) != 0 ||
		 !is_zeros(place + JOURNAL_HEAD_SIZE,
			   JOURNAL_PLACE_SIZE - JOURNAL_HEAD_SIZE))
		state = JOURNAL_FOREIGN;
	else if (decode(place, out))
		return out->state;
	*out = (struct journal_head){ .state = state };
	return state;
}
