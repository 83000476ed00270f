// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/discover.h"

#include <errno.h>
#include <iscsi/scsi-lowlevel.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "iscsi/address.h"
#include "iscsi/target.h"
#include "iscsi/text_answer.h"
#include "iscsi/user_session.h"

/* For the list, once we are logged in. */
#define ANSWER_MS 15000

/* How often a signal is looked for meanwhile. */
#define STOP_MS 100

struct listing {
	const struct iscsi_portal *portal;
	struct iscsi_offers *offers;
	struct text_answer text;
	const char *why; /* it is no answer; NULL: libiscsi knows */
	bool answered;
	int status;
	struct error *err;
};

/* ---- the list -------------------------------------------------------------
 */

/* In a list that people read; "*" is how users say "any target". */
static bool is_iqn(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c < ' ' || *c > '~')
			return false;
	}
	return iscsi_name_valid(text) && text[1];
}

void iscsi_offers_add(struct iscsi_offers *offers, const char *iqn,
		      const char *host, uint16_t port)
{
	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];

		if (offer->portal.port == port &&
		    strcmp(offer->portal.host, host) == 0 &&
		    strcmp(offer->iqn, iqn) == 0)
			return;
	}
	if (offers->count == ISCSI_OFFERS_MAX) {
		log_warning("more than %d targets: %.223s is left out",
			    ISCSI_OFFERS_MAX, iqn);
		return;
	}
	offers->items = alloc_more(offers->items, offers->count,
				   sizeof(*offers->items));
	offers->items[offers->count++] = (struct iscsi_offer){
		.iqn = alloc_text(iqn),
		.portal = { alloc_text(host), port },
	};
}

void iscsi_offers_free(struct iscsi_offers *offers)
{
	for (size_t i = 0; i < offers->count; i++) {
		free(offers->items[i].iqn);
		free(offers->items[i].portal.host);
	}
	free(offers->items);
	*offers = (struct iscsi_offers){ 0 };
}

/* ---- one portal's answer --------------------------------------------------
 */

static void take_address(const struct listing *listing, const char *iqn,
			 const char *address)
{
	char text[MAX_STRING_SIZE + 1];
	uint16_t port;
	char *host;

	if ((size_t)snprintf(text, sizeof(text), "%s", address) >=
		    sizeof(text) ||
	    !iscsi_address_split(text, &host, &port) || !portal_host(host)) {
		log_warning("target %.223s: address '%.80s' is left out", iqn,
			    address);
		return;
	}
	iscsi_offers_add(listing->offers, iqn, host, port);
}

/* libiscsi has each list in reverse. */
static void take_portals(const struct listing *listing, const char *iqn,
			 const struct iscsi_target_portal *last)
{
	const struct iscsi_target_portal *until = NULL;

	while (until != last) {
		const struct iscsi_target_portal *at = last;

		while (at->next != until)
			at = at->next;
		take_address(listing, iqn, at->portal);
		until = at;
	}
}

/* A target without an address is at the portal that tells of it. */
static void take_target(const struct listing *listing,
			const struct iscsi_discovery_address *target)
{
	if (!is_iqn(target->target_name)) {
		log_warning("a target's name is left out: '%.80s'",
			    target->target_name);
		return;
	}
	if (!target->portals)
		iscsi_offers_add(listing->offers, target->target_name,
				 listing->portal->host, listing->portal->port);
	take_portals(listing, target->target_name, target->portals);
}

static void take_targets(const struct listing *listing,
			 const struct iscsi_discovery_address *last)
{
	const struct iscsi_discovery_address *until = NULL;

	while (until != last) {
		const struct iscsi_discovery_address *at = last;

		while (at->next != until)
			at = at->next;
		take_target(listing, at);
		until = at;
	}
}

static void on_list(struct iscsi_context *session, int status, void *data,
		    void *private_data)
{
	struct listing *listing = private_data;

	(void)session;
	if (listing->answered)
		return;
	listing->answered = true;
	listing->status = status;
	if (status == SCSI_STATUS_GOOD)
		take_targets(listing, data);
}

/* What has come of the answer; libiscsi gets it whole. */
static int receive(struct iscsi_context *session, struct listing *listing)
{
	const int fd = iscsi_get_fd(session);
	struct buffer out = { 0 };
	size_t missing = text_answer_missing(&listing->text);
	uint8_t part[16384];
	int failed = -1;
	ssize_t n =
		recv(fd, part, missing < sizeof(part) ? missing : sizeof(part),
		     MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		listing->why = "it closed the connection";
		return -1;
	}
	switch (text_answer_take(&listing->text, part, (size_t)n, &out)) {
	case TEXT_WAIT:
		failed = 0;
		break;
	case TEXT_ASK:
		failed = send(fd, out.data, out.len, MSG_NOSIGNAL) !=
			 (ssize_t)out.len;
		break;
	case TEXT_TAKE:
		failed = session_feed(session, out.data, out.len);
		break;
	case TEXT_WRONG:
		listing->why = "its list breaks off, or has more than 256 KiB";
		break;
	}
	buffer_free(&out);
	return failed ? -1 : 0;
}

