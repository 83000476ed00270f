// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text_file.h"

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool iscsi_target_same(const struct iscsi_target *a,
		       const struct iscsi_target *b)
{
	if (a->portal_count != b->portal_count || !same_text(a->iqn, b->iqn) ||
	    !same_text(a->chap_user, b->chap_user))
		return false;
	for (unsigned i = 0; i < a->portal_count; i++) {
		if (a->portals[i].port != b->portals[i].port ||
		    !same_text(a->portals[i].host, b->portals[i].host))
			return false;
	}
	return true;
}

/* ---- what a login needs ---- */

static int check_name(const char *what, const char *name, struct error *err)
{
	if (!name || !name[0])
		return error_set(err, ERROR_BAD_VALUE, "no %s", what);
	if (strlen(name) > ISCSI_NAME_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s is longer than the %d bytes that iSCSI "
				 "allows",
				 what, ISCSI_NAME_MAX);
	return 0;
}

static int check_pair(const char *what, const char *user, const char *password,
		      struct error *err)
{
	if (chap_is_set(user) != chap_is_set(password))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s needs both a user and a password", what);
	if (chap_is_set(user) && (strlen(user) > ISCSI_CHAP_MAX ||
				  strlen(password) > ISCSI_CHAP_MAX))
		return error_set(err, ERROR_BAD_VALUE,
				 "user and password of %s can have at most %d "
				 "bytes",
				 what, ISCSI_CHAP_MAX);
	return 0;
}

int iscsi_initiator_check(const struct iscsi_target *target, struct error *err)
{
	if (target->portal_count == 0)
		return error_set(err, ERROR_NO_TARGET, "no portal");
	if (check_name("the initiator's name", target->initiator, err) ||
	    check_pair("CHAP", target->chap_user, target->chap_password, err) ||
	    check_pair("incoming CHAP", target->incoming_user,
		       target->incoming_password, err))
		return -1;
	if (chap_is_set(target->incoming_user) &&
	    !chap_is_set(target->chap_user))
		return error_set(err, ERROR_BAD_VALUE,
				 "incoming CHAP works only together with "
				 "the initiator's own user and password");
	return 0;
}

int iscsi_target_check(const struct iscsi_target *target, struct error *err)
{
	if (iscsi_initiator_check(target, err))
		return -1;
	return check_name("targetIQN", target->iqn, err);
}

/* ---- the initiator ---- */

bool initiator_kind_from_text(const char *text, enum initiator_kind *out)
{
	if (strcmp(text, "open-iscsi") == 0)
		*out = INITIATOR_OPEN_ISCSI;
	else if (strcmp(text, "libiscsi") == 0)
		*out = INITIATOR_LIBISCSI;
	else
		return false;
	return true;
}

bool iscsi_name_valid(const char *name)
{
	size_t n = 0;

	for (; name[n]; n++) {
		unsigned char c = (unsigned char)name[n];

		if (n == ISCSI_NAME_MAX || c <= ' ' || c == 0x7f)
			return false;
	}
	return n > 0;
}

int initiator_name_read(const char *path, char **out, struct error *err)
{
	char *text, *rest;
	char *name = NULL;
	size_t len;
	int rc;

	if (text_file_read(path, &text, &len, err)) {
		if (err->code == ERROR_BAD_VALUE)
			err->code = ERROR_NO_INITIATOR;
		return -1;
	}
	if (!text)
		return error_set(err, ERROR_NO_INITIATOR, "there is no %s",
				 path);
	rest = text;
	while (rest && !name) {
		char *line = strsep(&rest, "\n");
		struct text_line pair;

		if (text_line_read(line, &pair) != TEXT_LINE_PAIR ||
		    strcmp(pair.key, "InitiatorName") != 0)
			continue;
		name = alloc_text(pair.value);
	}
	free(text);
	if (name && iscsi_name_valid(name)) {
		*out = name;
		return 0;
	}
	rc = error_set(err, ERROR_NO_INITIATOR, "%s holds no %sInitiatorName",
		       path, name ? "valid " : "");
	free(name);
	return rc;
}

/* ---- portals ---- */

#define HOST_MAX 253 /* longest DNS name */

static const char blanks[] = " \t";

/* Cuts the next element off a list at a comma and trims it, in place. NULL at
 * the end of the list. */
static char *next_element(char **rest)
{
	char *element = strsep(rest, ",");
	size_t n;

	if (!element)
		return NULL;
	element += strspn(element, blanks);
	n = strlen(element);
	while (n > 0 && strchr(blanks, element[n - 1]))
		n--;
	element[n] = '\0';
	return element;
}

int port_read(const char *key, const char *text, uint16_t *out,
	      struct error *err)
{
	const char *digits = text + strspn(text, blanks);
	char *end;
	long port;

