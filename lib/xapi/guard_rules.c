// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/guard_rules.h"

#include <string.h>

const struct sr_record *records_find_sr(const struct records *records,
					const char *uuid)
{
	for (size_t i = 0; i < records->sr_count; i++) {
		if (strcasecmp(records->srs[i].uuid, uuid) == 0)
			return &records->srs[i];
	}
	return NULL;
}

static const struct sr_record *sr_of(const struct records *records,
				     const struct pbd_record *pbd)
{
	for (size_t i = 0; i < records->sr_count; i++) {
		if (strcmp(records->srs[i].ref, pbd->sr) == 0)
			return &records->srs[i];
	}
	return NULL;
}

static bool is_own(const struct guard_question *question, const char *sr_ref)
{
	return question->own_sr_ref &&
	       strcmp(question->own_sr_ref, sr_ref) == 0;
}

/* What a PBD that names the LUN means. */
static enum guard_verdict_kind kind_of(const struct pbd_record *pbd,
				       const struct sr_record *sr,
				       const struct guard_question *question)
{
	if (is_own(question, pbd->sr))
		return GUARD_FREE;
	if (pbd->attached)
		return GUARD_ATTACHED;
	if (!sr)
		return GUARD_RECORDED;
	if (question->old_sr && strcasecmp(sr->uuid, question->old_sr) == 0)
		return GUARD_ORIGINAL;
	return strcmp(sr->type, GUARD_OWN_TYPE) == 0 ? GUARD_FREE
						     : GUARD_RECORDED;
}

static void note(struct guard_verdict *worst, enum guard_verdict_kind kind,
		 const struct pbd_record *pbd, const struct sr_record *sr)
{
	if (kind != GUARD_FREE &&
	    (worst->kind == GUARD_FREE || kind < worst->kind))
		*worst = (struct guard_verdict){ kind, pbd, sr };
}

static void judge_pbds(const struct records *records,
		       const struct guard_question *question,
		       struct guard_verdict *worst)
{
	for (size_t i = 0; i < records->pbd_count; i++) {
		const struct pbd_record *pbd = &records->pbds[i];
		const struct sr_record *sr = sr_of(records, pbd);

		if (luns_hold(pbd->luns, question->names))
			note(worst, kind_of(pbd, sr, question), pbd, sr);
	}
}

struct pbds_of_sr {
	bool tell;   /* one of them tells a LUN */
	bool untold; /* one of them tells none, or there is none */
};

static struct pbds_of_sr look_at_pbds(const struct records *records,
				      const struct sr_record *sr,
				      const struct lun_names *names)
{
	struct pbds_of_sr found = { 0 };

	for (size_t i = 0; i < records->pbd_count; i++) {
		const struct pbd_record *pbd = &records->pbds[i];

		if (strcmp(pbd->sr, sr->ref) != 0)
			continue;
		if (luns_tell(pbd->luns, names))
			found.tell = true;
		else
			found.untold = true;
	}
	if (!found.tell)
		found.untold = true;
	return found;
}

/* sm_config may be older than the PBDs, so it counts only for an SR whose PBDs
 * leave the question open. */
static void judge_srs(const struct records *records,
		      const struct guard_question *question,
		      struct guard_verdict *worst)
{
	for (size_t i = 0; i < records->sr_count; i++) {
		const struct sr_record *sr = &records->srs[i];
		bool on_lun = question->old_sr &&
			      strcasecmp(sr->uuid, question->old_sr) == 0;
		struct pbds_of_sr pbds;

		if (is_own(question, sr->ref) ||
		    strcmp(sr->type, GUARD_OWN_TYPE) == 0)
			continue;
		pbds = look_at_pbds(records, sr, question->names);
		if (!pbds.untold)
			continue;
		if (luns_hold(sr->luns, question->names) && !pbds.tell)
			note(worst, on_lun ? GUARD_ORIGINAL : GUARD_RECORDED,
			     NULL, sr);
		else if (on_lun &&
			 (pbds.tell || !luns_tell(sr->luns, question->names)))
			note(worst, GUARD_UNTOLD, NULL, sr);
	}
}

struct guard_verdict guard_judge(const struct records *records,
				 const struct guard_question *question)
{
	struct guard_verdict worst = { .kind = GUARD_FREE };

	judge_pbds(records, question, &worst);
	judge_srs(records, question, &worst);
	return worst;
}
