// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/http.h"

#include <ctype.h>
#include <string.h>

static int not_http(struct error *err, const char *what)
{
	return error_set(err, ERROR_XAPI, "xapi's answer is not HTTP: %s",
			 what);
}

static int too_long(const struct http_reply *reply, struct error *err)
{
	return error_set(err, ERROR_XAPI,
			 "xapi's answer has more than %zu bytes", reply->limit);
}

void http_reply_init(struct http_reply *reply, size_t limit)
{
	*reply = (struct http_reply){ .limit = limit };
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Reads digits up to `stop`, blanks or the end. */
static int read_size(const struct http_reply *reply, const char *text, int base,
		     uint64_t *out, struct error *err)
{
	const char *at = text;
	uint64_t size = 0;

	for (; digit_of(*at) < base; at++) {
		size = size * (unsigned)base + (unsigned)digit_of(*at);
		if (size > reply->limit)
			return too_long(reply, err);
	}
	if (at == text || !(*at == '\0' || strchr(" \t;", *at)))
		return not_http(err, "a length that is no number");
	*out = size;
	return 0;
}

static int read_status(struct http_reply *reply, struct error *err)
{
	const char *line = reply->line;

	if (strncmp(line, "HTTP/1.", 7) != 0 ||
	    !isdigit((unsigned char)line[7]) || line[8] != ' ')
		return not_http(err, "no status line");
	line += 9;
	if (strncmp(line, "200", 3) != 0 || (line[3] && line[3] != ' '))
		return error_set(err, ERROR_XAPI,
				 "xapi answers with HTTP status %.3s", line);
	reply->phase = HTTP_HEADERS;
	return 0;
}

/* The header's value if it has this name. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " \t");
}

static void end_of_head(struct http_reply *reply)
{
	if (reply->chunked)
		reply->phase = HTTP_CHUNK_SIZE;
	else if (!reply->sized)
		reply->phase = HTTP_BODY_TO_END;
	else
		reply->phase = reply->left ? HTTP_BODY : HTTP_DONE;
}

static int read_header(struct http_reply *reply, struct error *err)
{
	const char *value;

	if (reply->line[0] == '\0') {
		end_of_head(reply);
		return 0;
	}
	value = value_of(reply->line, "Content-Length");
	if (value) {
		if (reply->sized)
			return not_http(err, "two lengths");
		reply->sized = true;
		return read_size(reply, value, 10, &reply->left, err);
	}
	value = value_of(reply->line, "Transfer-Encoding");
	if (value) {
		if (strcasecmp(value, "chunked") != 0)
			return not_http(err, "an unknown transfer encoding");
		reply->chunked = true;
	}
	return 0;
}

static int read_chunk_size(struct http_reply *reply, struct error *err)
{
	if (read_size(reply, reply->line, 16, &reply->left, err))
		return -1;
	reply->phase = reply->left ? HTTP_CHUNK : HTTP_TRAILERS;
	return 0;
}

static int read_line(struct http_reply *reply, struct error *err)
{
	switch (reply->phase) {
	case HTTP_STATUS:
		return read_status(reply, err);
	case HTTP_HEADERS:
		return read_header(reply, err);
	case HTTP_CHUNK_SIZE:
		return read_chunk_size(reply, err);
	case HTTP_CHUNK_END:
		if (reply->line[0])
			return not_http(err, "a chunk longer than it says");
		reply->phase = HTTP_CHUNK_SIZE;
		return 0;
	case HTTP_TRAILERS:
		if (!reply->line[0])
			reply->phase = HTTP_DONE;
		return 0;
	case HTTP_BODY:
	case HTTP_BODY_TO_END:
	case HTTP_CHUNK:
	case HTTP_DONE:
		break;
	}
	return error_set(err, ERROR_INTERNAL, "a line of HTTP out of place");
}

static int take_line_byte(struct http_reply *reply, char c, struct error *err)
{
	if (c != '\n') {
		if (reply->line_len == sizeof(reply->line) - 1)
			return not_http(err, "a line without an end");
		reply->line[reply->line_len++] = c;
		return 0;
	}
	if (reply->line_len && reply->line[reply->line_len - 1] == '\r')
		reply->line_len--;
	reply->line[reply->line_len] = '\0';
	reply->line_len = 0;
	if (reply->phase != HTTP_CHUNK_SIZE && reply->phase != HTTP_CHUNK_END &&
	    ++reply->lines > HTTP_HEAD_MAX)
		return not_http(err, "a head without an end");
	return read_line(reply, err);
}

/* Takes as many of the bytes as belong to the body here; how many. */
static size_t take_body(struct http_reply *reply, const char *bytes, size_t len)
{
	if (reply->phase == HTTP_BODY_TO_END) {
		buffer_add(&reply->body, bytes, len);
		return len;
	}
	if (len > reply->left)
		len = (size_t)reply->left;
	buffer_add(&reply->body, bytes, len);
	reply->left -= len;
	if (reply->left == 0)
		reply->phase =
			reply->phase == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_DONE;
	return len;
}

static bool in_body(const struct http_reply *reply)
{
	return reply->phase == HTTP_BODY || reply->phase == HTTP_BODY_TO_END ||
	       reply->phase == HTTP_CHUNK;
}

int http_reply_feed(struct http_reply *reply, const void *bytes, size_t len,
		    struct error *err)
{
	const char *at = bytes;
	const char *end = at + len;

	while (at < end && reply->phase != HTTP_DONE) {
		if (!in_body(reply)) {
			if (take_line_byte(reply, *at++, err))
				return -1;
			continue;
		}
		at += take_body(reply, at, (size_t)(end - at));
		if (reply->body.failed)
			return error_no_memory(err);
		if (reply->body.len > reply->limit)
			return too_long(reply, err);
	}
	return 0;
}

int http_reply_end(struct http_reply *reply, struct error *err)
{
	if (reply->phase == HTTP_BODY_TO_END)
		reply->phase = HTTP_DONE;
	if (reply->phase != HTTP_DONE)
		return error_set(err, ERROR_XAPI,
				 "xapi's answer ends in the middle");
	return 0;
}

void http_reply_free(struct http_reply *reply)
{
	if (reply->body.data)
		explicit_bzero(reply->body.data, reply->body.len);
	buffer_free(&reply->body);
}