	if (isdigit((unsigned char)digits[0])) {
		errno = 0;
		port = strtol(digits, &end, 10);
		end += strspn(end, blanks);
		if (*end == '\0' && errno == 0 && port >= 1 && port <= 65535) {
			*out = (uint16_t)port;
			return 0;
		}
	}
	return error_set(err, ERROR_BAD_PORT,
			 "%s: '%.64s' is no number from 1 to 65535", key, text);
}

/* An IPv6 address, a link-local one perhaps with its interface ("%eth0"). */
static bool is_ipv6(const char *host)
{
	static const char zone_chars[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789._-";
	const char *zone = strchrnul(host, '%');
	char address[INET6_ADDRSTRLEN];
	struct in6_addr ignored;
	size_t n = (size_t)(zone - host);

	if (n >= sizeof(address))
		return false;
	memcpy(address, host, n);
	address[n] = '\0';
	if (inet_pton(AF_INET6, address, &ignored) != 1)
		return false;
	return *zone == '\0' ||
	       (zone[1] && zone[1 + strspn(zone + 1, zone_chars)] == '\0');
}

/* A DNS name or IPv4 address: what a resolver may be asked, and no option of a
 * command that gets it as an argument. */
static bool is_name(const char *host)
{
	size_t n = 0;

	for (; host[n]; n++) {
		if (n == HOST_MAX || (!isalnum((unsigned char)host[n]) &&
				      !strchr("._-", host[n])))
			return false;
	}
	return n > 0 && host[0] != '-';
}

const char *portal_host(char *text)
{
	size_t n = strlen(text);

	if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
		text[n - 1] = '\0';
		if (is_ipv6(text + 1))
			return text + 1;
		text[n - 1] = ']';
		return NULL;
	}
	return is_name(text) || is_ipv6(text) ? text : NULL;
}

struct portal_host_text portal_host_text(const char *host)
{
	struct portal_host_text text;

	snprintf(text.chars, sizeof(text.chars),
		 strchr(host, ':') ? "[%.253s]" : "%.253s", host);
	return text;
}

int portals_add(struct iscsi_target *target, const char *host, uint16_t port,
		const char *key, struct error *err)
{
	unsigned n = target->portal_count;

	for (unsigned i = 0; i < n; i++) {
		if (target->portals[i].port == port &&
		    strcmp(target->portals[i].host, host) == 0)
			return 0;
	}
	if (n == PORTALS_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: more than %d portals", key, PORTALS_MAX);
	target->portals =
		alloc_more(target->portals, n, sizeof(*target->portals));
	target->portals[target->portal_count++] =
		(struct iscsi_portal){ alloc_text(host), port };
	return 0;
}

static int not_a_host(const char *key, const char *text, struct error *err)
{
	return error_set(err, ERROR_RESOLVE,
			 "%s: '%.64s' is not a host name or an IP address", key,
			 text);
}

static int add_target(struct iscsi_target *target, char *element, uint16_t port,
		      struct error *err)
{
	const char *host;

	if (element[0] == '\0')
		return error_set(err, ERROR_RESOLVE,
				 "target: the list has an empty element");
	host = portal_host(element);
	if (!host && strchr(element, ':'))
		return error_set(err, ERROR_RESOLVE,
				 "target: '%.64s' is not a host name or an IP "
				 "address; a port belongs into the key port",
				 element);
	if (!host)
		return not_a_host("target", element, err);
	return portals_add(target, host, port, "target", err);
}

static int add_multihome(struct iscsi_target *target, char *element,
			 struct error *err)
{
	static const char key[] = "multihomelist";
	char *colon = strrchr(element, ':');
	const char *host;
	uint16_t port;

	if (!colon || colon == element)
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: '%.64s' is not of the form ip:port", key,
				 element);
	*colon = '\0';
	if (port_read(key, colon + 1, &port, err))
		return -1;
	host = portal_host(element);
	if (!host)
		return not_a_host(key, element, err);
	return portals_add(target, host, port, key, err);
}

int portals_add_list(struct iscsi_target *target, const char *list,
		     uint16_t port, struct error *err)
{
	char *copy = alloc_text(list);
	char *rest = copy;
	char *element;
	int rc = 0;

	while (!rc && (element = next_element(&rest)))
		rc = port ? add_target(target, element, port, err)
			  : add_multihome(target, element, err);
	free(copy);
	return rc;
}

void portals_free(struct iscsi_target *target)
{
	for (unsigned i = 0; i < target->portal_count; i++)
		free(target->portals[i].host);
	free(target->portals);
	target->portals = NULL;
	target->portal_count = 0;
}
