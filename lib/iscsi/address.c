// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void iscsi_address_text(const struct iscsi_address *address,
			char text[ISCSI_PORTAL_SIZE])
{
	snprintf(text, ISCSI_PORTAL_SIZE,
		 strchr(address->host, ':') ? "[%s]:%u" : "%s:%u",
		 address->host, address->port);
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

static bool address_of(const struct sockaddr *from, socklen_t len,
		       uint16_t port, struct iscsi_address *out)
{
	out->port = port;
	return getnameinfo(from, len, out->host, sizeof(out->host), NULL, 0,
			   NI_NUMERICHOST) == 0;
}

/* Adds what is not there yet. */
static int add_portal(const struct iscsi_portal *portal,
		      struct iscsi_address **list, size_t *count,
		      struct error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int rc = 0;
	int why = getaddrinfo(portal->host, NULL, &hints, &found);

	if (why) {
		if (*count == 0)
			error_set(err, ERROR_RESOLVE,
				  "the target's name %s does not resolve: %s",
				  portal->host, gai_strerror(why));
		return 0;
	}
	for (struct addrinfo *ai = found; ai && !rc; ai = ai->ai_next) {
		struct iscsi_address *more;
		size_t same = 0;

		more = reallocarray(*list, *count + 1, sizeof(**list));
		if (!more) {
			rc = error_no_memory(err);
			break;
		}
		*list = more;
		if (!address_of(ai->ai_addr, ai->ai_addrlen, portal->port,
				&more[*count]))
			continue;
		while (!iscsi_address_equal(&more[same], &more[*count]))
			same++;
		*count += same == *count;
	}
	freeaddrinfo(found);
	return rc;
}

int iscsi_addresses(const struct iscsi_target *target,
		    struct iscsi_address **out, size_t *count,
		    struct error *err)
{
	struct iscsi_address *list = NULL;
	size_t n = 0;

	error_set(err, ERROR_RESOLVE, "the target has no IP address");
	for (unsigned i = 0; i < target->portal_count; i++) {
		if (add_portal(&target->portals[i], &list, &n, err)) {
			free(list);
			return -1;
		}
	}
	if (n == 0) {
		free(list);
		return -1;
	}
	*out = list;
	*count = n;
	return 0;
}

bool iscsi_address_of_peer(int socket, struct iscsi_address *out)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	uint16_t port;

	if (getpeername(socket, (struct sockaddr *)&peer, &len))
		return false;
	/* Both families keep the port in the same place. */
	port = ntohs(((const struct sockaddr_in *)&peer)->sin_port);
	return address_of((const struct sockaddr *)&peer, len, port, out);
}

bool iscsi_address_split(char *text, char **host, unsigned *port)
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
		*port = (unsigned)value;
	}
	return (*host)[0] != '\0';
}
