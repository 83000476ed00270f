// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the libraries of the static program offer and it never asks for.
 * Defined here, these functions are not taken from the archives, and what
 * they would bring along stays out:
 *
 *   ICU     libxml2's last resort for rare encodings: a table of 31 MB
 *   iconv   the one before it: loads glibc's modules into a static program
 *   iSER    libiscsi over RDMA: libibverbs, which loads its drivers
 *   names   of services and hosts, looked up by glibc: loads its name-service
 *           modules, of whatever version the host has
 *
 * Each answers as where nothing is there. Nothing is lost: what this program
 * parses is UTF-8 (lib/rpc/xml.c), which libxml2 knows by itself; its
 * sessions are TCP's; ports are numbers; and host names are looked up by c-ares
 * (lib/iscsi/resolve.c), so that getaddrinfo has to know numbers only.
 * libxml2's HTTP and FTP, the others who ask, are never used.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <unicode/urename.h> /* the names, with their version */

/* Those that are called answer as their own headers have it, which are not
 * needed for it. */
int iscsi_init_iser_transport(void *session);
void *iconv_open(const char *to, const char *from);
void *ucnv_open(const char *name, int *error);

int iscsi_init_iser_transport(void *session)
{
	(void)session;
	return -1;
}

void *iconv_open(const char *to, const char *from)
{
	(void)to;
	(void)from;
	errno = EINVAL;
	return (void *)-1;
}

#define U_UNSUPPORTED_ERROR 16

void *ucnv_open(const char *name, int *error)
{
	(void)name;
	*error = U_UNSUPPORTED_ERROR;
	return NULL;
}

/* The others are of a converter, and there is none. */
static void __attribute__((used)) never(void)
{
	abort();
}

#define NEVER __attribute__((alias("never")))

void iconv(void) NEVER;
void iconv_close(void) NEVER;
void ucnv_close(void) NEVER;
void ucnv_convertEx(void) NEVER;
void ucnv_setFromUCallBack(void) NEVER;
void ucnv_setToUCallBack(void) NEVER;
void UCNV_FROM_U_CALLBACK_STOP(void) NEVER;
void UCNV_TO_U_CALLBACK_STOP(void) NEVER;

/* The address and the list entry that holds it, freed together. */
struct numeric {
	struct addrinfo info;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
};

static bool read_ipv6(const char *host, struct sockaddr_in6 *out)
{
	const char *scope = strchrnul(host, '%');
	char text[INET6_ADDRSTRLEN];
	size_t len = (size_t)(scope - host);

	if (len >= sizeof(text))
		return false;
	memcpy(text, host, len);
	text[len] = '\0';
	out->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, text, &out->sin6_addr) != 1)
		return false;
	if (*scope == '\0')
		return true;
	out->sin6_scope_id = if_nametoindex(scope + 1);
	return out->sin6_scope_id != 0;
}

int getaddrinfo(const char *host, const char *service,
		const struct addrinfo *hints, struct addrinfo **out)
{
	int family = hints ? hints->ai_family : AF_UNSPEC;
	struct numeric *one;

	if (!host || service)
		return EAI_NONAME;
	one = calloc(1, sizeof(*one));
	if (!one)
		return EAI_MEMORY;
	one->info.ai_socktype = hints ? hints->ai_socktype : SOCK_STREAM;
	one->info.ai_addr = &one->address.any;
	if (inet_pton(AF_INET, host, &one->address.v4.sin_addr) == 1) {
		one->address.v4.sin_family = AF_INET;
		one->info.ai_addrlen = sizeof(one->address.v4);
	} else if (read_ipv6(host, &one->address.v6)) {
		one->info.ai_addrlen = sizeof(one->address.v6);
	}
	one->info.ai_family = one->address.any.sa_family;
	if (one->info.ai_addrlen == 0 ||
	    (family != AF_UNSPEC && family != one->info.ai_family)) {
		free(one);
		return EAI_NONAME;
	}
	*out = &one->info;
	return 0;
}

/* Each list is the one entry of a struct numeric, which starts with it. */
void freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

struct hostent *gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

struct servent *getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}

int getservbyport_r(int port, const char *protocol, struct servent *result,
		    char *buffer, size_t size, struct servent **out)
{
	(void)port;
	(void)protocol;
	(void)result;
	(void)buffer;
	(void)size;
	*out = NULL;
	return ENOENT;
}
