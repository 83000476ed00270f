// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/resolve.h"

#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <ares.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/stop.h"

/* What one server gets for its first answer, and how often it is asked. */
#define SERVER_MS    2000
#define SERVER_TRIES 3

/* For all servers and search domains. */
#define RESOLVE_MS 20000

/* c-ares has one or two sockets a server. One that finds no room here is not
 * waited for: its server times out. */
#define MAX_SOCKETS 16

/* How often a signal is looked for while nothing happens. */
#define STOP_MS 100

struct lookup {
	bool done;
	int status; /* ARES_… */
	struct ares_addrinfo *found;
	struct pollfd sockets[MAX_SOCKETS]; /* what c-ares waits for */
	nfds_t socket_count;
};

static void add(const struct sockaddr *from, uint16_t port,
		struct iscsi_address **list, size_t *count)
{
	struct iscsi_address *more = alloc_more(*list, *count, sizeof(**list));
	size_t same = 0;

	*list = more;
	if (!iscsi_address_from(from, port, &more[*count]))
		return;
	while (!iscsi_address_equal(&more[same], &more[*count]))
		same++;
	*count += same == *count;
}

static void on_end(void *data, int status, int timeouts,
		   struct ares_addrinfo *found)
{
	struct lookup *lookup = data;

	(void)timeouts;
	lookup->done = true;
	lookup->status = status;
	lookup->found = found;
}

static void on_socket(void *data, ares_socket_t socket, int in, int out)
{
	short events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));
	struct lookup *lookup = data;
	nfds_t i = 0;

	while (i < lookup->socket_count && lookup->sockets[i].fd != socket)
		i++;
	if (i == MAX_SOCKETS)
		return;
	if (events) {
		lookup->sockets[i] =
			(struct pollfd){ .fd = socket, .events = events };
		lookup->socket_count += i == lookup->socket_count;
	} else if (i < lookup->socket_count) {
		lookup->sockets[i] = lookup->sockets[--lookup->socket_count];
	}
}

/* Waits for at most STOP_MS, and handles what has come. */
static void step(ares_channel channel, const struct lookup *lookup)
{
	struct pollfd polls[MAX_SOCKETS];
	struct timeval most = { .tv_usec = STOP_MS * 1000 }, room;
	const struct timeval *wait = ares_timeout(channel, &most, &room);
	nfds_t n = lookup->socket_count;

	/* A copy: on_socket is called while these are gone through. */
	memcpy(polls, lookup->sockets, n * sizeof(*polls));
	/* One more: the last part of a millisecond would else be spun away. */
	if (poll(polls, n, (int)(wait->tv_usec / 1000) + 1) <= 0)
		n = 0;
	for (nfds_t i = 0; i < n; i++) {
		bool in = polls[i].revents & (POLLIN | POLLERR | POLLHUP);
		bool out = polls[i].revents & POLLOUT;

		ares_process_fd(channel, in ? polls[i].fd : ARES_SOCKET_BAD,
				out ? polls[i].fd : ARES_SOCKET_BAD);
	}
	/* Those that have waited too long. */
	ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static int run(ares_channel channel, const char *host, struct lookup *lookup,
	       struct error *err)
{
	const struct ares_addrinfo_hints hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	int64_t deadline = clock_now_ms() + RESOLVE_MS;

	ares_getaddrinfo(channel, host, NULL, &hints, on_end, lookup);
	while (!lookup->done) {
		if (stop_requested())
			return error_set(err, ERROR_INTERRUPTED,
					 "stopped by a signal while it looked "
					 "up the target's name %s",
					 host);
		if (clock_now_ms() >= deadline)
			return error_set(err, ERROR_RESOLVE,
					 "the target's name %s does not "
					 "resolve: no answer within %d seconds",
					 host, RESOLVE_MS / 1000);
		step(channel, lookup);
	}
	if (lookup->status != ARES_SUCCESS)
		return error_set(err, ERROR_RESOLVE,
				 "the target's name %s does not resolve: %s",
				 host, ares_strerror(lookup->status));
	return 0;
}

static int add_by_name(const char *host, uint16_t port,
		       struct iscsi_address **list, size_t *count,
		       struct error *err)
{
	struct lookup lookup = { .found = NULL };
	struct ares_options options = { .timeout = SERVER_MS,
					.tries = SERVER_TRIES,
					.sock_state_cb = on_socket,
					.sock_state_cb_data = &lookup };
	ares_channel channel;
	int rc = ares_init_options(&channel, &options,
				   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
					   ARES_OPT_SOCK_STATE_CB);

	if (rc)
		return error_set(err, ERROR_RESOLVE,
				 "the target's name %s does not resolve: %s",
				 host, ares_strerror(rc));
	rc = run(channel, host, &lookup, err);
	/* Calls on_end now if it has not been called. */
	ares_destroy(channel);
	if (!rc && lookup.found) {
		const struct ares_addrinfo_node *node = lookup.found->nodes;

		for (; node; node = node->ai_next)
			add(node->ai_addr, port, list, count);
	}
	if (lookup.found)
		ares_freeaddrinfo(lookup.found);
	return rc;
}

int iscsi_resolve(const char *host, uint16_t port, struct iscsi_address **list,
		  size_t *count, struct error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICHOST };
	struct addrinfo *found;
	size_t before = *count;

	if (getaddrinfo(host, NULL, &hints, &found) == 0) {
		for (struct addrinfo *at = found; at; at = at->ai_next)
			add(at->ai_addr, port, list, count);
		freeaddrinfo(found);
		return 0;
	}
	if (add_by_name(host, port, list, count, err) == 0)
		return 0;
	*count = before;
	return -1;
}
