// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "iscsi/discover.h"

/* A target that is in order answers a logout at once. */
#define LOGOUT_MS 2000
/* For libiscsi to come back, which takes what has come and no more. */
#define SERVE_S 30

/* LIO calls a target that it does not have out of service (0x0301): its list of
 * targets tells. */
static bool is_offered(const struct iscsi_target *target)
{
	struct iscsi_offers offers = { 0 };
	struct error err;
	bool found = false;

	if (iscsi_discover(target, &offers, &err))
		return true;
	for (size_t i = 0; i < offers.count && !found; i++)
		found = strcmp(offers.items[i].iqn, target->iqn) == 0;
	iscsi_offers_free(&offers);
	return found;
}

static bool is_dead(const struct session_limits *limits,
		    const struct iscsi_portal *portal)
{
	for (size_t i = 0; i < limits->dead_count; i++) {
		if (limits->dead[i].port == portal->port &&
		    strcmp(limits->dead[i].host, portal->host) == 0)
			return true;
	}
	return false;
}

static int check_limits(const struct session_limits *limits,
			const struct iscsi_portal *portal, struct error *err)
{
	if (clock_now_ms() >= limits->until)
		return error_set(err, ERROR_CONNECT,
				 "%s:%u is not tried: the search has taken too "
				 "long",
				 portal->host, portal->port);
	if (is_dead(limits, portal))
		return error_set(err, ERROR_CONNECT,
				 "%s:%u is not tried again: nothing answers "
				 "there",
				 portal->host, portal->port);
	return 0;
}

static void note_dead(struct session_limits *limits,
		      const struct iscsi_portal *portal)
{
	if (is_dead(limits, portal))
		return;
	limits->dead =
		alloc_more(limits->dead, limits->dead_count, sizeof(*portal));
	limits->dead[limits->dead_count++] = *portal;
}

static int try_portal(const struct iscsi_target *target,
		      const struct iscsi_portal *portal,
		      struct session_limits *limits, struct iscsi_context **out,
		      bool *final, struct error *err)
{
	if (limits && check_limits(limits, portal, err))
		return -1;
	if (user_login(target, portal, out, final, err) == 0)
		return 0;
	log_debug("portal %s:%u: %s", portal->host, portal->port, err->text);
	if (limits &&
	    (err->code == ERROR_CONNECT || err->code == ERROR_RESOLVE))
		note_dead(limits, portal);
	return -1;
}

static int open_from(const struct iscsi_target *target,
		     struct session_limits *limits, unsigned *portal,
		     struct iscsi_context **out, struct error *err)
{
	const unsigned first = *portal;
	struct error worst;
	bool final = false;

	if (iscsi_target_check(target, err))
		return -1;
	for (unsigned i = first; i < target->portal_count && !final; i++) {
		struct error failure;

		if (try_portal(target, &target->portals[i], limits, out, &final,
			       &failure) == 0) {
			*portal = i;
			return 0;
		}
		if (i == first || final ||
		    user_login_weight(failure.code) >
			    user_login_weight(worst.code))
			worst = failure;
	}
	*err = worst;
	if (final || limits || worst.code != ERROR_LOGIN || is_offered(target))
		return -1;
	return error_set(err, ERROR_DISCOVERY,
			 "%s:%u has no target %s for initiator %s",
			 target->portals[0].host, target->portals[0].port,
			 target->iqn, target->initiator);
}

int user_session_open_within(const struct iscsi_target *target,
			     struct session_limits *limits,
			     struct iscsi_context **out, struct error *err)
{
	unsigned portal = 0;

	return open_from(target, limits, &portal, out, err);
}

int user_session_open_from(const struct iscsi_target *target, unsigned *portal,
			   struct iscsi_context **out, struct error *err)
{
	return open_from(target, NULL, portal, out, err);
}

int user_session_open(const struct iscsi_target *target,
		      struct iscsi_context **out, struct error *err)
{
	return user_session_open_within(target, NULL, out, err);
}

