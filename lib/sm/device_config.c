// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/device_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/scsi_id.h"
#include "iscsi/user_luns.h"

/* The value of a key, NULL if it is missing or empty. */
static const char *get(const json_t *map, const char *key)
{
	const char *value = value_get(map, key);

	return value && value[0] ? value : NULL;
}

static int read_initiator_name(const json_t *map,
			       const struct device_config_defaults *defaults,
			       char **out, struct error *err)
{
	const char *name = value_get(map, "localIQN");
	const char *from = "localIQN";

	if (!name) {
		name = defaults->initiator_name;
		from = "the host's other_config:iscsi_iqn";
	}
	if (!name)
		return initiator_name_read(defaults->initiator_name_file, out,
					   err)
			       ? error_prefix(err, "no localIQN is given: ")
			       : 0;
	if (!iscsi_name_valid(name))
		return error_set(err, ERROR_NO_INITIATOR,
				 "%s: '%.64s' is not an iSCSI name", from,
				 name);
	*out = alloc_text(name);
	return 0;
}

static int check_chap_text(const char *key, const char *text, struct error *err)
{
	size_t n = 0;

	for (; text[n]; n++) {
		unsigned char c = (unsigned char)text[n];

		if (c < ' ' || c == 0x7f)
			return error_set(err, ERROR_BAD_VALUE,
					 "%s holds a control character", key);
	}
	if (n > ISCSI_CHAP_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s has %zu bytes, more than %d", key, n,
				 ISCSI_CHAP_MAX);
	return 0;
}

struct chap_keys {
	const char *user;
	const char *password;
	const char *secret;
};

/* The password in clear, or the one whose secret is named, which goes first, as
 * in SM; NULL if there is neither. */
static int read_password(const json_t *map, const struct chap_keys *keys,
			 const struct device_config_defaults *defaults,
			 char **out, struct error *err)
{
	const char *secret = value_get(map, keys->secret);
	const char *password = get(map, keys->password);

	*out = NULL;
	if (!secret) {
		*out = alloc_text(password);
		return 0;
	}
	if (!defaults->read_secret)
		return error_set(err, ERROR_NO_SECRET,
				 "%s: xapi, which keeps secrets, is not or "
				 "cannot be asked; give %s",
				 keys->secret, keys->password);
	if (defaults->read_secret(defaults->context, secret, out, err))
		return error_prefix(err, "%s: ", keys->secret);
	/* As an empty one in clear, which is what xapi has made it of. */
	if (!**out) {
		free(*out);
		*out = NULL;
	}
	return 0;
}

/* One direction of CHAP. lvmoiscsi logs in without CHAP when half of the pair
 * is missing; here that is an error, since it hides a mistake. */
static int read_chap(const json_t *map, const struct chap_keys *keys,
		     const struct device_config_defaults *defaults, char **user,
		     char **password, struct error *err)
{
	const char *user_text = get(map, keys->user);

	if (read_password(map, keys, defaults, password, err))
		return -1;
	if (!user_text && !*password)
		return 0;
	if (!user_text || !*password)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s is given, but %s is missing",
				 user_text ? keys->user : keys->password,
				 user_text ? keys->password : keys->user);
	if (check_chap_text(keys->user, user_text, err) ||
	    check_chap_text(keys->password, *password, err))
		return -1;
	*user = alloc_text(user_text);
	return 0;
}

static int read_both_chaps(const json_t *map,
			   const struct device_config_defaults *defaults,
			   struct iscsi_target *target, struct error *err)
{
	static const struct chap_keys out_keys = { "chapuser", "chappassword",
						   "chappassword_secret" };
	static const struct chap_keys in_keys = {
		"incoming_chapuser", "incoming_chappassword",
		"incoming_chappassword_secret"
	};

	if (read_chap(map, &out_keys, defaults, &target->chap_user,
		      &target->chap_password, err) ||
	    read_chap(map, &in_keys, defaults, &target->incoming_user,
		      &target->incoming_password, err))
		return -1;
	if (target->incoming_user && !target->chap_user)
		return error_set(err, ERROR_BAD_VALUE,
				 "incoming_chapuser needs chapuser too: a "
				 "target proves itself only to an initiator "
				 "that does");
	return 0;
}

static int read_portals(const json_t *map, struct device_config *config,
			struct error *err)
{
	struct iscsi_target *target = &config->target;
	const char *port_text = get(map, "port");
	const char *multihome = get(map, "multihomelist");
	const char *sessions = get(map, "multiSession");

	config->port = ISCSI_PORT;
	if (port_text && port_read("port", port_text, &config->port, err))
		return -1;
	if (portals_add_list(target, config->targets, config->port, err))
		return -1;
	if (multihome && portals_add_list(target, multihome, 0, err))
		return -1;
	return sessions ? multi_session_read(sessions, &config->sessions, err)
			: 0;
}

static int read_way(const json_t *map,
		    const struct device_config_defaults *defaults,
		    struct device_config *out, struct error *err)
{
	const char *initiator = get(map, "initiator");
	const char *lun_id = get(map, "LUNid");

