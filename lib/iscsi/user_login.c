// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/user_session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <iscsi/scsi-lowlevel.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/uuid.h"
#include "iscsi/address.h"
#include "iscsi/login_watch.h"
#include "iscsi/resolve.h"

/* For each address of a portal: a SYN and its first two repetitions. */
#define CONNECT_MS 5000

/* For the whole login, all of its round trips. */
#define LOGIN_MS 15000

/* After this no other address is begun with, of a name that has many, or to which
 * a target sends us. */
#define ADDRESSES_MS 30000

/* How often a target may send us to another address. */
#define REDIRECTS 4

/* How often a signal is looked for while nothing happens. */
#define STOP_MS 100

enum login_end {
	LOGIN_DONE,
	LOGIN_FAILED,
	LOGIN_ELSEWHERE, /* the target names another address */
};

struct attempt {
	const struct iscsi_target *target;
	const char *portal; /* numeric, as iscsi_connect_async takes it */
	int64_t until;	    /* no other address is begun with */
	struct iscsi_context *session;
	struct login_watch watch;
	uint8_t response[LOGIN_RESPONSE_MAX];
	size_t padded; /* its length, if it is not padded with zeros */
	bool answered; /* libiscsi has called back */
	int status;    /* with what */
	bool final;
};

static void on_answer(struct iscsi_context *session, int status, void *data,
		      void *private_data)
{
	struct attempt *attempt = private_data;

	(void)session;
	(void)data;
	attempt->answered = true;
	attempt->status = status;
}

static int set_up(struct attempt *attempt, struct error *err)
{
	const struct iscsi_target *target = attempt->target;
	struct iscsi_context *session =
		alloc_checked(iscsi_create_context(target->initiator));
	struct uuid chance;

	attempt->session = session;
	/* Of two sessions of one id a target ends the first (RFC 7143, 6.3.5).
	 * libiscsi draws it, and a CHAP challenge, from rand(), seeded once: alike
	 * in all workers of a batch. */
	uuid_new(&chance);
	srand(get_be32(chance.bytes));
	iscsi_set_isid_random(session, get_be32(chance.bytes + 10),
			      get_be16(chance.bytes + 14));
	/* stderr belongs to xapi, whatever the environment says. */
	iscsi_set_log_level(session, 0);
	/* A session that breaks stays broken: reconnecting would send writes
	 * again, after others that may have overtaken them. */
	iscsi_set_noautoreconnect(session, 1);
	/* text_answer.h reads without. */
	if (iscsi_set_session_type(session,
				   target->iqn ? ISCSI_SESSION_NORMAL
					       : ISCSI_SESSION_DISCOVERY) ||
	    iscsi_set_header_digest(
		    session, target->iqn ? ISCSI_HEADER_DIGEST_NONE_CRC32C
					 : ISCSI_HEADER_DIGEST_NONE) ||
	    (target->iqn && iscsi_set_targetname(session, target->iqn)))
		return error_set(err, ERROR_INTERNAL, "libiscsi: %s",
				 iscsi_get_error(session));
	attempt->watch.mutual = chap_is_set(target->incoming_user);
	if ((chap_is_set(target->chap_user) &&
	     iscsi_set_initiator_username_pwd(session, target->chap_user,
					      target->chap_password)) ||
	    (attempt->watch.mutual &&
	     iscsi_set_target_username_pwd(session, target->incoming_user,
					   target->incoming_password)))
		return error_set(err, ERROR_LOGIN, "CHAP: %s",
				 iscsi_get_error(session));
	return 0;
}

static bool stopped(struct attempt *attempt, struct error *err)
{
	if (!stop_requested())
		return false;
	attempt->final = true;
	error_set(err, ERROR_INTERRUPTED,
		  "the LUN is unchanged: stopped by a signal during the login "
		  "at %s",
		  attempt->portal);
	return true;
}

