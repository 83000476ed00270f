// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/attach.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "engine/reach.h"
#include "engine/resign.h"
#include "host/disk_id.h"
#include "host/in_use.h"
#include "host/lock.h"
#include "openiscsi/sysfs_session.h"

static struct uuid_string sr_of(const struct look *look)
{
	return uuid_string(&look->sr.snap->vg.sr);
}

static int is_begun(const struct xapi *xapi, const struct look *look,
		    bool *begun, struct error *err)
{
	return xapi_attach_begun(xapi, sr_of(look).chars, &look->names, begun,
				 err);
}

/* False, too, if the LUN cannot be read yet. */
static int attach_begun(const struct attach_wanted *wanted, bool *begun,
			struct error *err)
{
	struct look look;
	int rc;

	*begun = false;
	if (look_inspect(wanted->choice, &look, err) == 0)
		rc = is_begun(wanted->xapi, &look, begun, err);
	else
		rc = err->code == ERROR_LUN_CONTENT ? 0 : -1;
	sr_report_free(&look.sr);
	return rc;
}

/* VDIs that an operation of SM's is in flight on, by the names of its journals,
 * which it undoes or completes. `out` has room for one of each LV. */
static size_t find_in_flight(const struct lvm_vg *vg, struct uuid *out)
{
	size_t count = 0;

	for (uint32_t i = 0; i < vg->lv_count; i++) {
		const char *name = vg->lvs[i].name;
		size_t type = strcspn(name, "_") + 1;

		if ((strncmp(name, "leaf_", 5) == 0 ||
		     strncmp(name, "clone_", 6) == 0) &&
		    strlen(name) >= type + UUID_TEXT_LEN)
			count += uuid_from_text(name + type, &out[count]);
	}
	return count;
}

static int attach_now(const struct attach_wanted *wanted,
		      struct attach_result *out, struct error *err)
{
	struct xapi_attach attach = {
		.names = &out->look.names,
		.scsi_id = wanted->choice->lun.scsi_id,
		.type = wanted->type,
		/* SM itself does by HBA. */
		.rescan = !wanted->choice->by_hba,
		.device_config = wanted->device_config,
	};
	struct uuid_string sr;
	struct uuid *in_flight;
	int rc;

	if (look_inspect(wanted->choice, &out->look, err))
		return -1;
	sr = sr_of(&out->look);
	attach.sr_uuid = sr.chars;
	attach.label = wanted->label ? wanted->label : out->look.sr.label;
	attach.in_flight = in_flight = alloc_zeroed(
		out->look.sr.snap->vg.lv_count + 1, sizeof(*in_flight));
	attach.in_flight_count =
		find_in_flight(&out->look.sr.snap->vg, in_flight);
	rc = xapi_attach(wanted->xapi, &attach, &out->report, err);
	free(in_flight);
	return rc;
}

static int resign_first(const struct attach_wanted *wanted,
			const struct resign_request *request,
			struct attach_result *out, struct error *err)
{
	struct resign_request mine = *request;
	struct scsi_id scsi_id;
	bool begun;

	/* The attach makes what the storage manager wants to end them. */
	mine.plan.choices.keep_journals = true;
	if (attach_begun(wanted, &begun, err) ||
	    (!begun &&
	     resign(wanted->choice, &mine, &scsi_id, &out->resign, err)))
		return -1;
	out->resigned = !begun;
	return 0;
}

static int note_names(const struct reached *reached, void *context,
		      struct error *err)
{
	struct lun_names *names = context;

	(void)err;
	*names = reached->names;
	return 0;
}

/* The storage manager looks for the name alone that scsi_id prints, and a user may
 * have given another, or a number or a device. */
static int as_known(struct lun_choice *choice, struct lun_names *names,
		    struct error *err)
{
	const char *id;

	choice->lun.as_listed = true;
	if (reach(choice, REACH_TO_READ, note_names, names, err))
		return -1;
	id = host_scsi_id(names)->text;
	if (id[0])
		choice->lun.scsi_id = id;
	if (!choice->lun.scsi_id)
		return error_set(err, ERROR_NO_SCSIID,
				 "the LUN has no name that an SR could have");
	choice->by_hba |= choice->path != NULL;
	choice->path = NULL;
	return 0;
}

int attach_lun(const struct attach_wanted *wanted,
	       const struct resign_request *request, struct attach_result *out,
	       struct error *err)
{
	struct lun_choice known = *wanted->choice;
	struct attach_wanted mine = *wanted;
	struct attach_result result = { 0 };
	struct lun_names names;
	struct host_lock lock;
	int rc;

	mine.choice = &known;
	/* Two that begin at once would resign one after the other, and the
	 * first attach an SR that is no more. */
	if (as_known(&known, &names, err) ||
	    host_lock_attach(HOST_LOCK_DIR, known.lun.scsi_id, &lock, err))
		return -1;
	rc = request ? resign_first(&mine, request, &result, err) : 0;
	if (!rc) {
		rc = attach_now(&mine, &result, err);
		if (rc && result.resigned)
			error_prefix(err, "the LUN is resigned; attach goes on "
					  "from there: ");
	}
	host_lock_release(&lock);
	if (rc)
		attach_result_free(&result);
	else
		*out = result;
	return rc;
}

