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
 * parses is UTF-8 (lib/sm/xml_guard.c), which libxml2 knows by itself; its
 * sessions are TCP's; ports are numbers; and host names are looked up by c-ares
 * (lib/iscsi/resolve.c), so that getaddrinfo has to know numbers only.
 * libxml2's HTTP and FTP, the others who ask, are never used.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <iconv.h>
#include <net/if.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <iscsi/iscsi.h>
#include <unicode/ucnv.h>

int iscsi_init_iser_transport(struct iscsi_context *session);

int iscsi_init_iser_transport(struct iscsi_context *session)
{
	(void)session;
	return -1;
}

iconv_t iconv_open(const char *to, const char *from)
{
	(void)to;
	(void)from;
	errno = EINVAL;
	return (iconv_t)-1;
}

size_t iconv(iconv_t converter, char **in, size_t *in_left, char **out,
	     size_t *out_left)
{
	(void)converter;
	(void)in;
	(void)in_left;
	(void)out;
	(void)out_left;
	errno = EBADF;
	return (size_t)-1;
}

int iconv_close(iconv_t converter)
{
	(void)converter;
	errno = EBADF;
	return -1;
}

UConverter *ucnv_open(const char *name, UErrorCode *error)
{
	(void)name;
	*error = U_UNSUPPORTED_ERROR;
	return NULL;
}

void ucnv_close(UConverter *converter)
{
	(void)converter;
}

void ucnv_setToUCallBack(UConverter *converter, UConverterToUCallback action,
			 const void *context, UConverterToUCallback *old_action,
			 const void **old_context, UErrorCode *error)
{
	(void)converter;
	(void)action;
	(void)context;
	(void)old_action;
	(void)old_context;
	*error = U_UNSUPPORTED_ERROR;
}

void ucnv_setFromUCallBack(UConverter *converter,
			   UConverterFromUCallback action, const void *context,
			   UConverterFromUCallback *old_action,
			   const void **old_context, UErrorCode *error)
{
	(void)converter;
	(void)action;
	(void)context;
	(void)old_action;
	(void)old_context;
	*error = U_UNSUPPORTED_ERROR;
}

void ucnv_convertEx(UConverter *to, UConverter *from, char **target,
		    const char *target_end, const char **source,
		    const char *source_end, UChar *pivot, UChar **pivot_source,
		    UChar **pivot_target, const UChar *pivot_end, UBool reset,
		    UBool flush, UErrorCode *error)
{
	(void)to;
	(void)from;
	(void)target;
	(void)target_end;
	(void)source;
	(void)source_end;
	(void)pivot;
	(void)pivot_source;
	(void)pivot_target;
	(void)pivot_end;
	(void)reset;
	(void)flush;
	*error = U_UNSUPPORTED_ERROR;
}

/* What libxml2 would have it do about a character that is in no converter. */
void UCNV_FROM_U_CALLBACK_STOP(const void *context,
			       UConverterFromUnicodeArgs *args,
			       const UChar *units, int32_t length,
			       UChar32 code_point,
			       UConverterCallbackReason reason,
			       UErrorCode *error)
{
	(void)context;
	(void)args;
	(void)units;
	(void)length;
	(void)code_point;
	(void)reason;
	(void)error;
}

void UCNV_TO_U_CALLBACK_STOP(const void *context, UConverterToUnicodeArgs *args,
			     const char *units, int32_t length,
			     UConverterCallbackReason reason, UErrorCode *error)
{
	(void)context;
	(void)args;
	(void)units;
	(void)length;
	(void)reason;
	(void)error;
}

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