static int64_t next_look(int64_t deadline)
{
	int64_t look = clock_now_ms() + STOP_MS;

	return look < deadline ? look : deadline;
}

static int connect_to(struct attempt *attempt, struct error *err)
{
	struct iscsi_context *session = attempt->session;
	int64_t deadline = clock_now_ms() + CONNECT_MS;
	int pending = 0;
	socklen_t len = sizeof(pending);
	int events;

	attempt->answered = false;
	if (iscsi_connect_async(session, attempt->portal, on_answer, attempt))
		return error_set(err, ERROR_CONNECT, "cannot connect to %s: %s",
				 attempt->portal, strerror(errno));
	/* Helpers that the program starts must not keep the session alive. */
	fcntl(iscsi_get_fd(session), F_SETFD, FD_CLOEXEC);

	do {
		if (stopped(attempt, err))
			return -1;
		events = session_wait(session, next_look(deadline));
	} while (events == 0 && clock_now_ms() < deadline);
	if (events == 0)
		return error_set(err, ERROR_CONNECT,
				 "cannot connect to %s: no answer within %d "
				 "seconds",
				 attempt->portal, CONNECT_MS / 1000);
	if (events < 0 || getsockopt(iscsi_get_fd(session), SOL_SOCKET,
				     SO_ERROR, &pending, &len))
		pending = errno;
	if (pending || session_serve(session, POLLOUT) || !attempt->answered ||
	    attempt->status != SCSI_STATUS_GOOD)
		return error_set(err, ERROR_CONNECT, "cannot connect to %s: %s",
				 attempt->portal,
				 pending ? strerror(pending) : "unknown error");
	return 0;
}

static int closed(const struct attempt *attempt, struct error *err)
{
	return error_set(err, ERROR_LOGIN,
			 "%s closed the connection during the login",
			 attempt->portal);
}