/* False if it is not UTF-8. */
static bool add_text(json_t *to, const char *key, const char *text)
{
	return !text || !text[0] ||
	       json_object_set_new(to, key, json_string(text)) == 0;
}

static void add_portals(json_t *config, const struct iscsi_target *target)
{
	struct buffer more = { 0 };

	for (unsigned i = 0; i < target->portal_count; i++) {
		const unsigned port = target->portals[i].port;
		const struct portal_host_text host =
			portal_host_text(target->portals[i].host);

		if (i > 0) {
			buffer_printf(&more, "%s%s:%u", i > 1 ? "," : "",
				      host.chars, port);
			continue;
		}
		add_text(config, "target", host.chars);
		json_object_set_new(config, "port", json_sprintf("%u", port));
	}
	if (more.len)
		json_object_set_new(config, "multihomelist",
				    json_stringn((char *)more.data, more.len));
	buffer_free(&more);
}

json_t *attach_config(const struct iscsi_target *target)
{
	json_t *config = json_object();

	add_portals(config, target);
	if (add_text(config, "targetIQN", target->iqn) &&
	    add_text(config, "chapuser", target->chap_user) &&
	    add_text(config, "chappassword", target->chap_password) &&
	    add_text(config, "incoming_chapuser", target->incoming_user) &&
	    add_text(config, "incoming_chappassword",
		     target->incoming_password))
		return config;
	json_decref(config);
	return NULL;
}

void attach_result_free(struct attach_result *result)
{
	sr_report_free(&result->resign.sr);
	sr_report_free(&result->look.sr);
	xapi_attach_report_free(&result->report);
}

/* ---- to show the LUN to the host ---- */

struct rescan {
	const struct lun_choice *choice;
	const struct xapi *xapi;
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	struct attach_scanned *out;
};

static int may_be_shown(const struct rescan *rescan,
			const struct reached *reached, struct error *err)
{
	struct look look;
	bool begun = false;
	int rc = look_at_open(reached, &look, err);

	if (rc == 0)
		rc = is_begun(rescan->xapi, &look, &begun, err);
	if (rc == 0 && !begun)
		rc = error_set(err, ERROR_IN_USE,
			       "the SR on the LUN, %s, is not being attached: "
			       "fn=attach scans where it is needed",
			       sr_of(&look).chars);
	sr_report_free(&look.sr);
	return rc;
}

static int show(const struct reached *reached, void *context, struct error *err)
{
	struct rescan *rescan = context;
	unsigned lun = reached->linux_number;

	if (may_be_shown(rescan, reached, err))
		return -1;
	for (unsigned i = 0; i < rescan->out->sessions; i++) {
		const struct sysfs_session *session = &rescan->sessions[i];

		if (sysfs_lun_there(session, lun))
			continue;
		if (sysfs_lun_scan(session, lun, err))
			return -1;
		rescan->out->scanned++;
	}
	return 0;
}

/* Which number the LUN has for this host, only the target can tell: an array may
 * give each host another one, and the kernel can be asked for a LUN by its number
 * alone, or for all, clones that nobody has resigned among them. So we log in
 * once ourselves; where the host has no session, there is nothing to be done. */
int attach_rescan(const struct lun_choice *choice, const struct xapi *xapi,
		  struct attach_scanned *out, struct error *err)
{
	struct rescan rescan = { choice, xapi, .out = out };

	*out = (struct attach_scanned){ 0 };
	if (choice->by_hba)
		return error_set(err, ERROR_BAD_VALUE,
				 "rescan is of a LUN over iSCSI");
	out->sessions =
		(unsigned)sysfs_sessions(choice->target.iqn, rescan.sessions);
	return out->sessions ? reach(choice, REACH_TO_READ, show, &rescan, err)
			     : 0;
}

/* ---- and back ---- */

struct release {
	const char *scsi_id;
	unsigned removed;
	struct error *err; /* the first failure */
	bool failed;
};

/* False: and so on with the next one. */
static bool release_lun(const struct sysfs_session *session, unsigned lun,
			void *data)
{
	struct release *release = data;
	char disk[BLOCK_NAME_SIZE];
	struct lun_names names;

	if (!sysfs_lun_disk(session, lun, disk) ||
	    !disk_names_known(disk, &names) ||
	    !lun_names_have(&names, release->scsi_id))
		return false;
	release->failed = in_use_check(disk, release->err) != 0;
	if (release->failed)
		return true;
	sysfs_lun_remove(session, lun);
	release->removed++;
	return false;
}

int attach_release(const char *iqn, const char *scsi_id, const char *sr_uuid,
		   const struct xapi *xapi, unsigned *removed,
		   struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	struct release release = { .scsi_id = scsi_id, .err = err };
	size_t n = sysfs_sessions(iqn, sessions);

	if (xapi_attach_ended(xapi, sr_uuid, scsi_id, err))
		return -1;
	for (size_t i = 0; i < n && !release.failed; i++)
		sysfs_any_lun(&sessions[i], release_lun, &release);
	*removed = release.removed;
	return release.failed ? -1 : 0;
}