static void on_logout(struct iscsi_context *session, int status, void *data,
		      void *private_data)
{
	bool *done = private_data;

	(void)session;
	(void)status;
	(void)data;
	*done = true;
}

static void log_out(struct iscsi_context *session)
{
	int64_t deadline = clock_now_ms() + LOGOUT_MS;
	bool done = false;

	if (iscsi_logout_async(session, on_logout, &done))
		return;
	while (!done && clock_now_ms() < deadline) {
		int events = session_wait(session, deadline);

		if (events < 0 || session_serve(session, events))
			break;
	}
	/* libiscsi must not call on_logout when `done` is gone. */
	if (!done)
		iscsi_scsi_cancel_all_tasks(session);
}

void user_session_close(struct iscsi_context *session)
{
	if (!session)
		return;
	if (iscsi_get_fd(session) >= 0 && iscsi_is_logged_in(session))
		log_out(session);
	iscsi_destroy_context(session);
}

struct iscsi_context *kept_session_take(struct kept_session *kept,
					const struct iscsi_target *target)
{
	struct iscsi_context *session = kept->session;

	if (session && !iscsi_target_same(kept->target, target)) {
		user_session_close(session);
		session = NULL;
	}
	kept->session = NULL;
	return session;
}

void kept_session_close(struct kept_session *kept)
{
	user_session_close(kept->session);
	kept->session = NULL;
}

int session_wait(struct iscsi_context *session, int64_t until)
{
	struct pollfd pfd = {
		.fd = iscsi_get_fd(session),
		.events = (short)iscsi_which_events(session),
	};
	int n;

	if (pfd.fd < 0)
		return -1;
	do {
		int64_t left = until - clock_now_ms();

		if (left < 0)
			left = 0;
		if (left > INT_MAX)
			left = INT_MAX;
		n = poll(&pfd, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	return n ? pfd.revents : 0;
}

static volatile sig_atomic_t served; /* the socket of the session */

static void cut_off(int number)
{
	int before = errno;

	(void)number;
	shutdown(served, SHUT_RDWR);
	errno = before;
}

static void cut_off_on_alarm(void)
{
	const struct sigaction act = { .sa_handler = cut_off,
				       .sa_flags = SA_RESTART };
	sigset_t alarm_only;

	sigaction(SIGALRM, &act, NULL);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
}

int session_serve(struct iscsi_context *session, int events)
{
	static const struct itimerval limit = { .it_value.tv_sec = SERVE_S };
	static const struct itimerval none;
	static bool ready;
	int failed;

	if (!ready)
		cut_off_on_alarm();
	ready = true;
	served = iscsi_get_fd(session);
	setitimer(ITIMER_REAL, &limit, NULL);
	failed = iscsi_service(session, events);
	setitimer(ITIMER_REAL, &none, NULL);
	return failed ? -1 : 0;
}

static bool is_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

/* `from`: a socket whose other end libiscsi has. */
static int feed_through(int from, int to, struct iscsi_context *session,
			const uint8_t *bytes, size_t len)
{
	const int fd = iscsi_get_fd(session);
	size_t times = len; /* it reads a byte at least each time */

	while (len > 0 || is_readable(to)) {
		ssize_t n = len ? send(from, bytes, len, MSG_NOSIGNAL) : 0;

		if (n < 0 || times-- == 0 || session_serve(session, POLLIN))
			return -1;
		/* It has no use for more. */
		if (iscsi_get_fd(session) != fd)
			return 0;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int session_feed(struct iscsi_context *session, const uint8_t *bytes,
		 size_t len)
{
	const int fd = iscsi_get_fd(session);
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0), pair[2], failed = -1;

	if (own < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) == 0) {
		if (dup3(pair[0], fd, O_CLOEXEC) >= 0)
			failed = feed_through(pair[1], pair[0], session, bytes,
					      len);
		close(pair[0]);
		close(pair[1]);
	}
	/* Unless libiscsi has closed it. */
	if (iscsi_get_fd(session) == fd && dup3(own, fd, O_CLOEXEC) < 0)
		failed = -1;
	close(own);
	return failed;
}
