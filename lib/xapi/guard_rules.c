// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/guard_rules.h"

#include <string.h>

const char *owner_text(enum lun_owner owner)
{
	static const char *const texts[] = {
		[OWNER_NOT_ASKED] = "not asked",
		[OWNER_UNKNOWN] = "unknown",
		[OWNER_CLONE] = "clone",
		[OWNER_UNTOLD] = "original or clone",
		[OWNER_OTHER_SR] = "recorded as another SR's",
		[OWNER_ORIGINAL] = "original",
	};

	return texts[owner];
}

static bool has_uuid(const json_t *sr, const struct uuid *uuid)
{
	return strcasecmp(value_get(sr, "uuid"), uuid_string(uuid).chars) == 0;
}

const char *records_find_sr(const struct records *records,
			    const struct uuid *uuid)
{
	const char *ref;
	json_t *sr;

	json_object_foreach(records->srs, ref, sr)
	{
		if (has_uuid(sr, uuid))
			return ref;
	}
	return NULL;
}

static json_t *sr_of(const struct records *records, const json_t *from)
{
	return json_object_get(records->srs, value_get(from, "SR"));
}

/* ---- what a device_config or sm_config says ---- */

static bool holds(const json_t *record, const char *field,
		  const struct lun_names *names)
{
	json_t *config = json_object_get(record, field);
	const char *key, *text;
	json_t *value;

	json_object_foreach(config, key, value)
	{
		text = json_string_value(value);
		if (lun_names_in(names, key) || lun_names_in(names, text))
			return true;
	}
	return false;
}

/* An SR of LUN-per-VDI on this target. */
static bool has_target(const json_t *sr, const json_t *pbd, const char *iqn)
{
	const char *own =
		value_get(json_object_get(pbd, "device_config"), "targetIQN");

	return sr && iqn && own && sr_has_luns(value_get(sr, "type")) &&
	       (strcasecmp(own, iqn) == 0 || strcmp(own, "*") == 0);
}

/* Whether this can be nothing but a binary designator. "SAN1" is no serial number
 * but what an admin calls a map. */
static bool is_binary(const char *id)
{
	return (id[0] == '2' || id[0] == '3') &&
	       id[strspn(id, "0123456789abcdefABCDEF")] == '\0';
}

/* The SCSIid in one item of a list: the item itself under a key of that name,
 * else the one in the name of a whole disk. Empty if there is none. */
static void take_id(const char *key, const char *item, size_t len,
		    struct scsi_id *id)
{
	static const char *const fronts[] = { "/dev/mapper/",
					      "/dev/disk/by-scsid/",
					      "/dev/disk/by-id/scsi-",
					      "scsi-" };

	*id = (struct scsi_id){ "" };
	if (len >= sizeof(id->text) || memmem(item, len, "-part", 5))
		return;
	if (strcasecmp(key, "SCSIid") == 0) {
		memcpy(id->text, item, len);
		return;
	}
	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		size_t front = strlen(fronts[i]);

		if (strncmp(item, fronts[i], front) == 0) {
			memcpy(id->text, item + front, len - front);
			id->text[strcspn(id->text, "/")] = '\0';
			if (i == 0 && !is_binary(id->text))
				id->text[0] = '\0';
			return;
		}
	}
}

/* Whether the list holds a name that would be one of the LUN's if it meant this
 * one. */
static bool list_tells(const char *key, const char *list,
		       const struct lun_names *names)
{
	static const char gap[] = ", \t";

	for (list += strspn(list, gap); *list; list += strspn(list, gap)) {
		size_t len = strcspn(list, gap);
		struct scsi_id id;

		take_id(key, list, len, &id);
		if (lun_names_can_tell(names, id.text))
			return true;
		list += len;
	}
	return false;
}

static bool tells(const json_t *record, const char *field,
		  const struct lun_names *names)
{
	json_t *config = json_object_get(record, field);
	const char *key, *text;
	json_t *value;

	json_object_foreach(config, key, value)
	{
		text = json_string_value(value);
		if (list_tells("", key, names) || list_tells(key, text, names))
			return true;
	}
	return false;
}

