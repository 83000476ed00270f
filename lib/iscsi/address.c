// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "iscsi/target.h"

void iscsi_address_text(const struct iscsi_address *address,
			char text[ISCSI_PORTAL_SIZE])
{
	snprintf(text, ISCSI_PORTAL_SIZE, "%.*s:%u", ISCSI_HOST_SIZE + 1,
		 portal_host_text(address->host).chars, address->port);
}

bool iscsi_address_equal(const struct iscsi_address *a,
			 const struct iscsi_address *b)
{
	struct in6_addr one, other;

	if (a->port != b->port)
		return false;
	if (inet_pton(AF_INET6, a->host, &one) == 1 &&
	    inet_pton(AF_INET6, b->host, &other) == 1)
		return memcmp(&one, &other, sizeof(one)) == 0;
	return strcmp(a->host, b->host) == 0;
}

bool iscsi_address_from(const struct sockaddr *from, uint16_t port,
			struct iscsi_address *out)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	char scope[IF_NAMESIZE];
	size_t len;

	out->port = port;
	if (from->sa_family == AF_INET)
		return inet_ntop(AF_INET, &v4->sin_addr, out->host,
				 sizeof(out->host));
	if (from->sa_family != AF_INET6 ||
	    !inet_ntop(AF_INET6, &v6->sin6_addr, out->host, sizeof(out->host)))
		return false;
	if (v6->sin6_scope_id == 0)
		return true;
	len = strlen(out->host);
	return if_indextoname(v6->sin6_scope_id, scope) &&
	       (size_t)snprintf(out->host + len, sizeof(out->host) - len,
				"%%%s", scope) < sizeof(out->host) - len;
}

bool iscsi_address_of_peer(int socket, struct iscsi_address *out)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer;
	socklen_t len = sizeof(peer);

	if (getpeername(socket, &peer.any, &len))
		return false;
	/* Both families keep the port in the same place. */
	return iscsi_address_from(&peer.any, ntohs(peer.v4.sin_port), out);
}

bool iscsi_address_split(char *text, char **host, uint16_t *port)
{
	char *end;
	unsigned long value;

	text[strcspn(text, ",")] = '\0';
	*port = ISCSI_PORT;
	if (text[0] == '[') {
		*host = text + 1;
		end = strchr(text, ']');
		if (!end)
			return false;
		*end++ = '\0';
	} else {
		*host = text;
		end = text + strcspn(text, ":");
	}
	if (*end == ':') {
		*end = '\0';
		value = strtoul(end + 1, NULL, 10);
		if (value < 1 || value > 65535)
			return false;
		*port = (uint16_t)value;
	}
	return (*host)[0] != '\0';
}