/* One login response is in the socket, whole: 1. Not yet: 0. */
static int look_ahead(struct attempt *attempt, struct error *err)
{
	uint8_t *pdu = attempt->response;
	ssize_t have = recv(iscsi_get_fd(attempt->session), pdu,
			    LOGIN_RESPONSE_MAX, MSG_PEEK | MSG_DONTWAIT);
	size_t len;

	if (have < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (have <= 0)
		return closed(attempt, err);
	if (have < ISCSI_HEADER_LEN)
		return 0;
	len = login_response_len(pdu);
	if (!len)
		return error_set(err, ERROR_LOGIN,
				 "what answers at %s is not an iSCSI target",
				 attempt->portal);
	if ((size_t)have < len)
		return 0;
	attempt->padded = login_response_clean(pdu) ? 0 : len;
	return login_watch_response(&attempt->watch, pdu, len, err) ? -1 : 1;
}

/* libiscsi to 1.19 reads what pads a response as text of it, and LIO pads with
 * what it sent before (in CHAP both ways, if its name has 3 to 5 bytes): libiscsi
 * gets such a response with zeros. */
static int serve_padded(struct attempt *attempt)
{
	ssize_t len = (ssize_t)attempt->padded;

	/* It is out of the socket then. */
	if (recv(iscsi_get_fd(attempt->session), NULL, attempt->padded,
		 MSG_TRUNC | MSG_DONTWAIT) != len)
		return -1;
	return session_feed(attempt->session, attempt->response,
			    attempt->padded);
}

/* Waits a moment for the rest of a response, for which poll() would not; 1 and -1
 * as of look_ahead. */
static int look_for_rest(struct attempt *attempt, struct error *err)
{
	struct pollfd end = { .fd = iscsi_get_fd(attempt->session),
			      .events = POLLRDHUP };
	int whole = 0;

	if (poll(&end, 1, 1) > 0) {
		whole = look_ahead(attempt, err);
		if (!whole)
			return closed(attempt, err);
	}
	return whole;
}

static const char *words_for(uint16_t status)
{
	switch (status) {
	case 0x0200:
		return "it does not like what we offer, which happens if it "
		       "wants a data digest or an authentication other than "
		       "CHAP";
	case 0x0205:
		return "it does not know this version of iSCSI";
	case 0x0206:
		return "it takes no more sessions; NAS boxes allow one for "
		       "each initiator name unless they are told to allow "
		       "several sessions";
	case 0x0207:
		return "it misses a parameter";
	case 0x0209:
		return "it does not take sessions of this type";
	case 0x020b:
		return "it takes the login for invalid";
	case 0x0300:
		return "it has a fault";
	case 0x0301:
		return "it is out of service, or has no such target";
	case 0x0302:
		return "it has no resources left for a session";
	default:
		return "it does not say why";
	}
}

/* A class of ERROR_LOGIN or ERROR_DISCOVERY for the target's refusal.
 * RFC 7143, 11.13.5. */
static int refused(struct attempt *attempt, struct error *err)
{
	const struct iscsi_target *target = attempt->target;
	uint16_t status = attempt->watch.status;

	switch (status) {
	case 0x0201:
		attempt->final = true;
		return error_set(
			err, ERROR_LOGIN,
			chap_is_set(target->chap_user)
				? "%s refused the login: authentication "
				  "failed, check CHAP's user and password"
				: "%s refused the login: it wants CHAP, "
				  "but no user and password are given",
			attempt->portal);
	case 0x0202:
		return error_set(err, ERROR_LOGIN,
				 "%s refused the login: %s is not allowed to "
				 "use this target",
				 attempt->portal, target->initiator);
	case 0x0203:
	case 0x0204:
		if (!target->iqn)
			return error_set(err, ERROR_LOGIN,
					 "%s allows no discovery to initiator "
					 "%s",
					 attempt->portal, target->initiator);
		return error_set(err, ERROR_DISCOVERY,
				 "%s has no target %s for initiator %s",
				 attempt->portal, target->iqn,
				 target->initiator);
	default:
		return error_set(err, ERROR_LOGIN,
				 "%s refused the login: %s (status %04x)",
				 attempt->portal, words_for(status), status);
	}
}

/* Hands libiscsi the responses one by one, each only after login_watch. */
static enum login_end exchange(struct attempt *attempt, struct error *err)
{
	struct iscsi_context *session = attempt->session;
	int64_t deadline = clock_now_ms() + LOGIN_MS;

	attempt->answered = false;
	if (iscsi_login_async(session, on_answer, attempt)) {
		error_set(err, ERROR_LOGIN, "%s: %s", attempt->portal,
			  iscsi_get_error(session));
		return LOGIN_FAILED;
	}
	while (!attempt->answered) {
		int events;

		attempt->padded = 0;
		if (stopped(attempt, err))
			return LOGIN_FAILED;
		events = session_wait(session, next_look(deadline));
		/* Whatever has come: it may be half a response, and stay so. */
		if (clock_now_ms() >= deadline) {
			error_set(err, ERROR_CONNECT,
				  "%s does not answer the login within %d "
				  "seconds",
				  attempt->portal, LOGIN_MS / 1000);
			return LOGIN_FAILED;
		}
		if (events > 0 && events & (POLLIN | POLLHUP | POLLERR)) {
			int whole = look_ahead(attempt, err);

			if (!whole)
				whole = look_for_rest(attempt, err);
			if (whole < 0)
				return LOGIN_FAILED;
			if (!whole)
				events &= POLLOUT;
			/* libiscsi takes silence about digests for a yes. */
			if (attempt->watch.ends && !attempt->watch.digest)
				iscsi_set_header_digest(
					session, ISCSI_HEADER_DIGEST_NONE);
		}
		if (events < 0 ||
		    (attempt->padded ? serve_padded(attempt)
				     : session_serve(session, events)))
			break;
	}
	if (attempt->answered && attempt->status == SCSI_STATUS_GOOD &&
	    attempt->watch.status == 0)
		return LOGIN_DONE;
	if (attempt->watch.status >> 8 == 1)
		return LOGIN_ELSEWHERE;
	if (attempt->watch.status) {
		refused(attempt, err);
	} else {
		/* libiscsi's own veto: the target's CHAP name or response */
		attempt->final = attempt->watch.mutual;
		error_set(err, ERROR_LOGIN,
			  attempt->watch.mutual
				  ? "%s fails incoming CHAP: it does not know "
				    "that password, or has another name"
				  : "%s broke the login off",
			  attempt->portal);
	}
	return LOGIN_FAILED;
}

/* One address, from connecting to the end of the login. Where that is
 * elsewhere, `elsewhere` is filled. */
static enum login_end log_in_at(struct attempt *attempt, char *elsewhere,
				struct error *err)
{
	enum login_end end = LOGIN_FAILED;

	attempt->session = NULL;
	attempt->watch = (struct login_watch){ 0 };
	if (set_up(attempt, err) == 0 && connect_to(attempt, err) == 0)
		end = exchange(attempt, err);
	if (end == LOGIN_ELSEWHERE)
		snprintf(elsewhere, MAX_STRING_SIZE + 1, "%s",
			 iscsi_get_target_address(attempt->session));
	if (end != LOGIN_DONE) {
		iscsi_destroy_context(attempt->session);
		attempt->session = NULL;
	}
	return end;
}

/* Tries each address that `host` has. */
static enum login_end log_in_by_name(struct attempt *attempt, const char *host,
				     uint16_t port, char *elsewhere,
				     struct error *err)
{
	enum login_end end = LOGIN_FAILED;
	struct iscsi_address *list = NULL;
	size_t count = 0;

	if (iscsi_resolve(host, port, &list, &count, err)) {
		attempt->final = err->code == ERROR_INTERRUPTED;
		count = 0;
	} else if (count == 0) {
		error_set(err, ERROR_RESOLVE, "%s has no IP address", host);
	}
	for (size_t i = 0; i < count; i++) {
		char portal[ISCSI_PORTAL_SIZE];

		if (i > 0 && clock_now_ms() >= attempt->until)
			break;
		iscsi_address_text(&list[i], portal);
		attempt->portal = portal;
		end = log_in_at(attempt, elsewhere, err);
		attempt->portal = NULL;
		/* Another address is worth a try only if nobody was there. */
		if (end != LOGIN_FAILED || err->code != ERROR_CONNECT)
			break;
	}
	free(list);
	return end;
}

int user_login(const struct iscsi_target *target,
	       const struct iscsi_portal *portal, struct iscsi_context **out,
	       bool *final, struct error *err)
{
	struct attempt attempt = { .target = target,
				   .until = clock_now_ms() + ADDRESSES_MS };
	char elsewhere[2][MAX_STRING_SIZE + 1];
	char *host = portal->host;
	uint16_t port = portal->port;

	for (int hop = 0; hop <= REDIRECTS; hop++) {
		char *next = elsewhere[hop % 2];

		switch (log_in_by_name(&attempt, host, port, next, err)) {
		case LOGIN_DONE:
			*out = attempt.session;
			return 0;
		case LOGIN_FAILED:
			*final = attempt.final;
			return -1;
		case LOGIN_ELSEWHERE:
			break;
		}
		if (clock_now_ms() >= attempt.until)
			break;
		if (!iscsi_address_split(next, &host, &port) ||
		    !portal_host(host))
			return error_set(err, ERROR_LOGIN,
					 "%s:%u sends us to an address that "
					 "makes no sense",
					 portal->host, portal->port);
	}
	return error_set(err, ERROR_LOGIN,
			 "%s:%u sends us from one address to the next",
			 portal->host, portal->port);
}

/* The target's own word, then that something was there. */
int user_login_weight(enum error_code code)
{
	if (code == ERROR_RESOLVE)
		return 0;
	return code == ERROR_CONNECT ? 1 : 2;
}
