// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which target, at which portals, by which initiator and as whom: what it takes
 * to log in, as a user gives it.
 */
#ifndef ISCSI_TARGET_H
#define ISCSI_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* RFC 7143, 8.1, 4.2.7.1 and 6.1: the port, and the longest name and text in
 * bytes. Beyond the last libiscsi would cut a secret without a word. */
#define ISCSI_PORT     3260
#define ISCSI_NAME_MAX 223
#define ISCSI_CHAP_MAX 255

struct iscsi_portal {
	char *host; /* name or address, an IPv6 address without brackets */
	uint16_t port;
};

/* All strings are the caller's. CHAP strings that are empty count as NULL. In a
 * discovery there is no iqn yet: it is NULL. */
struct iscsi_target {
	struct iscsi_portal *portals; /* at least one; tried in this order */
	unsigned portal_count;
	char *iqn;	 /* the target's name */
	char *initiator; /* our name */
	char *chap_user; /* NULL: no CHAP */
	char *chap_password;
	char *incoming_user; /* NULL: the target need not prove itself */
	char *incoming_password;
};

static inline bool chap_is_set(const char *text)
{
	return text && text[0];
}

/* Reached in the same way, by the same user; the initiator is one in a
 * process, and a password belongs to its user. */
bool iscsi_target_same(const struct iscsi_target *a,
		       const struct iscsi_target *b);

/* Names and secrets are there in pairs and fit what iSCSI allows:
 * ERROR_BAD_VALUE names the one that is wrong, never its content if it is a
 * secret. */
int iscsi_target_check(const struct iscsi_target *target, struct error *err);

/* The same without the targetIQN, for a discovery. */
int iscsi_initiator_check(const struct iscsi_target *target, struct error *err);

enum initiator_kind {
	INITIATOR_LIBISCSI,   /* in this process; where nobody says which */
	INITIATOR_OPEN_ISCSI, /* the host's own */
};

/* The accepted values of `initiator`, for errors. */
#define INITIATOR_KINDS "libiscsi, open-iscsi"

/* False, and *out untouched, if the text names no initiator. */
bool initiator_kind_from_text(const char *text, enum initiator_kind *out);

/* Where the host keeps its initiator name. */
#define INITIATOR_NAME_FILE "/etc/iscsi/initiatorname.iscsi"

/* True if the text can be an iSCSI name: 1..223 bytes, no blank or control
 * character among them. */
bool iscsi_name_valid(const char *name);

/* Takes the value of the first `InitiatorName=` line of a file in open-iscsi's
 * format; *out is the caller's to free. ERROR_NO_INITIATOR: no such file or
 * line, or not a name. */
int initiator_name_read(const char *path, char **out, struct error *err);

#define PORTALS_MAX 64

/* Reads a port, 1..65535; blanks around it do not count. ERROR_BAD_PORT names
 * `key`. */
int port_read(const char *key, const char *text, uint16_t *out,
	      struct error *err);

/* The host that a user's text names: a DNS name or an address, an IPv6 address
 * without its brackets, which are taken off in place. NULL, with `text` as it
 * was, if that can be no host. */
const char *portal_host(char *text);

/* And back: as URLs and lists have a host, an IPv6 address in brackets. */
struct portal_host_text {
	char chars[256];
};
struct portal_host_text portal_host_text(const char *host);

/* Adds a portal, unless it is there already. ERROR_BAD_VALUE names `key`: there
 * are PORTALS_MAX. */
int portals_add(struct iscsi_target *target, const char *host, uint16_t port,
		const char *key, struct error *err);

/* A list with commas between. With a `port`, that of all, the key `target`:
 * host names, IPv4 addresses, or IPv6 addresses with or without brackets; with
 * 0 the key `multihomelist`, host:port each, where the port is what stands
 * behind the last colon, so that IPv6 addresses need no brackets. Adds to
 * target->portals what is not there yet. ERROR_RESOLVE names a host that cannot
 * be one. On failure what was added before it stays the target's. */
int portals_add_list(struct iscsi_target *target, const char *list,
		     uint16_t port, struct error *err);

void portals_free(struct iscsi_target *target);

#endif
