// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/transport.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/stop.h"

/* How often a wait looks whether it is to stop: a signal that comes just before
 * poll() does not end it. */
#define SLICE_MS 500

/* How long to wait for a place in xapi's queue of connections. */
#define QUEUE_MS 20

#define READ_SIZE (64 * 1024)

struct exchange {
	const struct transport *transport;
	int64_t until; /* milliseconds of CLOCK_MONOTONIC */
	int fd;
};

static int no_answer(const struct exchange *x, const char *doing,
		     struct error *err)
{
	return error_set(err, ERROR_XAPI, "xapi at %s: %s: %s",
			 x->transport->socket, doing, strerror(errno));
}

/* The milliseconds that may be slept now, at most `most`; -1 if none. */
static int time_left(const struct exchange *x, int most, struct error *err)
{
	int64_t left = x->until - clock_now_ms();

	if (!x->transport->stubborn && stop_requested())
		return error_set(err, ERROR_INTERRUPTED,
				 "asked to stop while xapi was to answer");
	if (left <= 0 && x->until == x->transport->until)
		return error_set(err, ERROR_XAPI,
				 "xapi's answers take too long");
	if (left <= 0)
		return error_set(err, ERROR_XAPI,
				 "xapi has not answered within %d s",
				 x->transport->timeout_ms / 1000);
	return left < most ? (int)left : most;
}

/* Waits until the socket is ready for `events`. */
static int wait_for(const struct exchange *x, short events, struct error *err)
{
	struct pollfd pollfd = { .fd = x->fd, .events = events };
	int n;

	do {
		int left = time_left(x, SLICE_MS, err);

		if (left < 0)
			return -1;
		n = poll(&pollfd, 1, left);
		if (n < 0 && errno != EINTR)
			return no_answer(x, "poll", err);
	} while (n <= 0);
	return 0;
}

/* A unix socket connects at once, or its queue is full (EAGAIN). */
static int connect_to_xapi(const struct exchange *x, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = x->transport->socket;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_XAPI,
				 "'%s' is too long for a socket's name", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (time_left(x, 0, err) < 0)
		return -1;
	while (connect(x->fd, (struct sockaddr *)&address, sizeof(address))) {
		int left;

		if (errno != EAGAIN && errno != EINTR)
			return no_answer(x, "connect", err);
		left = time_left(x, QUEUE_MS, err);
		if (left < 0)
			return -1;
		poll(NULL, 0, left);
	}
	return 0;
}

static int send_all(const struct exchange *x, const char *bytes, size_t len,
		    struct error *err)
{
	while (len > 0) {
		ssize_t n = send(x->fd, bytes, len, MSG_NOSIGNAL);

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (wait_for(x, POLLOUT, err))
				return -1;
		} else if (errno == EPIPE) {
			return 0; /* it has answered before it read all */
		} else if (errno != EINTR) {
			return no_answer(x, "send", err);
		}
	}
	return 0;
}

static int send_head(const struct exchange *x, const char *path,
		     const char *content_type, size_t len, struct error *err)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "POST %s HTTP/1.0\r\n"
			 "Host: localhost\r\n"
			 "User-Agent: relvmoiscsi\r\n"
			 "Content-Type: %s\r\n"
			 "Content-Length: %zu\r\n"
			 "Connection: close\r\n"
			 "\r\n",
			 path, content_type, len);

	return send_all(x, head, (size_t)n, err);
}

/* What the head of an answer says of its body's length. */
static bool body_length(const char *head, size_t *out)
{
	static const char length[] = "\r\nContent-Length:";
	const char *at = strcasestr(head, length);

	if (at)
		*out = strtoul(at + strlen(length), NULL, 10);
	return at;
}

/* The length of an answer's head with the empty line; 0: it is not there yet. */
static size_t head_length(const struct buffer *answer)
{
	const char *text = (const char *)answer->data;
	size_t most = answer->len < READ_SIZE ? answer->len : READ_SIZE;
	const char *end = most ? memmem(text, most, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - text) + 4 : 0;
}

/* Who keeps the connection open all the same has said how long it is. */
static bool is_whole(const struct buffer *answer)
{
	size_t len = head_length(answer), told;
	char *head = alloc_printf("%.*s", (int)len, (char *)answer->data);
	bool whole = body_length(head, &told) && told <= answer->len - len;

	free(head);
	return whole;
}

/* Receives until the connection ends, or the answer does. */
static int receive(const struct exchange *x, size_t most, struct buffer *to,
		   struct error *err)
{
	char bytes[READ_SIZE];
	ssize_t n = -1;
	int rc = 0;

	while (rc == 0 && n != 0 && !(n > 0 && is_whole(to))) {
		rc = wait_for(x, POLLIN, err);
		if (rc)
			break;
		n = recv(x->fd, bytes, sizeof(bytes), 0);
		/* It has answered and closed before it read all: the end. */
		if (n < 0 && errno == ECONNRESET && to->len > 0)
			n = 0;
		if (n > 0)
			buffer_add(to, bytes, (size_t)n);
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			rc = no_answer(x, "receive", err);
		if (to->len > most)
			rc = error_set(err, ERROR_XAPI,
				       "xapi's answer has more than %zu bytes",
				       most);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

static int not_http(struct error *err, const char *what)
{
	return error_set(err, ERROR_XAPI, "xapi's answer %s", what);
}

int http_reply_parse(struct http_reply *reply, struct error *err)
{
	static const char first[] = "HTTP/1.";
	const char *text = (const char *)reply->bytes.data;
	const size_t len = head_length(&reply->bytes);
	size_t told;
	char *head;

	if (!len)
		return not_http(err, "ends in the middle");
	reply->body = text + len;
	reply->body_len = told = reply->bytes.len - len;
	head = alloc_printf("%.*s", (int)len, text);
	reply->status = strncmp(head, first, strlen(first)) == 0 &&
					strlen(head) > strlen("HTTP/1.x ")
				? atoi(head + strlen("HTTP/1.x "))
				: 0;
	body_length(head, &told);
	free(head);
	if (!reply->status)
		return not_http(err, "is not HTTP");
	if (told > reply->body_len)
		return not_http(err, "ends in the middle");
	reply->body_len = told;
	return 0;
}

int transport_post(const struct transport *transport, const char *path,
		   const char *content_type, const void *body, size_t len,
		   size_t most, struct http_reply *reply, struct error *err)
{
	struct exchange x = {
		.transport = transport,
		.until = clock_now_ms() + transport->timeout_ms,
	};
	int rc = -1;

	if (transport->until && transport->until < x.until)
		x.until = transport->until;
	*reply = (struct http_reply){ 0 };
	x.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (x.fd < 0)
		return no_answer(&x, "socket", err);
	if (connect_to_xapi(&x, err) == 0 &&
	    send_head(&x, path, content_type, len, err) == 0 &&
	    send_all(&x, body, len, err) == 0)
		rc = receive(&x, most, &reply->bytes, err);
	close(x.fd);
	return rc ? -1 : http_reply_parse(reply, err);
}

void http_reply_free(struct http_reply *reply)
{
	if (reply->bytes.data)
		explicit_bzero(reply->bytes.data, reply->bytes.len);
	buffer_free(&reply->bytes);
}