/* ---- verdicts ---- */

static bool is_own(const struct guard_question *question, const char *sr_ref)
{
	return question->own_sr_ref &&
	       strcmp(question->own_sr_ref, sr_ref) == 0;
}

/* Made by a call like this one: no such SR is ever attached. */
static bool is_ours(const json_t *sr)
{
	const char *type = value_get(sr, "type");

	return strcmp(type, "relvmoiscsi") == 0 ||
	       strcmp(type, "relvmohba") == 0;
}

static bool is_on_lun(const struct guard_question *question, const json_t *sr)
{
	return sr && question->old_sr && has_uuid(sr, question->old_sr);
}

bool guard_is_attached(const struct guard_verdict *verdict)
{
	return json_is_true(
		json_object_get(verdict->pbd, "currently_attached"));
}

static void note(struct guard_verdict *worst, struct guard_verdict verdict)
{
	bool was = guard_is_attached(worst), is = guard_is_attached(&verdict);

	if (is == was ? verdict.owner > worst->owner : is)
		*worst = verdict;
}

static void judge_pbds(const struct records *records,
		       const struct guard_question *question,
		       struct guard_verdict *worst)
{
	const char *ref;
	json_t *pbd;

	json_object_foreach(records->pbds, ref, pbd)
	{
		struct guard_verdict verdict = { .pbd = pbd,
						 .sr = sr_of(records, pbd) };

		verdict.owner = is_on_lun(question, verdict.sr)
					? OWNER_ORIGINAL
					: OWNER_OTHER_SR;
		if (is_own(question, value_get(pbd, "SR")) ||
		    (verdict.sr && is_ours(verdict.sr) &&
		     !guard_is_attached(&verdict)))
			continue;
		if (holds(pbd, "device_config", question->names) ||
		    has_target(verdict.sr, pbd, question->iqn))
			note(worst, verdict);
	}
}

/* Whether each of its PBDs, or where it has none its sm_config, tells of
 * another LUN; it is known that none tells of this one. */
static bool is_elsewhere(const struct records *records, const char *sr_ref,
			 const struct lun_names *names)
{
	const char *ref;
	bool any = false;
	json_t *pbd;

	json_object_foreach(records->pbds, ref, pbd)
	{
		if (strcmp(value_get(pbd, "SR"), sr_ref) != 0)
			continue;
		any = true;
		if (!tells(pbd, "device_config", names))
			return false;
	}
	return any ||
	       tells(json_object_get(records->srs, sr_ref), "sm_config", names);
}

static void judge_srs(const struct records *records,
		      const struct guard_question *question,
		      struct guard_verdict *worst)
{
	const char *ref;
	json_t *sr;

	json_object_foreach(records->srs, ref, sr)
	{
		struct guard_verdict verdict = { .sr = sr };

		if (is_own(question, ref) || is_ours(sr))
			continue;
		if (holds(sr, "sm_config", question->names))
			verdict.owner = is_on_lun(question, sr)
						? OWNER_ORIGINAL
						: OWNER_OTHER_SR;
		else if (!is_on_lun(question, sr))
			continue;
		else if (is_elsewhere(records, ref, question->names))
			verdict.owner = OWNER_CLONE;
		else
			verdict.owner = OWNER_UNTOLD;
		note(worst, verdict);
	}
}

static void judge_vdis(const struct records *records,
		       const struct guard_question *question,
		       struct guard_verdict *worst)
{
	const char *ref;
	json_t *vdi;

	json_object_foreach(records->vdis, ref, vdi)
	{
		if (holds(vdi, "sm_config", question->names))
			note(worst, (struct guard_verdict){
					    .owner = OWNER_OTHER_SR,
					    .sr = sr_of(records, vdi) });
	}
}

struct guard_verdict guard_judge(const struct records *records,
				 const struct guard_question *question)
{
	struct guard_verdict worst = { .owner = OWNER_UNKNOWN };

	judge_pbds(records, question, &worst);
	judge_srs(records, question, &worst);
	judge_vdis(records, question, &worst);
	return worst;
}
