// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a search among many targets does where nobody answers: real sockets.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "iscsi/user_search.h"
#include "iscsi/user_session.h"

static char host[] = "127.0.0.1";
static char iqn[] = "iqn.test:search";
static char initiator[] = "iqn.test:us";

/* A port of this machine at which nobody listens until listen() is called. */
static int reserve(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static char logged[8192];

static void remember(int level, const char *line)
{
	(void)level;
	strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
}

static unsigned count(const char *word)
{
	unsigned found = 0;

	for (const char *p = logged; (p = strstr(p, word)); p++)
		found++;
	return found;
}

/* Five targets there: one connection is tried. */
static void a_dead_portal_is_tried_once(void **state)
{
	struct iscsi_target from = { .initiator = initiator };
	struct iscsi_offers offers = { 0 };
	struct error err = { 0 };
	const char *found = NULL;
	uint16_t port;
	int fd = reserve(&port);

	(void)state;
	for (int i = 0; i < 5; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s%d", iqn, i);
		iscsi_offers_add(&offers, name, host, port);
	}
	logged[0] = '\0';
	log_to(remember, LOG_WARNING);
	assert_int_equal(user_search_find(&from, &offers, "1A", &found, &err),
			 -1);
	log_to(NULL, LOG_WARNING);
	assert_int_equal(err.code, ERROR_CONNECT);
	assert_int_equal(count("cannot connect"), 1);
	assert_int_equal(count("not tried again"), 4);
	iscsi_offers_free(&offers);
	close(fd);
}

static void a_dead_portal_stays_dead(void **state)
{
	struct iscsi_portal portal = { .host = host };
	const struct iscsi_target target = {
		.portals = &portal,
		.portal_count = 1,
		.iqn = iqn,
		.initiator = initiator,
	};
	struct session_limits limits = { .until = clock_now_ms() + 60000 };
	struct iscsi_context *session;
	struct error err = { 0 };
	int fd = reserve(&portal.port);

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(user_session_open_within(&target, &limits,
							  &session, &err),
				 -1);
		assert_int_equal(err.code, ERROR_CONNECT);
		assert_int_equal(limits.dead_count, 1);
		assert_int_equal(listen(fd, 1), 0);
	}
	assert_int_equal(accept(fd, NULL, NULL), -1);
	free(limits.dead);
	close(fd);
}

static void nothing_begins_when_the_time_is_over(void **state)
{
	struct iscsi_portal portal = { .host = host };
	const struct iscsi_target target = {
		.portals = &portal,
		.portal_count = 1,
		.iqn = iqn,
		.initiator = initiator,
	};
	struct session_limits limits = { .until = clock_now_ms() };
	struct iscsi_context *session;
	struct error err = { 0 };
	int fd = reserve(&portal.port);

	(void)state;
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(
		user_session_open_within(&target, &limits, &session, &err), -1);
	assert_int_equal(err.code, ERROR_CONNECT);
	assert_non_null(strstr(err.text, "too long"));
	assert_int_equal(limits.dead_count, 0);
	assert_int_equal(accept(fd, NULL, NULL), -1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_portal_is_tried_once),
		cmocka_unit_test(a_dead_portal_stays_dead),
		cmocka_unit_test(nothing_begins_when_the_time_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