	/* lvmoiscsi takes any text, so it is no error here. */
	out->has_lun_id = lun_id && lun_number_read(lun_id, &out->lun_id);
	out->initiator = defaults->initiator;
	if (initiator && !initiator_kind_from_text(initiator, &out->initiator))
		return error_set(err, ERROR_BAD_VALUE,
				 "initiator is '%.64s'; it can be: %s",
				 initiator, INITIATOR_KINDS);
	return 0;
}

int choice_read(const char *name, const char *text, const char *words,
		bool *out, struct error *err)
{
	const char *other = strchr(words, '|') + 1;
	size_t usual = (size_t)(other - 1 - words);

	*out = strcmp(text, other) == 0;
	if (*out || (strlen(text) == usual && memcmp(text, words, usual) == 0))
		return 0;
	return error_set(err, ERROR_BAD_VALUE,
			 "%s is '%.64s'; it can be: %.*s, %s", name, text,
			 (int)usual, words, other);
}

/* What the LUN's way does not matter for. */
static int read_choices(const json_t *map, struct resign_choices *out,
			struct error *err)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const char *text = get(map, key->name);

		if (key->words && text &&
		    choice_read(key->name, text, key->words,
				(bool *)((char *)out + key->choice), err))
			return -1;
	}
	return 0;
}

static int read_target_iqn(const json_t *map, struct device_config *config,
			   struct error *err)
{
	const char *iqn = get(map, "targetIQN");

	if (!iqn)
		return 0;
	if (strcmp(iqn, "*") == 0) {
		config->any_target = true;
		return 0;
	}
	if (!iscsi_name_valid(iqn))
		return error_set(err, ERROR_NO_TARGET_IQN,
				 "targetIQN: '%.64s' is not an iSCSI name",
				 iqn);
	config->target.iqn = alloc_text(iqn);
	return 0;
}

static int read_scsi_id(const json_t *map, char **out, struct error *err)
{
	const char *id = get(map, "SCSIid");

	if (!id)
		return 0;
	if (!scsi_id_valid(id))
		return error_set(err, ERROR_NO_SCSIID,
				 "SCSIid: '%.64s' cannot be one", id);
	*out = alloc_text(id);
	return 0;
}

static void log_unknown_keys(json_t *map, enum config_for types)
{
	const char *key;
	json_t *value;

	json_object_foreach(map, key, value)
	{
		if (!config_key_known(key, types))
			log_warning("device_config: unknown key %.64s is "
				    "ignored",
				    key);
	}
}

static int read_iscsi(const json_t *map,
		      const struct device_config_defaults *defaults,
		      struct device_config *config, struct error *err)
{
	const char *targets = get(map, "target");

	if (!targets)
		return error_set(err, ERROR_NO_TARGET,
				 "device_config has no target");
	config->targets = alloc_text(targets);
	return read_initiator_name(map, defaults, &config->target.initiator,
				   err) ||
			       read_both_chaps(map, defaults, &config->target,
					       err) ||
			       read_portals(map, config, err) ||
			       read_way(map, defaults, config, err) ||
			       read_target_iqn(map, config, err)
		       ? -1
		       : 0;
}

/* lvmohba, too, looks at `device` only where there is no SCSIid. */
static int read_hba(const json_t *map, struct device_config *config,
		    struct error *err)
{
	const char *device = value_get(map, "device");
	const char *rescan = get(map, "rescan");

	if (rescan &&
	    choice_read("rescan", rescan, "false|true", &config->rescan, err))
		return -1;
	if (!device || get(map, "SCSIid"))
		return 0;
	if (!device[0])
		return error_set(err, ERROR_NO_PATH_GIVEN,
				 "device is empty, and there is no SCSIid");
	if (device[0] != '/')
		return error_set(err, ERROR_BAD_PATH,
				 "device: '%.200s' is no absolute path",
				 device);
	config->device = alloc_text(device);
	return 0;
}

int device_config_read(json_t *map,
		       const struct device_config_defaults *defaults,
		       struct device_config *out, struct error *err)
{
	struct device_config config = { .type = defaults->type };

	log_unknown_keys(map, defaults->type->keys);
	if ((defaults->type == &sr_type_hba
		     ? read_hba(map, &config, err)
		     : read_iscsi(map, defaults, &config, err)) ||
	    read_choices(map, &config.choices, err) ||
	    read_scsi_id(map, &config.scsi_id, err)) {
		device_config_free(&config);
		return -1;
	}
	*out = config;
	return 0;
}

int device_config_require_lun(const struct device_config *config,
			      struct error *err)
{
	if (config->type == &sr_type_iscsi && !config->target.iqn)
		return error_set(err, ERROR_NO_TARGET_IQN,
				 "device_config has no targetIQN");
	if (!config->scsi_id)
		return error_set(err, ERROR_NO_SCSIID,
				 "device_config has no SCSIid");
	return 0;
}

void device_config_free(struct device_config *config)
{
	struct iscsi_target *target = &config->target;

	portals_free(target);
	free(target->iqn);
	free(target->initiator);
	free(target->chap_user);
	alloc_wipe(target->chap_password);
	free(target->incoming_user);
	alloc_wipe(target->incoming_password);
	free(config->targets);
	iscsi_offers_free(&config->sessions);
	free(config->device);
	free(config->scsi_id);
	*config = (struct device_config){ 0 };
}