static int wait_for_list(struct iscsi_context *session, struct listing *listing)
{
	const struct iscsi_portal *portal = listing->portal;
	int64_t deadline = clock_now_ms() + ANSWER_MS;

	while (!listing->answered) {
		int64_t now = clock_now_ms();
		int events;

		if (stop_requested())
			return error_set(listing->err, ERROR_INTERRUPTED,
					 "stopped by a signal");
		if (now >= deadline)
			return error_set(listing->err, ERROR_CONNECT,
					 "%s:%u does not answer the discovery "
					 "within %d seconds",
					 portal->host, portal->port,
					 ANSWER_MS / 1000);
		events = session_wait(session, now + STOP_MS < deadline
						       ? now + STOP_MS
						       : deadline);
		if (events < 0 ||
		    (events & POLLOUT && session_serve(session, POLLOUT)))
			break;
		if (events & ~POLLOUT && receive(session, listing))
			break;
	}
	if (!listing->answered || listing->status != SCSI_STATUS_GOOD)
		return error_set(listing->err, ERROR_DISCOVERY,
				 "%s:%u does not tell its targets, or not as "
				 "it should: %.200s; give the target's name "
				 "(targetIQN)",
				 portal->host, portal->port,
				 listing->why ? listing->why
					      : iscsi_get_error(session));
	return 0;
}

static int ask(struct iscsi_context *session, struct listing *listing)
{
	if (iscsi_discovery_async(session, on_list, listing))
		return error_set(listing->err, ERROR_DISCOVERY, "%s",
				 iscsi_get_error(session));
	return wait_for_list(session, listing);
}

static int ask_portal(const struct iscsi_target *from,
		      const struct iscsi_portal *portal,
		      struct iscsi_offers *offers, bool *final,
		      struct error *err)
{
	struct listing listing = {
		.portal = portal,
		.offers = offers,
		.err = err,
	};
	struct iscsi_context *session;
	int failed;

	*final = false;
	if (user_login(from, portal, &session, final, err))
		return -1;
	failed = ask(session, &listing);
	/* An answer that comes now, or libiscsi's word that none will come, is
	 * too late. */
	listing.answered = true;
	user_session_close(session);
	text_answer_free(&listing.text);
	return failed;
}

/* ---- all portals ----------------------------------------------------------
 */

static void log_failure(const struct error *err)
{
	if (err->text[0])
		log_warning("discovery: %s", err->text);
}

int iscsi_discover(const struct iscsi_target *from, struct iscsi_offers *out,
		   struct error *err)
{
	struct iscsi_target anybody = *from;
	struct iscsi_offers offers = { 0 };
	struct error worst = { 0 };
	bool answered = false, final = false;

	anybody.iqn = NULL;
	anybody.incoming_user = NULL;
	anybody.incoming_password = NULL;
	if (iscsi_initiator_check(from, err))
		return -1;
	for (unsigned i = 0; i < from->portal_count && !final; i++) {
		const struct iscsi_portal *portal = &from->portals[i];
		struct error failure, lesser;

		if (ask_portal(&anybody, portal, &offers, &final, &failure) ==
		    0) {
			answered = true;
			continue;
		}
		if (!worst.text[0] || final ||
		    user_login_weight(failure.code) >
			    user_login_weight(worst.code)) {
			lesser = worst;
			worst = failure;
		} else {
			lesser = failure;
		}
		log_failure(&lesser);
		if (failure.code == ERROR_INTERRUPTED) {
			answered = false;
			break;
		}
	}
	if (!answered) {
		iscsi_offers_free(&offers);
		*err = worst;
		return -1;
	}
	log_failure(&worst);
	log_info("discovery: %zu targets or portals of targets", offers.count);
	*out = offers;
	return 0;
}

static int add_session(char *session, struct iscsi_offers *out,
		       struct error *err)
{
	char *port_text = strchr(session, ',');
	char *iqn = port_text ? strchr(port_text + 1, ',') : NULL;
	const char *host;
	uint16_t port;

	if (!iqn || strchr(iqn + 1, ','))
		return error_set(err, ERROR_BAD_VALUE,
				 "multiSession: '%.64s' is not of the form "
				 "ip,port,iqn",
				 session);
	*port_text++ = '\0';
	*iqn++ = '\0';
	if (port_read("multiSession", port_text, &port, err))
		return -1;
	host = portal_host(session);
	if (!host || !iscsi_name_valid(iqn))
		return error_set(err, ERROR_BAD_VALUE,
				 "multiSession: '%.64s' is not %s",
				 host ? iqn : session,
				 host ? "an iSCSI name"
				      : "a host name or an IP address");
	iscsi_offers_add(out, iqn, host, port);
	return 0;
}

int multi_session_read(const char *text, struct iscsi_offers *out,
		       struct error *err)
{
	char *copy = alloc_text(text);
	char *rest = copy;
	int rc = 0;

	while (!rc && rest) {
		char *session = strsep(&rest, "|");

		if (session[0])
			rc = add_session(session, out, err);
	}
	free(copy);
	return rc;
}
